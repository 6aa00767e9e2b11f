import CCastagnoli

/// CRC-32C (Castagnoli): polynomial 0x1EDC6F41 reflected, as iSCSI has it (RFC 3720, appendix B.4).
///
/// By the processor's own instruction where it has one, else eight bytes a step ("slicing by 8", Kounavis and Berry, "Novel Table Lookup-Based Algorithms for
/// High-Performance CRC Generation", IEEE Transactions on Computers 57, 2008).
/// Check value of the catalogue of parametrised CRC algorithms: "123456789" gives 0xE3069283.
@safe
struct CRC32C: BitwiseCopyable {
  private var state: UInt32 = .max

  /// A CRC over no bytes.
  init() {}

  /// The CRC of the bytes taken in so far.
  var value: UInt32 { ~state }

  /// The CRC of `bytes`.
  static func of(_ bytes: RawSpan) -> UInt32 {
    var crc = CRC32C()
    crc.update(bytes)
    return crc.value
  }

  /// Takes in `bytes`. Allocates nothing.
  mutating func update(_ bytes: RawSpan) {
    let before = state
    state = unsafe bytes.withUnsafeBytes { bytes in
      guard Self.hasInstruction else { return unsafe Self.extend(before, over: bytes) }
      return unsafe vdt_crc32c(before, bytes.baseAddress, bytes.count)
    }
  }

  private static let hasInstruction = vdt_has_crc32c() != 0

  /// The CRC of `bytes` by the tables, as processors without the instruction compute it.
  static func byTables(_ bytes: RawSpan) -> UInt32 {
    ~(unsafe bytes.withUnsafeBytes { unsafe extend(.max, over: $0) })
  }

  private static func extend(_ start: UInt32, over bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard var cursor = bytes.baseAddress else { return start }
    let table = unsafe CRC32CTable.shared.entries
    var crc = start
    var left = bytes.count
    while left >= 8 {
      let word = unsafe UInt64(littleEndian: cursor.loadUnaligned(as: UInt64.self)) ^ UInt64(crc)
      let low = UInt32(truncatingIfNeeded: word)
      let high = UInt32(truncatingIfNeeded: word >> 32)
      crc = unsafe table[1792 &+ Int(low & 0xFF)] ^ table[1536 &+ Int((low >> 8) & 0xFF)]
      crc = unsafe crc ^ table[1280 &+ Int((low >> 16) & 0xFF)] ^ table[1024 &+ Int(low >> 24)]
      crc = unsafe crc ^ table[768 &+ Int(high & 0xFF)] ^ table[512 &+ Int((high >> 8) & 0xFF)]
      crc = unsafe crc ^ table[256 &+ Int((high >> 16) & 0xFF)] ^ table[Int(high >> 24)]
      unsafe cursor += 8
      left &-= 8
    }
    while left > 0 {
      let byte = unsafe cursor.load(as: UInt8.self)
      crc = unsafe (crc >> 8) ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)]
      unsafe cursor += 1
      left &-= 1
    }
    return crc
  }
}

/// The tables of slicing by 8, made once: slice k at 256 k.
///
/// Invariant for `@unchecked Sendable`: written only while it is made, by one thread, and never freed.
@safe
private struct CRC32CTable: @unchecked Sendable {
  static let shared = CRC32CTable()

  let entries: UnsafePointer<UInt32>

  private init() {
    let table = UnsafeMutablePointer<UInt32>.allocate(capacity: 8 * 256)
    for slice in 0..<8 {
      for byte in 0..<256 {
        var crc = UInt32(byte)
        for _ in 0..<8 * (slice + 1) { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
        unsafe table[256 * slice + byte] = crc
      }
    }
    unsafe entries = UnsafePointer(table)
  }
}
