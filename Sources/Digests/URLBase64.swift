import CDigestKernels

/// Base 64 in the alphabet for URLs (RFC 4648, section 5), not padded, of many pieces at once and by the
/// processor's widest instructions.
public enum URLBase64 {
  /// Bytes that must be there behind the last message and behind the room for its text: they are read
  /// and written, and say nothing.
  public static let slack = 16

  /// Room for the texts of so many bytes in so many messages, without ``slack``.
  public static func blockBytesMax(of count: Int, messages: Int) -> Int {
    // Each text takes (4n + 2) / 3, its padding 9 bytes at least, and its last block is full.
    (4 * count + 2 * messages) / 3 + messages * (9 + 63)
  }

  /// Writes the texts of many messages, each as SHA-256 takes it: padded to whole blocks of 64 bytes
  /// (FIPS 180-4, section 5.1.1). Message i is what stands in `plain` from `ends[i - 1]` (0 for the
  /// first) to `ends[i]`; its text stands in `blocks` from 64 · `blockEnds[i - 1]` on. Allocates nothing.
  ///
  /// - Precondition: `ends` ascend; `plain` has ``slack`` bytes behind the last message, `blocks` room
  ///   for ``blockBytesMax(of:messages:)`` and ``slack``.
  public static func writeMessages(
    _ plain: RawSpan, ends: Span<UInt32>, to blocks: inout MutableRawSpan,
    blockEnds: inout MutableSpan<UInt32>
  ) {
    unsafe write(plain, ends, &blocks, &blockEnds) { plain, ends, count, blocks, blockEnds in
      unsafe vdt_base64url_messages(plain, ends, count, blocks, blockEnds)
    }
  }

  /// As ``writeMessages(_:ends:to:blockEnds:)``, without instructions of the processor.
  static func writeMessagesPlainly(
    _ plain: RawSpan, ends: Span<UInt32>, to blocks: inout MutableRawSpan,
    blockEnds: inout MutableSpan<UInt32>
  ) {
    unsafe write(plain, ends, &blocks, &blockEnds) { plain, ends, count, blocks, blockEnds in
      unsafe vdt_base64url_messages_plainly(plain, ends, count, blocks, blockEnds)
    }
  }

  private static func write(
    _ plain: RawSpan, _ ends: Span<UInt32>, _ blocks: inout MutableRawSpan,
    _ blockEnds: inout MutableSpan<UInt32>,
    by kernel: (
      UnsafePointer<UInt8>, UnsafePointer<UInt32>, Int, UnsafeMutablePointer<UInt8>,
      UnsafeMutablePointer<UInt32>
    ) -> Void
  ) {
    var start: UInt32 = 0
    for index in ends.indices {
      precondition(ends[index] >= start, "the ends of messages ascend")
      start = ends[index]
    }
    let room = blockBytesMax(of: Int(start), messages: ends.count) + slack
    precondition(
      plain.byteCount - slack >= Int(start) && blocks.byteCount >= room
        && blockEnds.count >= ends.count)
    guard ends.count > 0 else { return }
    unsafe plain.withUnsafeBytes { plain in
      unsafe ends.withUnsafeBufferPointer { ends in
        unsafe blocks.withUnsafeMutableBytes { blocks in
          unsafe blockEnds.withUnsafeMutableBufferPointer { blockEnds in
            unsafe kernel(
              plain.bindMemory(to: UInt8.self).baseAddress!, ends.baseAddress!, ends.count,
              blocks.bindMemory(to: UInt8.self).baseAddress!, blockEnds.baseAddress!)
          }
        }
      }
    }
  }

  /// Bytes that the text of a piece of `size` bytes, 16 or 32, takes with what says nothing behind it.
  public static func cellBytes(of size: Int) -> Int { size + 16 }

  /// Writes the texts of the pieces of `size` bytes, 16 or 32, that `bytes` is made of, each at the
  /// beginning of its own ``cellBytes(of:)``. Allocates nothing.
  public static func writeCells(_ bytes: RawSpan, of size: Int, to text: inout MutableRawSpan) {
    let count = bytes.byteCount / size
    precondition(
      (size == 16 || size == 32) && bytes.byteCount % size == 0
        && text.byteCount >= count * cellBytes(of: size))
    guard count > 0 else { return }
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe text.withUnsafeMutableBytes { text in
        unsafe vdt_base64url_cells(
          bytes.bindMemory(to: UInt8.self).baseAddress!, size, count,
          text.bindMemory(to: UInt8.self).baseAddress!)
      }
    }
  }
}
