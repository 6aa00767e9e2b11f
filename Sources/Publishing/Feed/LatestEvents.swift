/// Which events of a stretch of the ledger are the newest versions: what a snapshot gives of it.
public struct LatestEvents: Sendable {
  /// The most events that are looked at for a snapshot: about a second.
  public static let recordsMax: UInt64 = 100_000
  /// Events that are read at once.
  public static let pieceMax = 512

  /// Where the stretch begins: behind this event.
  public let after: UInt64
  /// The last event of it.
  public private(set) var through: UInt64
  private var newest: [String: UInt64] = [:]
  private var sorted: [UInt64]?

  /// Of the events after `after` up to `durable`, none of which was looked at.
  ///
  /// - Throws: ``FeedRefusal`` when they are too many.
  public init(after: UInt64, through durable: UInt64) throws(FeedRefusal) {
    guard durable <= after || durable - after <= Self.recordsMax else {
      throw FeedRefusal(
        .parameter,
        reason: "a snapshot of so long a time would look at more than \(Self.recordsMax) events",
        remedy: "ask for fewer hours, or read all of the feed")
    }
    self.after = after
    through = max(after, durable)
  }

  /// The next event of the stretch is a version of event `id`.
  public mutating func look(_ sequence: UInt64, _ id: String) { newest[id] = sequence }

  /// The stretch ends with event `sequence`, the last one that was looked at.
  public mutating func end(at sequence: UInt64) { through = sequence }

  /// The newest versions after event `sequence`, in their order.
  public mutating func sequences(after sequence: UInt64) -> ArraySlice<UInt64> {
    let all = sorted ?? newest.values.sorted()
    sorted = all
    newest = [:]
    return all[(all.firstIndex { $0 > sequence } ?? all.endIndex)...]
  }
}
