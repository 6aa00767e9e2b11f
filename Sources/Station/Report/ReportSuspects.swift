import Foundation
import Model

/// What of a report a person should look at, and why.
enum ReportSuspects {
  /// An event of a single sensor is suspicious below this confidence.
  private static let confidenceMin = 0.8
  /// A motion sensor that is active for more than this part of the time is stuck or chatters.
  private static let activeShareMax = 0.5
  /// In less time than this a single visitor keeps a sensor active for most of it, seconds.
  private static let activeSecondsMin = 120.0
  /// A sensor that fires for nothing more often than its profile says, by this factor.
  private static let rateFactor = 3.0
  /// Fewer onsets than this for nothing say nothing.
  private static let idleMin = 5
  /// A sensor that told nothing for so long may be dead, seconds.
  private static let silentSeconds = 600.0

  /// All of `crossings` and `sensors` that is suspicious.
  static func found(
    _ crossings: [PostReport.Crossing], _ sensors: [PostReport.SensorPart], site: Site,
    seconds: Double
  ) -> [PostReport.Suspect] {
    crossings.compactMap(suspicion)
      + zip(sensors, site.sensors).flatMap { part, sensor in
        suspicions(of: part, sensor, seconds: seconds)
      }
  }

  private static func suspicion(of crossing: PostReport.Crossing) -> PostReport.Suspect? {
    let name = "\(crossing.time.dropFirst(11).prefix(8)) \(crossing.line) \(crossing.direction)"
    if crossing.disposition == "retracted" {
      return PostReport.Suspect(
        subject: name, reason: "taken back; vedette explain \(crossing.id) tells why it came")
    }
    if crossing.sensors.count == 1, crossing.confidence < confidenceMin, !crossing.isFriendly {
      return PostReport.Suspect(
        subject: name,
        reason: "only \(crossing.sensors[0]) told it, with confidence "
          + String(format: "%.2f", crossing.confidence) + "; look at its picture or ground")
    }
    return nil
  }

  private static func suspicions(
    of part: PostReport.SensorPart, _ sensor: Sensor, seconds: Double
  ) -> [PostReport.Suspect] {
    var reasons: [String] = []
    if part.faultShare > 0.01 {
      let last = part.health.last { $0.state != "ok" }
      reasons.append(
        String(format: "not ok for %.0f %% of the time", part.faultShare * 100)
          + (last.map { " (\($0.state): \($0.reason))" } ?? ""))
    }
    if let active = part.activeShare, active > activeShareMax, seconds >= activeSecondsMin {
      reasons.append(
        String(
          format: "active for %.0f %% of the time: stuck, or something moves in its cover",
          active * 100))
    }
    if let told = part.told, let inTracks = part.inTracks, sensor.motion != nil {
      let idle = told - inTracks
      let hours = seconds / 3_600
      let expected = sensor.falseAlarmRate * hours
      if idle >= idleMin, Double(idle) > rateFactor * expected {
        reasons.append(
          String(
            format: "%d of %d onsets belong to no target: %.0f an hour, its profile says %.0f; "
              + "look for wind, sun, animals, or a wrong aim", idle, told, Double(idle) / hours,
            sensor.falseAlarmRate))
      }
    }
    if part.told == 0, seconds >= silentSeconds {
      reasons.append(String(format: "told nothing in %.0f minutes; walk it", seconds / 60))
    }
    return reasons.map { PostReport.Suspect(subject: part.name, reason: $0) }
  }
}
