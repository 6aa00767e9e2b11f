import Foundation
import Model

/// What an event says, read from its text: a GeoJSON Feature as `Docs/EventFormat.md` tells it.
struct EventFeature: Sendable {
  /// What one sensor gave to a crossing, or the sensor whose health changed.
  struct Share: Decodable, Sendable, Equatable {
    var name: String
    var kind: String
    var count: Int?
    var health: String?
  }

  /// A line or a zone.
  struct Line: Decodable, Sendable, Equatable {
    var name: String
  }

  /// Its members; a crossing has a line, a change of health a state, the post's own word a status.
  struct Properties: Decodable, Sendable {
    var id: String
    var version: Int?
    var time: String
    var exercise: Bool?
    var disposition: String?
    var line: Line?
    var direction: String?
    var from: String?
    var to: String?
    var target: String?
    var confidence: Double?
    var speed: Double?
    var latencyMilliseconds: Double?
    var friendly: Bool?
    var broadcast: String?
    var claim: String?
    var sensors: [Share]?
    var sensor: Share?
    var state: String?
    var reason: String?
    var status: String?
    var path: [[Double]]?

    private enum CodingKeys: String, CodingKey {
      case version, time, exercise, disposition, line, direction, from, to, confidence, friendly
      case broadcast, sensors, sensor, state, reason, status, path
      case id = "event_id"
      case target = "class"
      case speed = "speed_mps"
      case latencyMilliseconds = "decided_latency_ms"
      case claim = "claims_to_be"
    }
  }

  private struct Geometry: Decodable {
    var coordinates: [Double]
  }

  private struct Feature: Decodable {
    var geometry: Geometry?
    var properties: Properties
  }

  /// What it says.
  var said: Properties
  /// Degrees of longitude and latitude; `nil` without a place.
  var degrees: SIMD2<Double>?

  /// The event whose text is `data`; `nil` when that is none.
  init?(_ data: [UInt8]) {
    guard let feature = try? JSONDecoder().decode(Feature.self, from: Data(data)) else {
      return nil
    }
    said = feature.properties
    if let place = feature.geometry?.coordinates, place.count >= 2 {
      degrees = SIMD2(place[0], place[1])
    }
  }

  /// Whether it is a crossing.
  var isCrossing: Bool { said.line != nil }

  /// Seconds since 1970.
  var unixSeconds: Double { Self.unixSeconds(of: said.time) ?? 0 }

  /// Seconds since 1970 of an RFC 3339 text; `nil` when it is none.
  static func unixSeconds(of text: String) -> Double? {
    WallTime(rfc3339: text)?.unixSeconds
  }
}
