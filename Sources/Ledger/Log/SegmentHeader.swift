/// The first 64 bytes of a segment, a file of consecutive records. All numbers little-endian.
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | 8 | `VEDETTEL` |
/// | 8 | 4 | version of the segment format, 1 |
/// | 12 | 4 | length of this header, 64 |
/// | 16 | 8 | epoch of the ledger |
/// | 24 | 8 | sequence of the first record |
/// | 32 | 8 | first sequence of the segment before, 0 for the first segment |
/// | 40 | 8 | offset of the end of the last record in the segment before |
/// | 48 | 12 | 0 |
/// | 60 | 4 | CRC-32C of bytes 0 ..< 60 |
///
/// Each header names the segment before it and where that one ended, so a missing or shortened
/// segment shows at once, without reading the records.
struct SegmentHeader: Equatable, BitwiseCopyable {
  /// Bytes of the header; the first record follows.
  static let byteCount = 64
  /// Version written.
  static let version: UInt32 = 1
  private static let magic: UInt64 = 0x4C45_5454_4544_4556  // "VEDETTEL"

  var epoch: UInt64
  var firstSequence: UInt64
  var previousFirst: UInt64
  var previousEnd: UInt64

  /// Name of the file of the segment that begins with `sequence`: 20 digits.
  static func name(firstSequence sequence: UInt64) -> String {
    let digits = String(sequence)
    return String(repeating: "0", count: 20 - digits.utf8.count) + digits + ".vlog"
  }

  /// The first sequence that a file name tells; `nil` when it is no segment's name.
  static func firstSequence(name: String) -> UInt64? {
    // By bytes: a folder may have thousands of names, and readers list it.
    let text = name.utf8
    guard text.count == 25, text.suffix(5).elementsEqual(".vlog".utf8) else { return nil }
    var sequence: UInt64 = 0
    for byte in text.prefix(20) {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let (tens, isOver) = sequence.multipliedReportingOverflow(by: 10)
      let (sum, isOverToo) = tens.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      guard !isOver, !isOverToo else { return nil }
      sequence = sum
    }
    return sequence > 0 ? sequence : nil
  }

  /// Puts the header at the beginning of `buffer`.
  func put(into buffer: inout LogBuffer) {
    buffer.clear(0..<Self.byteCount)
    buffer.store(Self.magic, at: 0)
    buffer.store(Self.version, at: 8)
    buffer.store(UInt32(Self.byteCount), at: 12)
    buffer.store(epoch, at: 16)
    buffer.store(firstSequence, at: 24)
    buffer.store(previousFirst, at: 32)
    buffer.store(previousEnd, at: 40)
    buffer.store(buffer.withBytes(0..<60) { CRC32C.of($0) }, at: 60)
  }

  /// What the beginning of `buffer` says, or why it is no header.
  static func read(_ buffer: borrowing LogBuffer, count: Int) -> Result<SegmentHeader, Flaw> {
    guard count >= byteCount else { return .failure(.damaged("it is shorter than its header")) }
    guard buffer.load(UInt64.self, at: 0) == magic else {
      return .failure(.damaged("it does not begin with VEDETTEL"))
    }
    let crc = buffer.withBytes(0..<60) { CRC32C.of($0) }
    guard buffer.load(UInt32.self, at: 60) == crc else {
      return .failure(.damaged("the checksum of its header is wrong"))
    }
    let version = buffer.load(UInt32.self, at: 8)
    guard version == self.version, buffer.load(UInt32.self, at: 12) == UInt32(byteCount) else {
      return .failure(.unknownVersion(version))
    }
    return .success(
      SegmentHeader(
        epoch: buffer.load(UInt64.self, at: 16), firstSequence: buffer.load(UInt64.self, at: 24),
        previousFirst: buffer.load(UInt64.self, at: 32),
        previousEnd: buffer.load(UInt64.self, at: 40)))
  }

  /// Why a file's beginning is no header.
  enum Flaw: Error, Equatable {
    case damaged(String)
    case unknownVersion(UInt32)
  }
}
