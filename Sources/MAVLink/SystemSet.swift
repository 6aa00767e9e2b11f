/// A set of MAVLink system ids, 32 bytes.
public struct SystemSet: Hashable, BitwiseCopyable, Sendable {
  private var words = SIMD4<UInt64>.zero

  /// No system.
  public init() {}

  /// Whether `system` is in it.
  public func contains(_ system: UInt8) -> Bool {
    words[Int(system >> 6)] >> UInt64(system & 63) & 1 == 1
  }

  /// Puts `system` in.
  public mutating func insert(_ system: UInt8) {
    words[Int(system >> 6)] |= 1 << UInt64(system & 63)
  }

  /// Takes all out.
  public mutating func removeAll() { words = .zero }
}
