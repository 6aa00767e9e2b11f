import Foundation
import Fusion
import Model

/// One step of fusion with its names, as `explain` tells it.
public struct TimelineEntry: Sendable, Encodable, Equatable {
  /// Seconds from the moment that is explained; negative before it.
  public var seconds: Double
  /// What happened, a word of `FusionStep.Action`.
  public var action: String
  /// What stood in the way, a word of `FusionStep.Obstacle`.
  public var obstacle: String?
  /// Number of the track.
  public var track: UInt32
  /// The other track of two that were joined, or the one that got the observation.
  public var other: UInt32?
  /// Whose observation it was.
  public var sensor: String?
  /// The line that was tested.
  public var line: String?
  /// Squared Mahalanobis distance of the observation from the track.
  public var distanceSquared: Double?
  /// What it had to be below.
  public var gate: Double?
  /// Probability of the other side (`tested`), or of existence (`reported`, `withheld`).
  public var probability: Double?
  /// What it had to reach.
  public var needed: Double?
  /// Probability that the track was a real target, before.
  public var existenceBefore: Double
  /// The same after.
  public var existence: Double
  /// How much of what confirms a track it had: 1 is enough.
  public var initiation: Double
  /// Whether it was confirmed.
  public var isConfirmed: Bool
  /// Metres east and north of the site's origin.
  public var position: [Double]
  /// Standard deviation of the place, metres.
  public var sigma: Double
  /// Metres a second.
  public var speed: Double

  private enum CodingKeys: String, CodingKey {
    case seconds, action, obstacle, track, other, sensor, line, gate, probability, needed, existence
    case initiation
    case distanceSquared = "distance_squared"
    case existenceBefore = "existence_before"
    case isConfirmed = "confirmed"
    case position = "position_m"
    case sigma = "position_sigma_m"
    case speed = "speed_mps"
  }

  /// `step` at `site`, seen from `moment`.
  init(_ step: FusionStep, at site: Site, from moment: Instant) {
    func told(_ value: Double, _ decimals: Double = 1_000) -> Double? {
      value.isFinite ? (value * decimals).rounded() / decimals : nil
    }
    func chance(_ logOdds: Double) -> Double { told(1 / (1 + exp(-logOdds))) ?? 0 }
    seconds = told(step.time.seconds(since: moment)) ?? 0
    action = Self.word("\(step.action)")
    obstacle = step.obstacle == .none ? nil : Self.word("\(step.obstacle)")
    track = step.track.rawValue
    other = step.other.rawValue == 0 ? nil : step.other.rawValue
    sensor =
      site.sensors.indices.contains(step.sensor.index)
      ? site.sensors[step.sensor.index].name : nil
    let isOfLine = [.tested, .reported, .withheld].contains(step.action)
    line = isOfLine ? site.lines[step.line.index].name : nil
    distanceSquared = told(step.distanceSquared)
    gate = told(step.gate)
    probability = told(step.probability)
    needed = told(step.needed)
    existenceBefore = chance(step.logOddsBefore)
    existence = chance(step.logOdds)
    initiation = told(step.initiation) ?? 0
    isConfirmed = step.isConfirmed
    position = [told(step.position.x, 100) ?? 0, told(step.position.y, 100) ?? 0]
    sigma = told(step.sigma, 100) ?? 0
    speed = told((step.velocity * step.velocity).sum().squareRoot(), 100) ?? 0
  }

  /// A case's name as words of all our formats are: `pulse_ended`.
  static func word(_ name: String) -> String {
    name.reduce(into: "") { word, sign in
      if sign.isUppercase { word += "_" }
      word += sign.lowercased()
    }
  }
}
