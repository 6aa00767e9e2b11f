public import Ledger

/// Where a feed stands, as the store keeps it.
public struct FeedState: Sendable, Equatable {
  /// Everything up to here is stored; `nil` before the first answer.
  public var cursor: EventCursor?
  /// The newest checkpoint that was taken, with this center's cosignature where it is a witness.
  public var note: SignedNote?
  /// The key of the ledger that is followed, where an earlier one handed over to it; else the
  /// configuration's holds.
  public var key: NoteKey?
  /// Everything up to here was acknowledged.
  public var acknowledged: EventCursor?
  /// Whether the feed is closed for good: the post signed two histories.
  public var isBarred: Bool

  /// A feed of which nothing is known.
  public init() { isBarred = false }
}
