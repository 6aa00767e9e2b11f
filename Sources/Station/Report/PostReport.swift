import Foundation
import Model

/// What happened at a post over a stretch of time, for people: events, what each sensor told, its
/// health, and what looks like a false alarm.
public struct PostReport: Sendable, Encodable {
  /// A crossing in its newest version.
  public struct Crossing: Sendable, Encodable {
    /// The event's id.
    public var id: String
    /// UTC of the crossing.
    public var time: String
    /// Seconds from the beginning.
    public var seconds: Double
    /// The line and the direction.
    public var line, direction: String
    /// Class with the greatest probability.
    public var target: String
    /// Probability that a real target crossed.
    public var confidence: Double
    /// From the crossing to the first decision, seconds; `nil` when it is not known.
    public var latency: Double?
    /// The sensors that contributed.
    public var sensors: [String]
    /// What the newest version says: reported, corrected, retracted.
    public var disposition: String
    /// Whether it was one of our own.
    public var isFriendly: Bool
    /// Longitude and latitude, degrees; empty when it has no place.
    public var degrees: [Double]
    /// The way it came: longitude, latitude.
    public var path: [[Double]]

    private enum CodingKeys: String, CodingKey {
      case id, time, seconds, line, direction, confidence, sensors, disposition, degrees, path
      case target = "class"
      case latency = "latency_s"
      case isFriendly = "friendly"
    }
  }

  /// A change of a sensor's health.
  public struct HealthChange: Sendable, Encodable, Equatable {
    /// Seconds from the beginning.
    public var seconds: Double
    /// The state and why.
    public var state, reason: String
  }

  /// What one sensor did.
  public struct SensorPart: Sendable, Encodable {
    /// Its name and kind.
    public var name, kind: String
    /// Onsets of a motion sensor, detections of a camera, words of a platform; `nil` when only the
    /// events are known.
    public var told: Int?
    /// How many of them belonged to a confirmed track.
    public var inTracks: Int?
    /// Crossings that it contributed to.
    public var crossings = 0
    /// Part of the time in which a motion sensor's output was active.
    public var activeShare: Double?
    /// Part of the time in which its health was not ok.
    public var faultShare = 0.0
    /// Its changes of health.
    public var health: [HealthChange] = []
    /// What it told, by equal parts of the time.
    public var activity: [Int] = []

    private enum CodingKeys: String, CodingKey {
      case name, kind, told, crossings, health, activity
      case inTracks = "in_tracks"
      case activeShare = "active_share"
      case faultShare = "fault_share"
    }
  }

  /// Something that a person should look at.
  public struct Suspect: Sendable, Encodable, Equatable {
    /// A sensor's name or an event's id.
    public var subject: String
    /// What is suspicious, and what to do.
    public var reason: String
  }

  /// The post.
  public var post: String
  /// What it was made from.
  public var source: String
  /// UTC of beginning and end.
  public var start, end: String
  /// Seconds from the beginning to the end.
  public var seconds: Double
  /// Whether it was an exercise.
  public var isExercise: Bool
  /// Crossings, in the order of time.
  public var crossings: [Crossing]
  /// All sensors, in the order of the site file.
  public var sensors: [SensorPart]
  /// What a person should look at.
  public var suspects: [Suspect]
  /// Pictures of crossings that cameras had a part in, by the event's id; not in the JSON.
  public var pictures: [String: [EventPictures.Picture]] = [:]

  private enum CodingKeys: String, CodingKey {
    case post, source, start, end, seconds, crossings, sensors, suspects
    case isExercise = "exercise"
  }

  /// How many parts of the time `SensorPart.activity` has.
  static let parts = 120

  /// One JSON object.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// A few lines for people.
  public var text: String {
    let real = crossings.filter { $0.disposition != "retracted" }
    var lines = [
      "\(post), \(start) to \(end): \(real.count) crossings, "
        + "\(crossings.count - real.count) taken back, \(suspects.count) to look at"
    ]
    lines += suspects.map { "  \($0.subject): \($0.reason)" }
    return lines.joined(separator: "\n")
  }

  static func utc(_ unixSeconds: Double) -> String {
    WallTime(unixNanos: Int64(unixSeconds * 1e9)).utcText(decimals: 0)
  }
}
