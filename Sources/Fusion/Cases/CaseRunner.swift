import FoundationEssentials
import Glibc
import Model

/// Runs fusion alone on an observation case (`vedette fuse`).
///
/// Reads `site.json` and `sensors.jsonl` of a folder and writes `tracks.jsonl` (the confirmed tracks
/// at each whole second of the arrival clock, from what arrived until then), `events.jsonl` (each
/// crossing as it was first reported; later versions are not in the format) and `runtime.json`
/// (processor time of fusion alone, without reading and writing).
public struct CaseRunner: ~Copyable {
  /// Time between two ticks of the arrival clock, nanoseconds: lets fusion's own time pass when no
  /// sensor says anything.
  static let tickNanos: Int64 = 200_000_000
  /// Longest case, seconds.
  static let secondsMax = 100_000

  private var engine: FusionEngine
  private let site: Site
  private var translator: CaseTranslator
  private var tracks = ""
  private var events = ""
  private var processorSeconds = 0.0
  private var nextSecond: Int64?
  private var nextTick: Int64 = 0
  private var ticks: UInt64 = 0

  /// Runs the case in folder `case` and writes the answer into folder `out`, made when absent.
  public static func run(case folder: String, out: String) throws {
    let siteData = try read(folder + "/site.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let site: Site
    do {
      site = try decoder.decode(CaseSite.self, from: siteData).site()
    } catch {
      throw malformed(folder + "/site.json", error)
    }
    let lines = try read(folder + "/sensors.jsonl").split(separator: UInt8(ascii: "\n"))
    var messages: [CaseMessage] = []
    messages.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated() {
      do {
        messages.append(try decoder.decode(CaseMessage.self, from: line))
      } catch {
        throw malformed("\(folder)/sensors.jsonl, line \(index + 1)", error)
      }
    }
    if let first = messages.first, let last = messages.last,
      (last.rx &- first.rx) / 1_000_000_000 > Int64(secondsMax)
    {
      throw malformed(
        folder + "/sensors.jsonl", CaseSiteProblem(text: "longer than \(secondsMax) seconds"))
    }
    var runner = CaseRunner(site)
    for message in messages { runner.take(message) }
    runner.finish()
    try runner.write(to: out)
  }

  private init(_ site: Site) {
    self.site = site
    engine = FusionEngine(site: site)
    translator = CaseTranslator(site)
  }

  private mutating func take(_ message: CaseMessage) {
    advance(to: message.rx)
    var arrivals: [Arrival] = []
    translator.translate(message) { arrivals.append($0) }
    for arrival in arrivals { feed(arrival) }
  }

  /// Ticks and whole seconds before `moment`.
  private mutating func advance(to moment: Int64) {
    if nextSecond == nil {
      nextSecond = (moment / 1_000_000_000 + 1) * 1_000_000_000
      nextTick = moment
    }
    while let second = nextSecond, second < moment {
      tick(to: second)
      writeTracks(at: second)
      nextSecond = second + 1_000_000_000
    }
    tick(to: moment)
  }

  private mutating func tick(to moment: Int64) {
    while nextTick <= moment {
      let time = Instant(monotonicNanos: nextTick)
      ticks += 1
      feed(
        Arrival(
          time: time,
          observation: Observation(
            source: .clock, sensor: .none, sequence: ticks, time: time,
            content: .clock(
              ClockMap(
                instant: time, wall: WallTime(unixNanos: nextTick), uncertaintyNanos: 0,
                state: .synchronised)))))
      nextTick += Self.tickNanos
    }
  }

  private mutating func feed(_ arrival: Arrival) {
    var crossings: [CrossingEvent] = []
    let start = Self.processorNanos()
    engine.take(arrival) { event in
      if case .crossing(let crossing) = event { crossings.append(crossing) }
    }
    processorSeconds += Double(Self.processorNanos() - start) * 1e-9
    for crossing in crossings { write(crossing) }
  }

  private mutating func finish() {
    if let second = nextSecond { advance(to: second + 1) }
    var crossings: [CrossingEvent] = []
    engine.finish { event in
      if case .crossing(let crossing) = event { crossings.append(crossing) }
    }
    for crossing in crossings { write(crossing) }
  }

  private static func processorNanos() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  // MARK: - Writing

  private mutating func writeTracks(at second: Int64) {
    var rows: [String] = []
    let sensors = site.sensors
    engine.forEachTrack(at: Instant(monotonicNanos: second)) { track in
      // A drone of our own is no target of a case; patrols on the ground are.
      if track.platform != .none, case .drone = sensors[track.platform.index].detail { return }
      let name = Self.className(track.classes, isFriendly: track.platform != .none)
      rows.append(
        "{\"id\":\(track.id.rawValue),\"x\":\(Self.number(track.position.x))"
          + ",\"y\":\(Self.number(track.position.y)),\"vx\":\(Self.number(track.velocity.x))"
          + ",\"vy\":\(Self.number(track.velocity.y)),\"class\":\"\(name)\""
          + ",\"p\":\(Self.number(track.existence))}")
    }
    tracks += "{\"t\":\(second),\"tracks\":[\(rows.joined(separator: ","))]}\n"
  }

  private mutating func write(_ event: CrossingEvent) {
    guard event.disposition == .reported else { return }
    let line = site.lines[event.identity.line.index]
    let direction = event.direction == .leftToRight ? line.leftToRight : line.rightToLeft
    var names: [String] = []
    for index in 0..<Int(event.contributionCount) {
      names.append("\"\(site.sensors[event.contributions[index].sensor.index].name)\"")
    }
    events +=
      "{\"t\":\(event.time.monotonicNanos),\"t_emit\":\(event.decided.monotonicNanos)"
      + ",\"line\":\"\(line.name)\",\"x\":\(Self.number(event.position.x))"
      + ",\"y\":\(Self.number(event.position.y)),\"dir\":\"\(direction)\""
      + ",\"class\":\"\(Self.className(event.classes, isFriendly: event.isFriendly))\""
      + ",\"confidence\":\(Self.number(Double(event.confidence)))"
      + ",\"track\":\(event.track.rawValue),\"sensors\":[\(names.joined(separator: ","))]}\n"
  }

  /// The format's word for a class: it knows person, vehicle, animal, friendly and unknown.
  private static func className(_ classes: ClassScores, isFriendly: Bool) -> String {
    if isFriendly { return "friendly" }
    // The word decides on an alarm here: an animal must be clearly the likeliest.
    var decisive = classes
    if classes[.animal] < 0.6 { decisive[.animal] = 0 }
    switch decisive.best {
    case .person, .group: return "person"
    case .vehicle: return "vehicle"
    case .animal: return "animal"
    case .drone, .aircraft, .unknown: return "unknown"
    }
  }

  /// A number with three decimals; 0 for one that is not finite.
  private static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "0" }
    return "\((value * 1000).rounded() / 1000)"
  }

  private func write(to folder: String) throws {
    let runtime =
      "{\"cpu_s\":\(processorSeconds),\"detections\":\(translator.detections)}\n"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(tracks.utf8).write(to: URL(filePath: folder + "/tracks.jsonl"))
      try Data(events.utf8).write(to: URL(filePath: folder + "/events.jsonl"))
      try Data(runtime.utf8).write(to: URL(filePath: folder + "/runtime.json"))
    } catch {
      throw CaseError(
        code: .unwritable, operation: "write the answer to", subject: folder,
        underlying: "\(error)")
    }
  }

  private static func read(_ path: String) throws -> Data {
    do {
      return try Data(contentsOf: URL(filePath: path))
    } catch {
      throw CaseError(
        code: .unreadable, operation: "read", subject: path, underlying: "\(error)")
    }
  }

  private static func malformed(_ subject: String, _ error: any Error) -> CaseError {
    CaseError(
      code: .malformed, operation: "understand", subject: subject,
      underlying: (error as? CaseSiteProblem)?.text ?? "\(error)")
  }
}
