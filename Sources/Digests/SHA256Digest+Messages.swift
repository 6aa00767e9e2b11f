import CDigestKernels

extension SHA256Digest {
  /// Writes the digests of many messages, 32 bytes each in order: message i is what stands in `text`
  /// from `ends[i - 1]` (0 for the first) to `ends[i]`. Allocates nothing.
  ///
  /// Twice as fast as one after the other where the processor has instructions for SHA-256, which
  /// wait for each other within one message.
  ///
  /// - Precondition: `ends` ascend within `text`; `digests` has room for all.
  public static func write(
    _ text: RawSpan, ends: Span<UInt32>, to digests: inout MutableRawSpan
  ) {
    var start: UInt32 = 0
    for index in ends.indices {
      precondition(ends[index] >= start, "the ends of messages ascend")
      start = ends[index]
    }
    precondition(Int(start) <= text.byteCount && digests.byteCount >= 32 * ends.count)
    guard ends.count > 0 else { return }
    guard hasInstructions else { return writeOneByOne(text, ends: ends, to: &digests) }
    unsafe text.withUnsafeBytes { text in
      unsafe ends.withUnsafeBufferPointer { ends in
        unsafe digests.withUnsafeMutableBytes { digests in
          // Of no messages but empty ones the address is not looked at.
          var nothing: UInt8 = 0
          unsafe withUnsafePointer(to: &nothing) { nothing in
            unsafe vdt_sha256_all(
              text.bindMemory(to: UInt8.self).baseAddress ?? nothing, ends.baseAddress!,
              ends.count, digests.bindMemory(to: UInt8.self).baseAddress!)
          }
        }
      }
    }
  }

  private static let hasInstructions = vdt_sha256_can()

  /// As ``write(_:ends:to:)``, by the library, as processors without the instructions do it.
  static func writeOneByOne(
    _ text: RawSpan, ends: Span<UInt32>, to digests: inout MutableRawSpan
  ) {
    var start = 0
    for index in ends.indices {
      let end = Int(ends[index])
      var digest = SHA256Digest()
      digest.update(text.extracting(start..<end))
      put(digest.finish(), &digests, at: 32 * index)
      start = end
    }
  }

  /// Writes the digests of many messages that ``URLBase64/writeMessages(_:ends:to:blockEnds:)`` has
  /// padded, 32 bytes each in order. Allocates nothing.
  ///
  /// - Precondition: `blockEnds` ascend within `blocks`; `digests` has room for all.
  public static func writePadded(
    _ blocks: RawSpan, blockEnds: Span<UInt32>, to digests: inout MutableRawSpan
  ) {
    var start: UInt32 = 0
    for index in blockEnds.indices {
      precondition(blockEnds[index] > start, "each message takes a block")
      start = blockEnds[index]
    }
    precondition(Int(start) * 64 <= blocks.byteCount && digests.byteCount >= 32 * blockEnds.count)
    guard blockEnds.count > 0 else { return }
    guard hasInstructions else { return writePaddedOneByOne(blocks, blockEnds, &digests) }
    unsafe blocks.withUnsafeBytes { blocks in
      unsafe blockEnds.withUnsafeBufferPointer { ends in
        unsafe digests.withUnsafeMutableBytes { digests in
          unsafe vdt_sha256_padded(
            blocks.bindMemory(to: UInt8.self).baseAddress!, ends.baseAddress!, ends.count,
            digests.bindMemory(to: UInt8.self).baseAddress!)
        }
      }
    }
  }

  /// As ``writePadded(_:blockEnds:to:)``, by the library, which pads by itself.
  static func writePaddedOneByOne(
    _ blocks: RawSpan, _ blockEnds: Span<UInt32>, _ digests: inout MutableRawSpan
  ) {
    var start = 0
    for index in blockEnds.indices {
      let end = 64 * Int(blockEnds[index])
      // The last eight bytes of a padded message tell its bits.
      let bits = unsafe blocks.unsafeLoad(fromByteOffset: end - 8, as: UInt64.self).bigEndian
      precondition(bits / 8 <= UInt64(end - start - 9), "a message that is not padded")
      var digest = SHA256Digest()
      digest.update(blocks.extracting(start..<start + Int(bits / 8)))
      put(digest.finish(), &digests, at: 32 * index)
      start = end
    }
  }

  private static func put(
    _ words: SIMD8<UInt32>, _ digests: inout MutableRawSpan, at offset: Int
  ) {
    for word in 0..<8 {
      digests.storeBytes(
        of: words[word].bigEndian, toByteOffset: offset + 4 * word, as: UInt32.self)
    }
  }
}
