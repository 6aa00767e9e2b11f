import Foundation
public import Publishing

/// A stored event as one line for people.
public struct EventLine: Sendable {
  /// The line.
  public let text: String
  /// What sensors saw a crossing together, e.g. `camera + motion`; `nil` for other events.
  public let combination: String?

  private struct Feature: Decodable {
    var properties: Properties
  }

  private struct Properties: Decodable {
    var time: String
    var exercise: Bool
    var disposition: String?
    var line: Named?
    var direction: String?
    var from: String?
    var to: String?
    var `class`: String?
    var confidence: Double?
    var speed: Double?
    var friendly: Bool?
    var broadcast: String?
    var claim: String?
    var sensors: [Named]?
    var sensor: Named?
    var state: String?
    var reason: String?
    var status: String?
    var version: Int?

    private enum CodingKeys: String, CodingKey {
      case time, exercise, disposition, line, direction, from, to, `class`, confidence, friendly
      case sensors, sensor, state, reason, status, version, broadcast
      case claim = "claims_to_be"
      case speed = "speed_mps"
    }
  }

  private struct Named: Decodable {
    var name: String
    var kind: String
  }

  /// The line for `event`.
  public init(_ event: StoredEvent) { self.init(data: event.data) }

  /// The line for the event whose payload is `data`.
  public init(data: [UInt8]) {
    guard let feature = try? JSONDecoder().decode(Feature.self, from: Data(data)) else {
      text = String(decoding: data, as: UTF8.self)
      combination = nil
      return
    }
    let said = feature.properties
    let time = said.time.dropFirst(11).prefix(12)
    let mark = said.exercise ? "EXERCISE " : ""
    if let line = said.line {
      let sensors = said.sensors ?? []
      let found = Self.combination(of: sensors.map(\.kind), isFriendly: said.friendly ?? false)
      combination = said.disposition == "retracted" ? nil : found
      let confidence = String(format: "%.2f", said.confidence ?? 0)
      let speed = String(format: "%.1f m/s", said.speed ?? 0)
      let claim = said.claim.map { " that claims to be \($0)" } ?? ""
      let own = said.friendly == true ? "own " : ""
      text =
        "\(time)  \(mark)CROSSING \(said.disposition ?? "") v\(said.version ?? 1)  \(line.name) "
        + "\(said.direction ?? "") (\(said.from ?? "") to \(said.to ?? ""))  \(own)"
        + "\(said.class ?? "")\(claim) \(confidence)  \(speed)  [\(found)] "
        + sensors.map(\.name).joined(separator: ", ")
    } else if let state = said.state {
      combination = nil
      text =
        "\(time)  \(mark)sensor \(said.sensor?.name ?? "the post") \(state) (\(said.reason ?? ""))"
    } else {
      combination = nil
      text = "\(time)  \(mark)post \(said.status ?? "event")"
    }
  }

  private static func combination(of kinds: [String], isFriendly: Bool) -> String {
    var parts: Set<String> = []
    for kind in kinds {
      switch kind {
      case "camera": parts.insert("camera")
      case "drone": parts.insert(isFriendly ? "own drone" : "drone")
      case "beacon": parts.insert("own patrol")
      case "receiver": parts.insert("receiver")
      default: parts.insert("motion")
      }
    }
    return parts.sorted().joined(separator: " + ")
  }
}
