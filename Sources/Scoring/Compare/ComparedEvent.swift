import FoundationEssentials
import Model

/// An event as a comparison sees it: what must be equal for two to be one, where and when it was, and
/// everything else by name.
struct ComparedEvent: Sendable {
  /// What a sensor gave to it.
  struct Share: Sendable {
    var name: String
    /// Seconds from the event.
    var first: Double
    var last: Double
  }

  /// Members that name the run and not what happened.
  private static let ofTheRun: Set = [
    "configuration", "disposition", "event_id", "software", "track", "version",
  ]

  var id: String
  var version: Double
  /// `crossing`, `air_crossing`, `sensor_health` or `post_status`.
  var kind: String
  /// Line and direction, sensor and state, or status.
  var subject: String
  /// Line of a crossing.
  var line: String?
  var time: String
  /// Seconds since 1970.
  var seconds: Double
  /// Nanoseconds of the run's monotonic clock.
  var nanos: Int64?
  /// Degrees of longitude and latitude.
  var place: SIMD2<Double>?
  var isRetracted: Bool
  var shares: [Share]
  /// Everything else, objects taken apart: `count.max`, `sensors.pir-1.count`.
  var members: [String: FeatureValue]

  /// What must be equal.
  var key: String { "\(kind) \(subject)" }

  /// Longitude and latitude; empty where it has no place.
  var degrees: [Double] { place.map { [$0.x, $0.y] } ?? [] }

  /// The event in one line.
  var label: String {
    var parts = [String(time.dropFirst(11).prefix(12)), key]
    if let target = members["class"]?.text { parts.append(target) }
    if let confidence = members["confidence"]?.number {
      parts.append(ScoreReport.number(confidence, 2))
    }
    if !shares.isEmpty { parts.append("[" + shares.map(\.name).joined(separator: ", ") + "]") }
    return parts.joined(separator: "  ")
  }

  /// The event whose Feature is `event`'s data.
  ///
  /// - Throws: when it is not such a Feature.
  init(_ event: RunRecord.Event, subject file: String, number: Int) throws(ScoringError) {
    func wrong(_ what: String) -> ScoringError {
      ScoringError(isMissing: false, subject: "\(file), event \(number)", underlying: what)
    }
    let feature: FeatureValue
    do {
      feature = try JSONDecoder().decode(FeatureValue.self, from: Data(event.data))
    } catch {
      throw wrong("no JSON: \(error)")
    }
    guard case .object(let properties)? = feature["properties"] else {
      throw wrong("no Feature with properties; expected an event's data, one a line")
    }
    guard let time = properties["time"]?.text, let seconds = WallTime(rfc3339: time)?.unixSeconds
    else {
      throw wrong("its time is not as 2026-03-01T00:00:00.000000Z")
    }
    id = properties["event_id"]?.text ?? ""
    version = properties["version"]?.number ?? 1
    self.time = time
    self.seconds = seconds
    nanos = event.nanos
    line = properties["line"]?["name"]?.text
    (kind, self.subject) = Self.key(of: properties)
    let coordinates = (feature["geometry"]?["coordinates"]?.list ?? []).compactMap(\.number)
    place = coordinates.count >= 2 ? SIMD2(coordinates[0], coordinates[1]) : nil
    isRetracted = properties["disposition"]?.text == "retracted"
    shares = (properties["sensors"]?.list ?? []).map { sensor in
      func offset(_ name: String) -> Double {
        sensor[name]?.text.flatMap { WallTime(rfc3339: $0)?.unixSeconds }.map { $0 - seconds } ?? 0
      }
      return Share(
        name: sensor["name"]?.text ?? "", first: offset("first"), last: offset("last"))
    }
    members = ["place": feature["geometry"]?["coordinates"] ?? .null]
    for (name, value) in properties where !Self.ofTheRun.contains(name) { put(value, name) }
  }

  private static func key(
    of properties: [String: FeatureValue]
  ) -> (kind: String, subject: String) {
    if let line = properties["line"]?["name"]?.text {
      let kind = properties["broadcast"] == nil ? "crossing" : "air_crossing"
      return (kind, "\(line) \(properties["direction"]?.text ?? "")")
    }
    if let state = properties["state"]?.text {
      let sensor = properties["sensor"]?["name"]?.text ?? "the post"
      return ("sensor_health", "\(sensor) \(state) \(properties["reason"]?.text ?? "")")
    }
    return ("post_status", properties["status"]?.text ?? "")
  }

  /// Takes objects apart, and lists of named objects by their names.
  private mutating func put(_ value: FeatureValue, _ name: String) {
    switch value {
    case .object(let inner):
      for (key, value) in inner { put(value, "\(name).\(key)") }
    case .list(let list) where !list.isEmpty && list.allSatisfy({ $0["name"] != nil }):
      for element in list {
        let label = element["name"]?.text ?? ""
        guard case .object(let inner) = element else { continue }
        for (key, value) in inner where key != "name" { put(value, "\(name).\(label).\(key)") }
      }
    default: members[name] = value
    }
  }
}
