import Ledger

/// What a desk has looked at of one ledger, to be put into the store in one transaction.
struct HubTurn: Sendable {
  /// A stretch of events with the proofs that came for it.
  struct Stretch: Sendable {
    /// Those that wait for their proof, in order.
    var events: [ReceivedEvent]
    var proofs: PostClient.Proofs
    /// What was seen of the post's log with these proofs.
    var seen: SeenLog
    /// Whether their checkpoint is new.
    var isNew: Bool
    /// What there is to tell besides.
    var notices: [Notice]
  }

  /// The turn before is not in the store yet, and this one cannot go on from it as it is: something is to be
  /// told, or to be compared with what is stored. It is looked at again once all before it is there.
  struct MustWait: Error {}

  /// The feed.
  let name: String
  /// The ledger.
  let epoch: UInt64
  /// Where the feed stands once ``events`` are in the store; `nil` where that is not known yet.
  var place: UInt64?
  /// What was seen of the post's log, where proofs were looked at.
  var seen: SeenLog?
  /// To be stored, in order, each once.
  var events: [ReceivedEvent] = []
  /// To be checked, in order.
  var stretches: [Stretch] = []
  /// What that gave, to be stored with the events.
  var checked: CheckedEvents?
  /// Where all this is acknowledged once it is in the store.
  var receipts: [String] = []
  /// Where to acknowledge what is in the store.
  var taken: [String] = []
  /// What waits for others.
  var waiting: [HubMail] = []

  init(name: String, epoch: UInt64) {
    self.name = name
    self.epoch = epoch
  }

  /// Where the feed stands then.
  var cursor: EventCursor? { place.map { EventCursor(epoch: epoch, sequence: $0) } }

  /// What there is to store; `nil` when there is nothing.
  var part: StorePart? {
    guard let place, !events.isEmpty || checked != nil else { return nil }
    return StorePart(
      feed: name, events: events, next: EventCursor(epoch: epoch, sequence: place), checked: checked
    )
  }

  /// What it had to store is in the store.
  mutating func isKept() {
    taken += receipts
    (events, stretches, checked, receipts) = ([], [], nil, [])
  }
}
