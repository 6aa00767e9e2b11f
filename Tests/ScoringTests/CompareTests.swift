import Foundation
import TestSupport
import Testing

@testable import Scoring

/// Two runs of a post, made up event by event.
@Suite struct CompareTests {
  private static let second: Int64 = 1_000_000_000

  /// A crossing at second `seconds` of the run, `metres` east of the line's middle.
  private func crossing(
    _ seconds: Double, metres: Double = 0, id: String = "", line: String = "fence",
    direction: String = "in", version: Int = 1, disposition: String = "reported",
    confidence: Double = 0.9, sensors: [String] = ["pir", "cam"]
  ) -> RunRecord.Event {
    let time = Self.utc(seconds)
    let shares = sensors.map {
      #"{"count":2,"first":"\#(Self.utc(seconds - 2))","health":"ok","kind":"x","#
        + #""last":"\#(Self.utc(seconds + 1))","name":"\#($0)"}"#
    }.joined(separator: ",")
    let id = id.isEmpty ? "\(line)-\(direction)-\(seconds)" : id
    let text =
      #"{"geometry":{"coordinates":[\#(8 + metres / 76_000),47.0],"type":"Point"},"properties":{"#
      + #""class":"person","confidence":\#(confidence),"count":{"estimate":1,"max":1,"min":1},"#
      + #""direction":"\#(direction)","disposition":"\#(disposition)","event_id":"\#(id)","#
      + #""line":{"kind":"border","name":"\#(line)"},"path":[[8,47,-1],[8,47,0]],"#
      + #""sensors":[\#(shares)],"software":"0.1","time":"\#(time)","track":7,"#
      + #""version":\#(version)},"type":"Feature"}"#
    return RunRecord.Event(data: Array(text.utf8), nanos: Int64(seconds * 1e9))
  }

  /// Ten minutes past two is second 0.
  private static func utc(_ seconds: Double) -> String {
    let micros = Int64(((600 + seconds) * 1e6).rounded())
    func digits(_ value: Int64, _ count: Int) -> String {
      String(repeating: "0", count: count - "\(value)".count) + "\(value)"
    }
    return "2026-03-01T02:\(digits(micros / 60_000_000, 2)):"
      + "\(digits(micros / 1_000_000 % 60, 2)).\(digits(micros % 1_000_000, 6))Z"
  }

  private func record(
    _ events: [RunRecord.Event], _ observations: [RunRecord.Observation]? = nil,
    configuration: String = "ab", sensors: [String] = ["pir", "cam"]
  ) -> RunRecord {
    RunRecord(
      name: "run", configuration: configuration, software: "0.1", sensors: sensors, events: events,
      observations: observations)
  }

  private func said(
    _ seconds: Double, _ sensor: Int = 0, _ said: RunRecord.Said = .active, digest: UInt64 = 0
  ) -> RunRecord.Observation {
    RunRecord.Observation(nanos: Int64(seconds * 1e9), sensor: sensor, said: said, digest: digest)
  }

  @Test func `a run is the same as itself, whatever its ids, build and configuration are called`()
    throws
  {
    let a = record([crossing(10), crossing(20, line: "yard"), crossing(20.1, direction: "out")])
    var b = record([
      crossing(20.1, id: "x", direction: "out"), crossing(10, id: "y"),
      crossing(20, id: "z", line: "yard"),
    ])
    b.configuration = "cd"
    let comparison = try RunComparison(a, b)
    #expect(comparison.isSame && comparison.same == 3)
    #expect(comparison.firstDifference == nil)
    #expect(comparison.text.contains("3 events the same, 0 changed, 0 lost, 0 gained"))
  }

  @Test func `events are matched by line, direction, time and place, never by id`() throws {
    // The same id on another line is another event; another id at the same place is the same.
    let a = record([crossing(10, id: "one"), crossing(40, id: "two")])
    let b = record([crossing(10.5, metres: 3, id: "two"), crossing(40, id: "one", line: "yard")])
    let comparison = try RunComparison(a, b)
    #expect(comparison.changed.count == 1 && comparison.same == 0)
    #expect(Set(comparison.changed[0].members.map(\.name)).isSuperset(of: ["place", "time"]))
    #expect(comparison.lost.count == 1 && comparison.gained.count == 1)
    #expect(comparison.lost[0].reason.hasPrefix("B has a crossing of yard in there instead"))
  }

  @Test func `of two that are near, the pairs of least distance are taken`() throws {
    let a = record([crossing(10), crossing(13)])
    let b = record([crossing(12.9), crossing(9.5), crossing(16)])
    let comparison = try RunComparison(a, b)
    #expect(comparison.changed.count == 2 && comparison.lost.isEmpty)
    #expect(comparison.gained.map(\.event).allSatisfy { $0.contains("02:10:16") })
    #expect(comparison.gained[0].reason.hasPrefix("A has fewer of them within 5 s and 25 m"))
  }

  @Test func `what lies beyond five seconds or twenty-five metres is another event`() throws {
    let a = record([crossing(10), crossing(30)])
    let b = record([crossing(15.1), crossing(30, metres: 25.5)])
    let comparison = try RunComparison(a, b)
    #expect(comparison.lost.count == 2 && comparison.gained.count == 2)
    #expect(comparison.lost[0].reason.hasPrefix("the nearest in B is 5.1 s later and 0.0 m away"))
    #expect(comparison.lost[1].reason.contains("0.0 s later and 25."))
    let near = record([crossing(14.9), crossing(30, metres: 24.5)])
    #expect(try RunComparison(a, near).changed.count == 2)
  }

  @Test func `the newest version counts, and what was retracted does not stand`() throws {
    let corrected = [
      crossing(10, id: "e", confidence: 0.5),
      crossing(10, id: "e", version: 2, disposition: "corrected"),
    ]
    #expect(try RunComparison(record([crossing(10)]), record(corrected)).isSame)
    let retracted = corrected + [crossing(10, id: "e", version: 3, disposition: "retracted")]
    let comparison = try RunComparison(record([crossing(10)]), record(retracted))
    #expect(comparison.b.events == 0)
    #expect(comparison.lost.map(\.reason) == ["B reported it and retracted it"])
  }

  @Test func `a change tells each member with both values`() throws {
    let comparison = try RunComparison(
      record([crossing(10)]), record([crossing(10, confidence: 0.75, sensors: ["pir"])]))
    let members = try #require(comparison.changed.first).members
    #expect(members.contains(.init(name: "confidence", a: "0.9", b: "0.75")))
    #expect(members.contains(.init(name: "sensors.cam.count", a: "2", b: "nothing")))
    #expect(!members.contains { $0.name.hasPrefix("sensors.pir") })
    #expect(comparison.text.contains("confidence: 0.9 -> 0.75"))
  }

  @Test func `runs part at the first observation that is not in both, with the sensor's settings`()
    throws
  {
    let a = [said(1), said(2, 1, .detection, digest: 5), said(3), said(3.5, 0, .inactive)]
    // The sensors have other numbers in B; the second word of the motion sensor is missing.
    let b = [said(1, 1), said(2, 0, .detection, digest: 5)]
    let comparison = try RunComparison(
      record([crossing(4)], a), record([], b, configuration: "cd", sensors: ["cam", "pir"]),
      settings: ["lines.fence.leftName: a -> b", "sensors.pir.debounceNanos: 1 -> 9"])
    let first = try #require(comparison.firstDifference)
    #expect(first.cause == .observations && first.sensor == "pir")
    #expect(first.seconds == 2 && first.sameBefore == 2)
    #expect(first.text.contains("at second 2.000 fusion took of pir active in A and nothing in B"))
    #expect(first.text.hasSuffix("the configurations differ in sensors.pir.debounceNanos: 1 -> 9"))
    #expect(
      comparison.lost[0].reason
        == "B has no crossing of fence in at all; pir said 2 things for it, there 0")
  }

  @Test func `a value that differs is told as another one`() throws {
    let comparison = try RunComparison(
      record([crossing(4)], [said(1, 1, .detection, digest: 5)]),
      record([], [said(1, 1, .detection, digest: 6)]))
    let text = try #require(comparison.firstDifference).text
    #expect(text.contains("of cam detection in A and another detection in B"))
  }

  @Test func `with the same observations the configuration, the order or the build is the reason`()
    throws
  {
    let taken = [said(1), said(2, 1, .scanEnd, digest: 5)]
    func cause(_ b: RunRecord, _ settings: [String] = []) throws -> FirstDifference.Cause? {
      try RunComparison(record([crossing(4)], taken), b, settings: settings).firstDifference?.cause
    }
    #expect(try cause(record([], taken), ["lines.fence: there -> nothing"]) == .configuration)
    #expect(try cause(record([], taken, configuration: "cd")) == .configuration)
    #expect(try cause(record([], taken)) == .software)
    #expect(try cause(record([], taken.reversed())) == .order)
    #expect(try cause(record([])) == .unknown)
    // What parts more than 5 s behind the event is not its reason.
    #expect(try cause(record([], taken + [said(9.1)])) == .software)
    #expect(try cause(record([], taken + [said(8.9)])) == .observations)
  }

  @Test func `health and status are matched by what they tell`() throws {
    func health(_ seconds: Double, _ state: String) -> RunRecord.Event {
      RunRecord.Event(
        data: Array(
          (#"{"geometry":null,"properties":{"event_id":"\#(seconds)","reason":"silent","sensor":"#
            + #"{"kind":"camera","name":"cam"},"state":"\#(state)","time":"\#(Self.utc(seconds))"},"#
            + #""type":"Feature"}"#).utf8))
    }
    let comparison = try RunComparison(
      record([health(1, "lost"), health(5, "ok")]), record([health(1, "lost")]))
    #expect(comparison.same == 1)
    #expect(comparison.lost.map(\.event) == ["02:10:05.000  sensor_health cam ok silent"])
  }

  @Test(.enabled(if: python("-c 'import xml.etree'") == 0, "needs python3"))
  func `the page is well formed, names no other file, and tells every event`() throws {
    let a = record([crossing(10), crossing(20, line: #"<yard> & \"gate\"\u0001"#), crossing(50)])
    let b = record([crossing(10, metres: 4), crossing(50), crossing(90, metres: 60)])
    let comparison = try RunComparison(a, b, settings: ["lines.fence: a -> b"])
    let file = FileManager.default.temporaryDirectory.path() + "/comparison-\(getpid()).html"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try comparison.page.write(toFile: file, atomically: true, encoding: .utf8)
    let script = """
      import sys, xml.etree.ElementTree as tree
      root = tree.parse("\(file)").getroot()
      tags = [element.tag for element in root.iter()]
      cells = [cell.text or "" for cell in root.iter("td")]
      marks = [t for t in tags if t.endswith("circle")]
      names = {name for element in root.iter() for name in element.keys()}
      sys.exit(0 if len(marks) == 3 and not {"src", "href"} & names and sum(
        "fence" in c or "yard" in c for c in cells) >= 4 else 1)
      """
    let path = file + ".py"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try script.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(python("'\(path)'") == 0)
  }

  @Test func `a page shows the site and pictures within itself, each by its event`() throws {
    let comparison = try RunComparison(record([crossing(10)]), record([]))
    let lost = comparison.lost[0]
    #expect(lost.time == Self.utc(10) && !lost.sensors.isEmpty)
    let place = SIMD2(lost.place[0], lost.place[1])
    let page = comparison.page(
      over: ComparisonGround(
        lines: [[place, place + SIMD2(0.001, 0)]], sensors: [("pir <1>", place)],
        pictures: [
          lost.event: [ComparisonGround.Picture(caption: "cam & time", jpeg: [0xFF, 0xD8, 0xFF])]
        ]))
    #expect(page.contains("src=\"data:image/jpeg;base64,/9j/\""))
    #expect(page.contains("alt=\"cam &amp; time\"") && page.contains("pir &lt;1&gt;"))
    #expect(page.contains("<polyline points="))
    #expect(!comparison.page.contains("<img"))
  }

  @Test(arguments: ["", "{}", "[1]", "{\"properties\":{}}", "{\"properties\":{\"time\":\"now\"}}"])
  func `what is no event is refused with its file and number`(text: String) {
    let bad = record([crossing(1), RunRecord.Event(data: Array(text.utf8))])
    let error = #expect(throws: ScoringError.self) { _ = try RunComparison(bad, record([])) }
    #expect(error?.subject == "run, event 2")
  }

  @Test func `any runs compare without a trap, and each event is told once`() throws {
    var random = SeededGenerator(seed: 81)
    for _ in 0..<60 {
      func events() -> [RunRecord.Event] {
        (0..<Int.random(in: 0...25, using: &random)).map { number in
          crossing(
            Double.random(in: 0..<200, using: &random),
            metres: Double.random(in: -40..<40, using: &random), id: "\(number % 20)",
            line: Bool.random(using: &random) ? "fence" : "yard",
            direction: Bool.random(using: &random) ? "in" : "out",
            version: Int.random(in: 1...2, using: &random),
            disposition: Int.random(in: 0..<6, using: &random) == 0 ? "retracted" : "reported")
        }
      }
      let (a, b) = (record(events()), record(events()))
      let comparison = try RunComparison(a, b)
      let paired = comparison.same + comparison.changed.count
      #expect(paired + comparison.lost.count == comparison.a.events)
      #expect(paired + comparison.gained.count == comparison.b.events)
      // The other way round, lost is gained.
      let turned = try RunComparison(b, a)
      #expect(turned.lost.map(\.event) == comparison.gained.map(\.event))
      #expect(try comparison.json() == RunComparison(a, b).json())
    }
  }
}

@Suite struct ValueDifferencesTests {
  private struct Part {
    enum Detail {
      case plain
      case beam(holdNanos: Int)
      case lamp(watts: Double)
    }
    var name: String
    var place: SIMD2<Double>
    var detail: Detail
    var ranges: [String: Double] = [:]
    var note: String?
  }
  private struct Whole {
    var title: String
    var parts: [Part]
    var corners: [SIMD2<Double>]
  }

  private var whole: Whole {
    Whole(
      title: "a",
      parts: [
        Part(name: "x", place: SIMD2(1, 2), detail: .beam(holdNanos: 3), ranges: ["u": 1, "v": 2]),
        Part(name: "y", place: .zero, detail: .plain),
      ], corners: [SIMD2(0, 0), SIMD2(1, 0)])
  }

  @Test func `equal values have no differences`() {
    #expect(ValueDifferences.between(whole, whole) == [])
  }

  @Test func `each difference is told by its path, list elements by their names`() {
    var other = whole
    other.title = "b"
    other.parts[0].place.y = 5
    other.parts[0].detail = .beam(holdNanos: 4)
    other.parts[0].ranges = ["v": 3]
    other.parts[0].note = "n"
    other.parts[1].detail = .lamp(watts: 1)
    other.corners[1].x = 9
    #expect(
      ValueDifferences.between(whole, other) == [
        "title: a -> b", "parts.x.place: (1.0, 2.0) -> (1.0, 5.0)",
        "parts.x.detail.holdNanos: 3 -> 4", "parts.x.ranges.u: there -> nothing",
        "parts.x.ranges.v: 2.0 -> 3.0", "parts.x.note: nothing -> n",
        "parts.y.detail: plain -> lamp",
        "corners.1: (1.0, 0.0) -> (9.0, 0.0)",
      ])
  }

  @Test func `elements that only one has are told once, in whatever order they stand`() {
    var other = whole
    other.parts.reverse()
    #expect(ValueDifferences.between(whole, other) == [])
    other.parts[0].name = "z"
    #expect(
      ValueDifferences.between(whole, other)
        == ["parts.y: there -> nothing", "parts.z: nothing -> there"])
  }
}
