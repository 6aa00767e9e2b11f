/// A client's place in the feed: the last event it has, as `<epoch>.<sequence>` with the epoch in
/// hexadecimal. Opaque to clients.
public struct FeedCursor: Sendable, Equatable, CustomStringConvertible {
  /// The ledger it belongs to.
  public var epoch: UInt64
  /// The last event seen; 0 before the first.
  public var sequence: UInt64

  /// The place after event `sequence` of ledger `epoch`.
  public init(epoch: UInt64, sequence: UInt64) {
    self.epoch = epoch
    self.sequence = sequence
  }

  /// Reads the text form; `nil` when it is none.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, (1...16).contains(parts[0].utf8.count),
      let epoch = UInt64(parts[0], radix: 16), let sequence = UInt64(parts[1])
    else { return nil }
    self.init(epoch: epoch, sequence: sequence)
  }

  /// The text form.
  public var description: String {
    let digits = String(epoch, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits + "." + String(sequence)
  }
}
