/// The first 64 bytes of a payload with zeros behind its end: where typed messages read and write
/// their fields.
///
/// Version 2 senders leave out trailing zero bytes and older senders lack extension fields; both
/// read as zero (MAVLink guide, "Empty-Byte Payload Truncation" and "Message Extensions"). 64 bytes
/// hold the longest message that is typed here (GPS_RAW_INT, 52).
public struct PayloadFields: BitwiseCopyable, Sendable {
  /// The number of bytes held.
  public static let capacity = 64

  private var storage = InlineArray<64, UInt8>(repeating: 0)

  /// All zeros.
  public init() {}

  /// The beginning of `payload`.
  public init(_ payload: RawSpan) {
    let count = min(payload.byteCount, Self.capacity)
    var bytes = storage.mutableSpan
    unsafe bytes.withUnsafeMutableBytes { target in
      unsafe payload.withUnsafeBytes { source in
        unsafe target.copyMemory(from: .init(rebasing: source.prefix(count)))
      }
    }
  }

  /// The little-endian integer at `offset`, which must lie within the 64 bytes.
  public func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as _: Value.Type = Value.self
  ) -> Value {
    precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= Self.capacity)
    return unsafe Value(
      littleEndian: storage.span.bytes.unsafeLoadUnaligned(
        fromByteOffset: offset, as: Value.self))
  }

  /// The single-precision number at `offset`, which must lie within the 64 bytes.
  public func float(at offset: Int) -> Float { Float(bitPattern: integer(at: offset)) }

  /// Writes `value` little-endian at `offset`, which must lie within the 64 bytes.
  public mutating func set<Value: FixedWidthInteger & BitwiseCopyable>(
    _ value: Value, at offset: Int
  ) {
    precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= Self.capacity)
    for byte in 0..<MemoryLayout<Value>.size {
      storage[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
    }
  }

  /// Writes `value` at `offset`, which must lie within the 64 bytes.
  public mutating func set(_ value: Float, at offset: Int) { set(value.bitPattern, at: offset) }

  /// The byte at `offset`.
  subscript(offset: Int) -> UInt8 { storage[offset] }
}
