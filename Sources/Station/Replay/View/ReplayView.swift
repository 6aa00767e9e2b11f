import Captures
public import Fusion
public import Model

/// What a terminal of 80 by 24 characters shows of a replay: how far it is, the site with the tracks,
/// the last events.
public struct ReplayView: Sendable {
  /// Characters in a row.
  public static let columns = 80
  /// Rows.
  public static let rows = 24
  /// Rows of the map.
  private static let mapRows = 15
  /// Events that are shown.
  private static let eventRows = 4
  /// Events that are kept for the time after.
  public static let eventsMax = 200

  private let title: String
  private let map: TextMap
  private let seconds: Double?
  private var tracks: [TrackSnapshot] = []
  private var active: Set<SensorID> = []
  private var clock: ClockMap?
  private var moment: Instant?
  /// The last events, as lines for people.
  public private(set) var events: [String] = []
  /// All events so far.
  public private(set) var eventCount = 0

  /// A view of a replay of `site`; `seconds` is how long it goes, where that is known.
  public init(title: String, site: Site, seconds: Double?) {
    self.title = title
    self.seconds = seconds
    map = TextMap(site, columns: Self.columns, rows: Self.mapRows)
  }

  /// Takes the tracks as of `moment`.
  public mutating func show(_ tracks: [TrackSnapshot], at moment: Instant) {
    self.tracks = tracks
    self.moment = moment
  }

  /// Takes what fusion took: which sensors are active, and the clock.
  public mutating func take(_ observation: Observation) {
    switch observation.content {
    case .area(let isActive):
      if isActive { active.insert(observation.sensor) } else { active.remove(observation.sensor) }
    case .clock(let map): clock = map
    case .detection, .scanEnd, .platform, .air, .health: break
    }
  }

  /// Takes an event's text.
  public mutating func take(event data: [UInt8]) {
    eventCount += 1
    events.append(EventLine(data: data).text)
    if events.count > Self.eventsMax { events.removeFirst() }
  }

  /// The rows, at most 24 of at most 80 characters, at second `now` of the replay.
  public func text(at now: Double, pacer: ReplayPacer) -> [String] {
    let drawn = map.text(tracks, active: active)
    let scale = 10 * map.metresPerColumn
    var counts = "\(tracks.count) tracks, \(eventCount) events"
    if drawn.outside > 0 { counts += "; \(drawn.outside) tracks outside of the map" }
    let shown = events.suffix(Self.eventRows)
    let lines =
      [Self.both(TextMap.plain(title), Self.word(pacer.state)), progress(now, pacer.speed)]
      + drawn.rows
      + [Self.both(TextMap.legend, "|---------| \(Self.metres(scale))"), counts]
      + shown.map { TextMap.plain($0) }
      + Array(repeating: "", count: Self.eventRows - shown.count)
      + ["space: pause and go on   s: next observation   e: next event   q: end"]
    return lines.map { String($0.prefix(Self.columns)) }
  }

  /// A text at the left of a row and one at its right.
  private static func both(_ left: String, _ right: String) -> String {
    let room = columns - right.count - 1
    let left = String(left.prefix(max(room, 0)))
    return left + String(repeating: " ", count: max(1, columns - left.count - right.count)) + right
  }

  private static func word(_ state: ReplayPacer.State) -> String {
    switch state {
    case .running: "RUNNING"
    case .paused: "PAUSED"
    case .steppingToObservation, .steppingToEvent: "STEPPING"
    case .ended: "ENDED"
    }
  }

  private static func metres(_ value: Double) -> String {
    value < 10 ? "\((value * 10).rounded() / 10) m" : "\(Int(min(value, 1e9).rounded())) m"
  }

  /// A bar with the replay's second, UTC and speed.
  private func progress(_ now: Double, _ speed: Double?) -> String {
    let utc = moment.flatMap { moment in
      clock.map { " " + $0.wallTime(at: moment).utcText.prefix(19) + "Z" }
    }
    let right = "\(utc ?? "") x \(speed.map { Self.short($0) } ?? "max")"
    guard let seconds, seconds > 0 else { return Self.both("second \(Self.tenths(now))", right) }
    let word = "\(Self.tenths(now)) of \(Self.tenths(seconds)) s"
    let width = max(Self.columns - right.count - word.count - 4, 4)
    let filled = min(max(Int(Double(width) * now / seconds), 0), width)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    return "[\(bar)] \(word)\(right)"
  }

  private static func tenths(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10)" }

  private static func short(_ number: Double) -> String {
    number == number.rounded() ? "\(Int(number))" : "\(number)"
  }
}
