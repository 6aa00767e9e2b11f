/// The CRC-32 of MCAP: ISO 3309, polynomial 0x04C11DB7 reflected, as zlib computes it.
///
/// Sixteen tables, sixteen bytes a step (M. Kounavis and F. Berry, "A Systematic Approach to
/// Building High Performance, Software-based, CRC Generators", 2005).
struct CRC32: BitwiseCopyable, Sendable, Equatable {
  /// The checksum of all bytes so far; that of no bytes is 0.
  private(set) var value: UInt32 = 0

  /// The checksum of no bytes.
  init() {}

  /// The checksum of `bytes`.
  init(_ bytes: RawSpan) { update(bytes) }

  /// Takes in further bytes.
  mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      unsafe update(start, count: buffer.count)
    }
  }

  /// Takes in `count` bytes whose own checksum is `other`, without looking at them.
  ///
  /// Appending n bytes multiplies what came before by x^(8n) modulo the polynomial; cost is a few
  /// hundred steps, however many bytes.
  mutating func append(_ other: CRC32, count: Int) {
    value =
      Polynomial.product(Polynomial.power(bytes: UInt64(count)), value) ^ other.value
  }

  private mutating func update(_ start: UnsafeRawPointer, count: Int) {
    let table = unsafe CRC32Tables.shared.entries
    var crc = ~value
    var position = unsafe start
    var left = count
    if left >= Self.twoLanesBytesMin {
      // Each step waits for the one before; two independent halves keep the processor busy. The
      // second half's checksum is that of its bytes alone and is put behind the first's.
      let half = left / 32 * 16
      var second = UInt32.max
      var offset = 0
      while offset < half {
        crc = unsafe Self.step(crc, position + offset, table)
        second = unsafe Self.step(second, position + half + offset, table)
        offset &+= 16
      }
      value = ~crc
      var behind = CRC32()
      behind.value = ~second
      append(behind, count: half)
      crc = ~value
      unsafe position += 2 * half
      left &-= 2 * half
    }
    while left >= 16 {
      crc = unsafe Self.step(crc, position, table)
      unsafe position += 16
      left &-= 16
    }
    while left > 0 {
      let byte = unsafe UInt32(position.load(as: UInt8.self))
      crc = unsafe table[Int((crc ^ byte) & 0xFF)] ^ (crc &>> 8)
      unsafe position += 1
      left &-= 1
    }
    value = ~crc
  }

  /// From here on two halves are reckoned at once; joining them costs as much as some 4 KiB.
  private static let twoLanesBytesMin = 32 << 10

  /// Takes in sixteen bytes.
  @inline(__always)
  private static func step(
    _ crc: UInt32, _ position: UnsafeRawPointer, _ table: UnsafePointer<UInt32>
  ) -> UInt32 {
    @inline(__always) func look(_ slice: Int, _ byte: UInt64) -> UInt32 {
      unsafe table[slice &* 256 &+ Int(truncatingIfNeeded: byte & 0xFF)]
    }
    let low = unsafe UInt64(littleEndian: position.loadUnaligned(as: UInt64.self)) ^ UInt64(crc)
    let high = unsafe UInt64(
      littleEndian: position.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    let first =
      look(15, low) ^ look(14, low &>> 8) ^ look(13, low &>> 16) ^ look(12, low &>> 24)
    let second =
      look(11, low &>> 32) ^ look(10, low &>> 40) ^ look(9, low &>> 48) ^ look(8, low &>> 56)
    let third = look(7, high) ^ look(6, high &>> 8) ^ look(5, high &>> 16) ^ look(4, high &>> 24)
    let fourth =
      look(3, high &>> 32) ^ look(2, high &>> 40) ^ look(1, high &>> 48) ^ look(0, high &>> 56)
    return first ^ second ^ third ^ fourth
  }
}

/// The sixteen tables: entry `s * 256 + b` is the effect of byte `b` followed by `s` zero bytes.
/// Invariant for `@unchecked Sendable`: written while it is made, by one thread, only read after.
@safe
private struct CRC32Tables: @unchecked Sendable {
  // Written once before it is shared, never freed: every thread only reads it.
  static let shared = CRC32Tables()

  let entries: UnsafePointer<UInt32>

  private init() {
    let table = UnsafeMutablePointer<UInt32>.allocate(capacity: 16 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = Polynomial.timesX(crc) }
      unsafe table[byte] = crc
    }
    for place in 256..<(16 * 256) {
      let previous = unsafe table[place - 256]
      unsafe table[place] = (previous >> 8) ^ table[Int(previous & 0xFF)]
    }
    unsafe entries = UnsafePointer(table)
  }
}

/// Arithmetic modulo the CRC's polynomial over GF(2); bit 31 is the coefficient of x^0.
private enum Polynomial {
  /// x times `value`.
  static func timesX(_ value: UInt32) -> UInt32 {
    value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1
  }

  /// The product of `a` and `b`.
  static func product(_ a: UInt32, _ b: UInt32) -> UInt32 {
    var sum: UInt32 = 0
    var shifted = b
    var bit: UInt32 = 1 << 31
    while bit != 0 {
      if a & bit != 0 { sum ^= shifted }
      shifted = timesX(shifted)
      bit >>= 1
    }
    return sum
  }

  /// x^(8 * bytes), by squaring.
  static func power(bytes: UInt64) -> UInt32 {
    var result: UInt32 = 1 << 31
    var square: UInt32 = 1 << 23  // x^8
    var left = bytes
    while left != 0 {
      if left & 1 == 1 { result = product(result, square) }
      square = product(square, square)
      left >>= 1
    }
    return result
  }
}

extension CRC32 {
  /// Takes in what a buffer holds.
  mutating func update(_ buffer: borrowing ByteBuffer) {
    var copy = self
    buffer.withBytes { copy.update($0) }
    self = copy
  }
}
