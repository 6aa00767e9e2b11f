import FoundationEssentials

/// Two runs of one post side by side: the events that are the same, changed, lost and gained, each
/// with the reason, and where the runs part.
///
/// A pure function of the two records. Events are compared in their newest versions; one that was
/// retracted does not stand.
public struct RunComparison: Sendable, Encodable {
  /// One of the runs.
  public struct Side: Sendable, Encodable {
    /// The run in words.
    public var name: String
    /// Hash of its configuration; empty when not known.
    public var configuration: String
    /// Software that decided; empty when not known.
    public var software: String
    /// Its events that stand.
    public var events: Int
  }

  /// A member that both runs have with other values.
  public struct Member: Sendable, Equatable, Encodable {
    /// Its path, e.g. `count.max`.
    public var name: String
    /// Its value in A, in words.
    public var a: String
    /// Its value in B, in words.
    public var b: String
  }

  /// An event of both runs that is not the same in both.
  public struct Change: Sendable, Encodable {
    /// The event of A in one line.
    public var event: String
    /// Its longitude and latitude, degrees; empty where it has none.
    public var place: [Double]
    /// What differs, by name.
    public var members: [Member]
  }

  /// An event of one run only.
  public struct Single: Sendable, Encodable {
    /// The event in one line.
    public var event: String
    /// Its longitude and latitude, degrees; empty where it has none.
    public var place: [Double]
    /// Why the other run has none, as far as it can be seen.
    public var reason: String
    /// When it happened, as the event says.
    public var time: String
    /// The sensors that had a part in it.
    public var sensors: [String]

    init(_ event: ComparedEvent, reason: String) {
      self.event = event.label
      self.reason = reason
      place = event.degrees
      time = event.time
      sensors = event.shares.map(\.name)
    }
  }

  /// The run that is compared.
  public let a: Side
  /// What it is compared with.
  public let b: Side
  /// Events that are the same in all that they say of what happened.
  public let same: Int
  /// Events that are in both and not the same, in the order of time.
  public let changed: [Change]
  /// Events of A that B has not.
  public let lost: [Single]
  /// Events of B that A has not.
  public let gained: [Single]
  /// Where the runs part; `nil` when all events are the same.
  public let firstDifference: FirstDifference?
  /// What differs between the configurations, `path: a -> b`.
  public let settings: [String]

  /// Whether all events are the same.
  public var isSame: Bool { changed.isEmpty && lost.isEmpty && gained.isEmpty }

  private enum CodingKeys: String, CodingKey {
    case a, b, same, changed, lost, gained, settings
    case firstDifference = "first_difference"
  }

  /// Compares `a` with `b`, whose configurations differ in `settings`, as `ValueDifferences` tells it.
  ///
  /// - Throws: when an event is not as `Docs/schemas` has it.
  public init(_ a: RunRecord, _ b: RunRecord, settings: [String] = []) throws(ScoringError) {
    let (left, right) = (try RunEvents(a), try RunEvents(b))
    self.a = Side(
      name: a.name, configuration: a.configuration, software: a.software,
      events: left.standing.count)
    self.b = Side(
      name: b.name, configuration: b.configuration, software: b.software,
      events: right.standing.count)
    self.settings = settings
    let pairs = EventMatching.pairs(left.standing, right.standing)
    var changed: [Change] = []
    var firsts: [ComparedEvent] = []
    for pair in pairs {
      let (mine, other) = (left.standing[pair.a], right.standing[pair.b])
      let members = Self.differences(mine, other)
      guard !members.isEmpty else { continue }
      changed.append(Change(event: mine.label, place: mine.degrees, members: members))
      firsts.append(mine)
    }
    let (partnersA, partnersB) = (
      Dictionary(uniqueKeysWithValues: pairs.map { ($0.a, $0.b) }),
      Dictionary(uniqueKeysWithValues: pairs.map { ($0.b, $0.a) })
    )
    let lost = left.standing.indices.filter { partnersA[$0] == nil }.map { left.standing[$0] }
    let gained = right.standing.indices.filter { partnersB[$0] == nil }.map { right.standing[$0] }
    let sides = (SingleReason(a, b, right, "B"), SingleReason(b, a, left, "A"))
    self.lost = lost.map { Single($0, reason: sides.0.text(of: $0)) }
    self.gained = gained.map { Single($0, reason: sides.1.text(of: $0)) }
    self.changed = changed
    same = pairs.count - changed.count
    firsts += lost + gained
    let first = firsts.min { $0.seconds < $1.seconds }
    firstDifference = first.map { FirstDifference(a, b, settings: settings, before: $0.nanos) }
  }

  /// All of it as one JSON object, UTF-8.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  private static func differences(_ a: ComparedEvent, _ b: ComparedEvent) -> [Member] {
    Set(a.members.keys).union(b.members.keys).sorted().compactMap { name in
      let (mine, other) = (a.members[name], b.members[name])
      guard mine != other else { return nil }
      var words = (mine?.words ?? "nothing", other?.words ?? "nothing")
      if words.0 == words.1 { words.1 = "other \(words.1)" }
      return Member(name: name, a: words.0, b: words.1)
    }
  }
}

/// The events of a run in their newest versions, in the order of time.
struct RunEvents {
  var standing: [ComparedEvent] = []
  var retracted: [ComparedEvent] = []

  init(_ run: RunRecord) throws(ScoringError) {
    var newest: [String: ComparedEvent] = [:]
    for (place, event) in run.events.enumerated() {
      let read = try ComparedEvent(event, subject: run.name, number: place + 1)
      // Without an id it is an event of its own.
      let id = read.id.isEmpty ? "#\(place)" : read.id
      if let known = newest[id], known.version > read.version { continue }
      newest[id] = read
    }
    let sorted = newest.sorted { ($0.value.seconds, $0.key) < ($1.value.seconds, $1.key) }
    for (_, event) in sorted {
      if event.isRetracted { retracted.append(event) } else { standing.append(event) }
    }
  }
}
