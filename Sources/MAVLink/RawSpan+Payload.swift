/// Fields of a payload, read where it lies.
///
/// Version 2 senders leave out trailing zero bytes and older senders lack extension fields; what is
/// not there reads as zero (MAVLink guide, "Empty-Byte Payload Truncation" and "Message Extensions").
extension RawSpan {
  /// The little-endian integer at `offset`.
  @inline(__always)
  func wireInteger<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as _: Value.Type = Value.self
  ) -> Value {
    guard offset &+ MemoryLayout<Value>.size <= byteCount else {
      return trimmedInteger(at: offset)
    }
    return unsafe Value(
      littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  /// The integer at `offset`, or nil if the sender says that it does not know it.
  @inline(__always)
  func wireInteger<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, unknown: Value
  ) -> Value? {
    let value = wireInteger(at: offset, as: Value.self)
    return value == unknown ? nil : value
  }

  /// The single-precision number at `offset`.
  @inline(__always)
  func wireFloat(at offset: Int) -> Float {
    Float(bitPattern: wireInteger(at: offset, as: UInt32.self))
  }

  /// The number at `offset`, or nil if the sender says that it does not know it; every NaN is nil
  /// where NaN says so.
  @inline(__always)
  func wireFloat(at offset: Int, unknown: Float) -> Float? {
    let value = wireFloat(at: offset)
    return value == unknown || (value.isNaN && unknown.isNaN) ? nil : value
  }

  /// An integer of which the end, or all, was left out.
  private func trimmedInteger<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Value {
    var value: Value = 0
    var byte = 0
    while byte < MemoryLayout<Value>.size && offset &+ byte < byteCount {
      let part = unsafe unsafeLoad(fromByteOffset: offset &+ byte, as: UInt8.self)
      value |= Value(truncatingIfNeeded: part) << Value(truncatingIfNeeded: 8 &* byte)
      byte &+= 1
    }
    return value
  }
}
