import Ledger

/// Of which events each partner has a version: the newest lines of the release log in memory, all others in
/// the log itself.
///
/// What is let go here is in the signed part of the log by then, where it is found by its index, so that
/// memory is bounded by what was released lately and not by all that ever was.
struct PartnerHoldings {
  /// Events of a generation; two are kept, and more only while the log is not signed.
  static let generationMax = 65_536

  private let generationMax: Int
  private var fresh: [String: Set<EventID>] = [:]
  private var older: [String: Set<EventID>] = [:]
  private var freshCount = 0
  private var olderCount = 0
  /// The last line of the log that is about the older generation.
  private var olderEnd: UInt64 = 0

  /// Nothing; lets go what is older than two generations of so many events.
  init(generationMax: Int = Self.generationMax) { self.generationMax = generationMax }

  /// Events in memory, counted once for each partner.
  var count: Int { freshCount + olderCount }

  /// Whether `partner` has a version of event `id`; `false` says nothing of what is in the log only.
  func has(_ partner: String, _ id: EventID) -> Bool {
    fresh[partner]?.contains(id) ?? false || older[partner]?.contains(id) ?? false
  }

  /// `partner` has a version of event `id`.
  mutating func insert(_ partner: String, _ id: EventID) {
    if fresh[partner, default: []].insert(id).inserted { freshCount += 1 }
  }

  /// Lets go what can be found in the log: it is durable up to line `durable` and signed up to `signed`.
  mutating func tidy(durable: UInt64, signed: UInt64) {
    guard freshCount >= generationMax, signed >= olderEnd else { return }
    (older, olderCount, olderEnd) = (fresh, freshCount, durable)
    (fresh, freshCount) = ([:], 0)
  }

  /// Whether the log of `folder` says that `partner` was given a version of event `id`.
  static func isGiven(
    _ id: EventID, to partner: String, in folder: String
  ) throws(LedgerError) -> Bool {
    let prover: LedgerProver
    do throws(LedgerError) { prover = try LedgerProver(directory: folder) } catch {
      guard error.code == .noLedger || error.code == .missing else { throw error }
      return false
    }
    return try prover.holds(id) { _, payload in Self.partner(givenBy: payload) == partner }
  }

  /// Which of `events` the log of `folder` says were given in `feed`.
  static func given(
    _ events: [(id: EventID, sequence: UInt64)], in feed: FeedRecords.Feed, folder: String
  ) throws(LedgerError) -> Set<UInt64> {
    let prover: LedgerProver
    do throws(LedgerError) { prover = try LedgerProver(directory: folder) } catch {
      guard error.code == .noLedger || error.code == .missing else { throw error }
      return []
    }
    let wanted = Dictionary(grouping: events) { $0.id }
    var found: Set<UInt64> = []
    try prover.visit(Set(wanted.keys)) { record, payload in
      guard let line = GivenLine(payload), line.feed == feed,
        wanted[record.header.id]?.contains(where: { $0.sequence == line.sequence }) == true
      else { return }
      found.insert(line.sequence)
    }
    return found
  }

  /// Who was given something, as a line of the release log says; `nil` when it says anything else.
  static func partner(givenBy payload: RawSpan) -> String? { GivenLine(payload)?.feed.partner }
}

/// A line of the release log that says that an event, or a recall of it, was given.
struct GivenLine {
  var feed: FeedRecords.Feed
  var sequence: UInt64

  /// What `payload` says; `nil` when that is anything else.
  init?(_ payload: RawSpan) {
    guard let line = CanonicalObject(Array(copying: payload)[...]) else { return nil }
    func word(_ name: String) -> String? {
      line[name].flatMap { CanonicalObject.plainString($0) }
    }
    guard let outcome = word("outcome"), outcome == "released" || outcome == "recalled",
      let partner = word("partner")
    else { return nil }
    feed = FeedRecords.Feed(
      partner: partner, purpose: word("purpose") ?? "",
      isExercise: line["exercise"].map { $0.elementsEqual("true".utf8) } ?? false)
    sequence = line["sequence"].flatMap { UInt64(String(decoding: $0, as: UTF8.self)) } ?? 0
  }
}
