import CCarrylessProduct

/// The read-only tables of the hot path, built once per process and never freed: the CRC slices and
/// the direct index from message id to CRC_EXTRA.
///
/// Invariant for `@unchecked Sendable`: both blocks are written in `init` only, before `shared` is
/// published by the language's once-only initialisation of globals, and read-only from then on.
@safe struct LookupTables: @unchecked Sendable {
  /// The tables of this process. Parsers copy it at their start, so that no once-check is left in
  /// their loops.
  static let shared = LookupTables()

  /// `Checksum.slicesCount` tables of 256 entries: 4 KiB.
  let slices: UnsafePointer<UInt16>

  /// Whether the processor multiplies without carries.
  let hasCarrylessProduct = vdt_has_carryless_product() != 0

  /// 256 page numbers by `id >> 8`, then pages of 256 entries by the low eight bits of the id.
  ///
  /// Page 0 is the page of unknown messages. The known ids lie in about ten pages, so that the
  /// index takes about 6 KiB, most of it never touched.
  let index: UnsafePointer<UInt16>

  /// Set in an entry of a known message; the low eight bits are its CRC_EXTRA.
  static let knownFlag: UInt16 = 0x100

  private init() {
    let slices = UnsafeMutablePointer<UInt16>.allocate(capacity: 256 * Checksum.slicesCount)
    for slice in 0..<Checksum.slicesCount {
      for byte in UInt8.min...UInt8.max {
        unsafe (slices + 256 * slice + Int(byte)).initialize(
          to: Checksum.tableEntry(slice: slice, byte: byte))
      }
    }
    unsafe self.slices = unsafe UnsafePointer(slices)

    var pageNumbers = [UInt16](repeating: 0, count: 256)
    var pagesCount: UInt16 = 1
    for message in MessageDefinition.all {
      precondition(message.id <= 0xFFFF, "the index holds ids up to 65,535: widen it")
      let page = Int(message.id >> 8)
      if pageNumbers[page] == 0 {
        pageNumbers[page] = pagesCount
        pagesCount += 1
      }
    }
    let count = 256 + 256 * Int(pagesCount)
    let index = UnsafeMutablePointer<UInt16>.allocate(capacity: count)
    unsafe index.initialize(repeating: 0, count: count)
    for (page, number) in pageNumbers.enumerated() { unsafe index[page] = 256 * (number + 1) }
    for message in MessageDefinition.all {
      let page = unsafe Int(index[Int(message.id >> 8)])
      unsafe index[page + Int(message.id & 0xFF)] = Self.knownFlag | UInt16(message.crcExtra)
    }
    unsafe self.index = unsafe UnsafePointer(index)
  }

  /// The entry of message `id` (24 bits): 0 if unknown, else `knownFlag` and its CRC_EXTRA.
  @inline(__always)
  func entry(of id: UInt32) -> UInt16 {
    guard id <= 0xFFFF else { return 0 }
    return unsafe index[Int(index[Int(id >> 8)]) &+ Int(id & 0xFF)]
  }
}
