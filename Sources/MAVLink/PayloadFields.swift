/// A payload being written: 256 bytes, zeros where no field was set.
///
/// Zeros behind the last field are what version 2 leaves out (MAVLink guide, "Empty-Byte Payload
/// Truncation"). For the sender's side; received payloads are read where they lie.
public struct PayloadFields: BitwiseCopyable, Sendable {
  private var storage = InlineArray<256, UInt8>(repeating: 0)

  /// All zeros.
  public init() {}

  /// Writes `value` little-endian at `offset`; it must end within the longest payload.
  public mutating func set<Value: FixedWidthInteger & BitwiseCopyable>(
    _ value: Value, at offset: Int
  ) {
    precondition(
      offset >= 0 && offset + MemoryLayout<Value>.size <= FrameFormat.payloadLengthMax)
    for byte in 0..<MemoryLayout<Value>.size {
      storage[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
    }
  }

  /// Writes `value` at `offset`.
  public mutating func set(_ value: Float, at offset: Int) { set(value.bitPattern, at: offset) }

  /// Writes `value`, or for nil the dialect's `unknown` value.
  public mutating func set<Value: FixedWidthInteger & BitwiseCopyable>(
    _ value: Value?, at offset: Int, unknown: Value
  ) {
    set(value ?? unknown, at: offset)
  }

  /// Writes `value`, or for nil the dialect's `unknown` value.
  public mutating func set(_ value: Float?, at offset: Int, unknown: Float) {
    set(value ?? unknown, at: offset)
  }

  /// Writes all elements from `offset` on.
  public mutating func set<let count: Int, Value: FixedWidthInteger & BitwiseCopyable>(
    _ values: WireArray<count, Value>, at offset: Int
  ) {
    for index in 0..<count { set(values[index], at: offset + index * MemoryLayout<Value>.size) }
  }

  /// Writes all elements from `offset` on, for nil the dialect's `unknown` value.
  public mutating func set<let count: Int, Value: FixedWidthInteger & BitwiseCopyable>(
    _ values: WireArray<count, Value?>, at offset: Int, unknown: Value
  ) {
    for index in 0..<count {
      set(values[index] ?? unknown, at: offset + index * MemoryLayout<Value>.size)
    }
  }

  /// Writes all elements from `offset` on.
  public mutating func set<let count: Int>(_ values: WireArray<count, Float>, at offset: Int) {
    for index in 0..<count { set(values[index], at: offset + index * 4) }
  }

  /// Writes the characters from `offset` on.
  public mutating func set<let count: Int>(_ text: WireText<count>, at offset: Int) {
    for index in 0..<count { storage[offset + index] = text[index] }
  }

  /// The byte at `offset`.
  subscript(offset: Int) -> UInt8 { storage[offset] }
}
