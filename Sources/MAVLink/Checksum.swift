import CCarrylessProduct

/// The CRC of MAVLink frames: CRC-16/MCRF4XX (reflected polynomial 0x8408, start 0xFFFF, no final
/// exclusive or), also called the X.25 checksum in the MAVLink documents.
///
/// The CRC is most of the cost of a frame. Where the processor multiplies without carries, sixteen
/// bytes a step (Gopal and others, Intel, 2009), else by tables eight bytes a step ("slicing by 8",
/// Kounavis and Berry, "Novel Table Lookup-Based Algorithms for High-Performance CRC Generation", IEEE
/// Transactions on Computers 57, 2008). Both give the same for any bytes.
/// Check value of the catalogue of parametrised CRC algorithms: "123456789" gives 0x6F91.
public struct Checksum: Sendable {
  /// The CRC of the bytes taken in so far.
  public private(set) var value: UInt16 = 0xFFFF

  /// Starts a CRC over no bytes.
  public init() {}

  /// Takes in `bytes`. Allocates nothing.
  public mutating func update(_ bytes: RawSpan) {
    let tables = LookupTables.shared
    value = unsafe bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return value }
      return unsafe Checksum.extend(value, over: start, count: buffer.count, tables: tables)
    }
  }

  /// Takes in one byte, such as a message's CRC_EXTRA.
  public mutating func update(_ byte: UInt8) {
    value = unsafe Checksum.extend(value, by: byte, tables: LookupTables.shared.slices)
  }

  /// Slice `k` of the tables holds, at `256 * k + b`, what byte `b` followed by `k` zero bytes does
  /// to a CRC of zero.
  static let slicesCount = 8

  /// The entry at `256 * slice + byte` of the slicing tables, worked out bit by bit.
  static func tableEntry(slice: Int, byte: UInt8) -> UInt16 {
    var crc = UInt16(byte)
    for _ in 0..<8 * (slice + 1) {
      crc = (crc >> 1) ^ (crc & 1 == 1 ? 0x8408 : 0)
    }
    return crc
  }

  /// `crc` after `count` bytes from `start` on.
  @inline(__always)
  static func extend(
    _ crc: UInt16, over start: UnsafeRawPointer, count: Int, tables: LookupTables
  ) -> UInt16 {
    guard count >= 16 && tables.hasCarrylessProduct else {
      return unsafe extendByTables(crc, over: start, count: count, slices: tables.slices)
    }
    return unsafe vdt_crc16_mcrf4xx(crc, start, count)
  }

  /// The same by tables, for short messages and processors without carry-less products.
  static func extendByTables(
    _ crc: UInt16, over start: UnsafeRawPointer, count: Int, slices: UnsafePointer<UInt16>
  ) -> UInt16 {
    var crc = crc
    var cursor = unsafe start
    var left = count
    while left >= 8 {
      let word =
        unsafe UInt64(littleEndian: cursor.loadUnaligned(as: UInt64.self)) ^ UInt64(crc)
      let low =
        unsafe slices[1792 &+ Int(word & 0xFF)] ^ slices[1536 &+ Int((word >> 8) & 0xFF)]
        ^ slices[1280 &+ Int((word >> 16) & 0xFF)] ^ slices[1024 &+ Int((word >> 24) & 0xFF)]
      let high =
        unsafe slices[768 &+ Int((word >> 32) & 0xFF)] ^ slices[512 &+ Int((word >> 40) & 0xFF)]
        ^ slices[256 &+ Int((word >> 48) & 0xFF)] ^ slices[Int(word >> 56)]
      crc = low ^ high
      unsafe cursor += 8
      left &-= 8
    }
    if left >= 4 {
      let word =
        unsafe UInt32(littleEndian: cursor.loadUnaligned(as: UInt32.self)) ^ UInt32(crc)
      crc =
        unsafe slices[768 &+ Int(word & 0xFF)] ^ slices[512 &+ Int((word >> 8) & 0xFF)]
        ^ slices[256 &+ Int((word >> 16) & 0xFF)] ^ slices[Int(word >> 24)]
      unsafe cursor += 4
      left &-= 4
    }
    while left > 0 {
      crc = unsafe extend(crc, by: cursor.load(as: UInt8.self), tables: slices)
      unsafe cursor += 1
      left &-= 1
    }
    return crc
  }

  /// `crc` after one more byte.
  @inline(__always)
  static func extend(
    _ crc: UInt16, by byte: UInt8, tables: UnsafePointer<UInt16>
  ) -> UInt16 {
    unsafe (crc >> 8) ^ tables[Int(UInt8(truncatingIfNeeded: crc) ^ byte)]
  }
}
