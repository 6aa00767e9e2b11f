public import Ledger

/// A durable event as agreements look at it.
public struct ShareableEvent: Sendable {
  /// Place in the ledger.
  public var sequence: UInt64
  /// What it is.
  public var header: EventHeader
  /// Its fields.
  public var fields: EventFields

  /// The event at `sequence` with the payload `feature`; `nil` when that is not what the post
  /// writes: nothing of it can be released then.
  public init?(sequence: UInt64, header: EventHeader, feature: [UInt8]) {
    guard let fields = EventFields(kind: header.kind, feature: feature) else { return nil }
    self.sequence = sequence
    self.header = header
    self.fields = fields
  }
}
