import Ledger

/// What came of one feed, to be stored.
struct StorePart: Sendable {
  /// Name of the feed.
  var feed: String
  /// The events, in order, each once.
  var events: [ReceivedEvent]
  /// The place after them.
  var next: EventCursor
  /// What was found of them, and of earlier ones that wait; `nil` where nothing was looked at.
  var checked: CheckedEvents? = nil
}

/// What became of an event's proof.
struct Settlement: Sendable, Equatable {
  /// Place in the post's ledger.
  var sequence: UInt64
  /// How far the event is to be believed.
  var state: EventState
  /// The release bundle, canonical JSON; `nil` when there is none.
  var bundle: ArraySlice<UInt8>?
}

/// What the proofs of events gave, to be stored with them.
struct CheckedEvents: Sendable, Equatable {
  /// The checkpoint, with this center's cosignature where it is a witness.
  var note: SignedNote
  /// What became of each.
  var settled: [Settlement] = []
  /// What there is to tell.
  var notices: [Notice] = []
}
