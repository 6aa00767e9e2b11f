import Ledger
import Model
import SiteConfiguration
import TestSupport

@testable import Sharing

/// Random sites, events and agreements, as text that another program can read too.
struct RandomSharing {
  var random: SeededGenerator

  /// Moments around which everything happens: 1 March 2026.
  static let epochSeconds: Int64 = 1_772_323_200

  static let site = Site(
    post: "river-2",
    origin: GeographicOrigin(latitudeDegrees: 47.12, longitudeDegrees: 9.5, heightMetres: 430),
    lines: [
      SiteLine(
        name: "border", isClosed: false, points: [SIMD2(-4000, -300), SIMD2(5000, 700)],
        leftName: "north", rightName: "south", leftToRight: "out", rightToLeft: "in"),
      SiteLine(
        name: "ford", isClosed: false, points: [SIMD2(100, 2000), SIMD2(-50, -2500)],
        leftName: "east", rightName: "west", leftToRight: "in", rightToLeft: "out"),
    ], sensors: [], links: [], configurationHash: "c0")

  static let siteJSON = """
    {"post":"river-2","latitude":47.12,"longitude":9.5,"height":430,"lines":[\
    {"name":"border","points":[[-4000,-300],[5000,700]],"left":"north","right":"south"},\
    {"name":"ford","points":[[100,2000],[-50,-2500]],"left":"east","right":"west"}]}
    """

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &random)]
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  // MARK: - Events

  /// An event with the text of its payload.
  mutating func event(_ sequence: UInt64) -> (ShareableEvent, feature: String) {
    let kind: EventKind = pick([.crossing, .crossing, .crossing, .sensorHealth, .postStatus])
    let header = EventHeader(
      kind: kind, id: EventID(high: random.next(), low: random.next()),
      version: UInt32.random(in: 1...3, using: &random),
      time: WallTime(
        unixNanos: (Self.epochSeconds + Int64.random(in: -3_000...90_000, using: &random))
          * 1_000_000_000 + Int64.random(in: 0..<1_000_000, using: &random) * 1_000),
      isExercise: chance(20))
    var members = common(header)
    switch kind {
    case .crossing: members += crossing()
    case .sensorHealth:
      members += [
        ("reason", #""device_gone""#), ("state", #""lost""#), ("system_error", "19"),
        ("sensor", chance(20) ? "null" : #"{"kind":"camera","name":"cam-1"}"#),
      ]
    default:
      members += [
        ("ordinal", "5"), ("samples_dropped", "12"), ("sensors_lost", "1"),
        ("status", #""heartbeat""#),
      ]
    }
    members.sort { $0.0 < $1.0 }
    let inside = members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",")
    let feature = #"{"geometry":\#(geometry()),"properties":{\#(inside)},"type":"Feature"}"#
    let event = ShareableEvent(sequence: sequence, header: header, feature: Array(feature.utf8))
    return (event!, feature)
  }

  private mutating func common(_ header: EventHeader) -> [(String, String)] {
    var members = [
      ("event_id", "\"\(header.id)\""), ("exercise", "\(header.isExercise)"),
      ("post", #""river-2""#), ("version", "\(header.version)"),
      ("time", "\"\(header.timeText)\""), ("configuration", #""c0ffee""#),
      ("software", #""0.1.0 \"x\" ä""#), ("time_uncertainty_ms", "2.5"),
      ("clock", #"{"state":"synchronised","uncertainty_ms":2.5}"#),
    ]
    if header.isExercise { members.append(("exercise_name", #""Aurora""#)) }
    return members
  }

  private mutating func crossing() -> [(String, String)] {
    var members = [
      ("disposition", pick([#""reported""#, #""corrected""#, #""retracted""#])),
      ("count", #"{"estimate":2,"max":4,"min":1}"#), ("decided_latency_ms", "180.25"),
      ("friendly", "\(chance(10))"), ("from", #""north""#), ("to", #""south""#),
      ("line", #"{"kind":"border","name":"border"}"#), ("path", "[[9.5,47.1,-2.5]]"),
      ("position_covariance_m2", "[0.25,-0.0125,1.5]"), ("track", "17"),
      ("classes", #"{"person":1}"#),
      ("speed_mps", decimal(0...4_000, places: 2)),
    ]
    let kinds = (0..<Int.random(in: 0...3, using: &random)).map { _ in
      #"{"kind":"\#(pick(["pir", "camera", "radar"]))","name":"s"}"#
    }
    members.append(("sensors", "[\(kinds.joined(separator: ","))]"))
    if chance(92) {
      members.append(("class", "\"\(pick(TargetClass.allCases.map { "\($0.name)" }))\""))
    }
    if chance(92) { members.append(("direction", pick([#""in""#, #""out""#]))) }
    if chance(92) { members.append(("confidence", decimal(0...10_000, places: 4))) }
    if chance(70) { members.append(("heading_deg", decimal(0...3_599, places: 1))) }
    if chance(30) { members.append(("height_m", decimal(-500...9_000, places: 2))) }
    return members
  }

  private mutating func geometry() -> String {
    if chance(8) { return "null" }
    let isNear = chance(70)
    let longitude =
      isNear
      ? 95_000_000 + Int.random(in: -900_000...900_000, using: &random)
      : Int.random(in: -1_800_000_000...1_800_000_000, using: &random)
    let latitude =
      isNear
      ? 471_200_000 + Int.random(in: -500_000...500_000, using: &random)
      : Int.random(in: -900_000_000...900_000_000, using: &random)
    let height = chance(50) ? ",433.5" : ""
    return #"{"coordinates":[\#(Self.text(longitude, places: 7)),"#
      + #"\#(Self.text(latitude, places: 7))\#(height)],"type":"Point"}"#
  }

  private mutating func decimal(_ range: ClosedRange<Int>, places: Int) -> String {
    Self.text(Int.random(in: range, using: &random), places: places)
  }

  /// `value` · 10^-`places` in the shortest form, as RFC 8785 has it.
  static func text(_ value: Int, places: Int) -> String {
    var digits = String(value.magnitude)
    while digits.count <= places { digits = "0" + digits }
    let split = digits.index(digits.endIndex, offsetBy: -places)
    var fraction = digits[split...]
    while fraction.last == "0" { fraction.removeLast() }
    let text = digits[..<split] + (fraction.isEmpty ? "" : "." + fraction)
    return (value < 0 ? "-" : "") + text
  }
}
