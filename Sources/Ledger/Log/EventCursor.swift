/// A reader's place in a ledger: the last event it has, as `<epoch>.<sequence>`, the epoch in 16
/// hexadecimal digits. Opaque to clients.
public struct EventCursor: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
  /// The ledger it belongs to.
  public var epoch: UInt64
  /// The last event that the reader has; 0 before the first.
  public var sequence: UInt64

  /// The place after event `sequence` of ledger `epoch`.
  public init(epoch: UInt64, sequence: UInt64) {
    self.epoch = epoch
    self.sequence = sequence
  }

  /// Reads the text form, exactly as ``description`` writes it; `nil` for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 16, parts[1].utf8.count <= 20,
      let epoch = UInt64(parts[0], radix: 16), let sequence = UInt64(parts[1])
    else { return nil }
    self.init(epoch: epoch, sequence: sequence)
    guard description == text else { return nil }
  }

  /// The text form.
  public var description: String { "\(hexadecimal(epoch, digits: 16)).\(sequence)" }
}
