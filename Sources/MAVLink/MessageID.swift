/// The number of a MAVLink message type: 8 bits on a version 1 line, 24 bits on a version 2 line.
public struct MessageID: Hashable, Comparable, BitwiseCopyable, Sendable {
  /// The number, 0 ... 16,777,215.
  public var rawValue: UInt32

  /// Wraps `rawValue`.
  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// Orders by number.
  @inlinable
  public static func < (lhs: MessageID, rhs: MessageID) -> Bool { lhs.rawValue < rhs.rawValue }

  /// The definition of the message, or nil if the table does not know this id.
  ///
  /// A binary search of about eight steps: for display, not for the hot path.
  public var definition: MessageDefinition? {
    var low = 0
    var high = MessageDefinition.all.count
    while low < high {
      let middle = (low + high) / 2
      if MessageDefinition.all[middle].id < rawValue { low = middle + 1 } else { high = middle }
    }
    guard low < MessageDefinition.all.count else { return nil }
    let found = MessageDefinition.all[low]
    return found.id == rawValue ? found : nil
  }
}
