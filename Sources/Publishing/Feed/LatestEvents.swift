/// Which events of a stretch of the ledger are the newest versions: what a snapshot gives of it.
public struct LatestEvents: Sendable {
  /// The most events that are looked at for a snapshot: about a second.
  public static let recordsMax: UInt64 = 100_000
  /// Events that are read at once.
  public static let pieceMax = 512

  /// An event's name as it is kept here: 128 bits of hashes with keys that nobody knows, so that among
  /// 10^5 names two are alike once in 10^28 times.
  private struct Key: Hashable {
    private var first: Int
    private var second: Int

    init(_ id: some Hashable) {
      var (one, other) = (Hasher(), Hasher())
      one.combine(0 as UInt8)
      other.combine(1 as UInt8)
      one.combine(id)
      other.combine(id)
      (first, second) = (one.finalize(), other.finalize())
    }
  }

  /// Where the stretch begins: behind this event.
  public let after: UInt64
  /// The last event of it that was looked at.
  public private(set) var through: UInt64
  private var newest: [Key: UInt64] = [:]
  /// The versions in their order, some of them not the newest any more.
  private var order: [UInt64] = []
  private var superseded: Set<UInt64> = []

  /// Of the events after `after`, none of which was looked at.
  public init(after: UInt64) {
    self.after = after
    through = after
  }

  /// Refuses a snapshot of what comes after event `after` up to `durable` when that is too much.
  static func check(after: UInt64, through durable: UInt64) throws(FeedRefusal) {
    guard durable <= after || durable - after <= recordsMax else {
      throw FeedRefusal(
        .parameter,
        reason: "a snapshot of so long a time would look at more than \(recordsMax) events",
        remedy: "ask for fewer hours, or read all of the feed")
    }
  }

  /// The next event of the stretch is a version of event `id`.
  public mutating func look(_ sequence: UInt64, _ id: some Hashable) {
    if let before = newest.updateValue(sequence, forKey: Key(id)) { superseded.insert(before) }
    order.append(sequence)
    through = sequence
  }

  /// The newest versions after event `sequence`, up to `last`, in their order; at most `limit`.
  public mutating func sequences(
    after sequence: UInt64, through last: UInt64, limit: Int
  ) -> [UInt64] {
    if !superseded.isEmpty {
      order.removeAll { superseded.contains($0) }
      superseded = []
    }
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if order[middle] <= sequence { low = middle + 1 } else { high = middle }
    }
    return Array(order[low...].prefix { $0 <= last }.prefix(limit))
  }
}
