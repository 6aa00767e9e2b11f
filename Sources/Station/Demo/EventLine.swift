import Foundation
public import Publishing

/// A stored event as one line for people.
public struct EventLine: Sendable {
  /// The line.
  public let text: String
  /// What sensors saw a crossing together, e.g. `camera + motion`; `nil` for other events.
  public let combination: String?

  /// The line for `event`.
  public init(_ event: StoredEvent) { self.init(data: event.data) }

  /// The line for the event whose payload is `data`.
  public init(data: [UInt8]) {
    guard let feature = EventFeature(data) else {
      text = String(decoding: data, as: UTF8.self)
      combination = nil
      return
    }
    let said = feature.said
    let time = said.time.dropFirst(11).prefix(12)
    let mark = said.exercise == true ? "EXERCISE " : ""
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
        + "\(said.target ?? "")\(claim) \(confidence)  \(speed)  [\(found)] "
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
