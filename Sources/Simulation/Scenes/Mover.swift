import Geodesy
public import SiteConfiguration

/// Somebody or something in a scene: its body, and where it is every tenth of a second.
public struct Mover: Sendable {
  /// Time between two places, seconds.
  static let stepSeconds = 0.1

  /// Its name in the truth: `g1`, `g2` and so on.
  public let id: String
  /// The target of the scenario's file that it is one of.
  public let target: Int
  /// What it is.
  public let kind: ScenarioFile.Target.Kind
  /// How a person moves.
  public let gait: ScenarioFile.Target.Gait
  /// The beacon it carries: a place in `Site.sensors`.
  public let beacon: Int?
  /// Height of its body, metres.
  public let height: Double
  /// Width of its body as seen, metres.
  public let width: Double
  /// When it appears, seconds from the beginning.
  public let start: Double
  /// Metres east and north, from the start on.
  public private(set) var places: [SIMD2<Double>]

  init(
    id: String, target: Int, of file: ScenarioFile.Target, beacon: Int?, start: Double,
    places: [SIMD2<Double>], _ random: inout SceneRandom
  ) {
    self.id = id
    self.target = target
    kind = file.kind
    gait = file.gait
    self.beacon = beacon
    self.start = start
    self.places = places
    switch file.kind {
    case .person, .patrol:
      height = file.gait == .crawl ? 0.5 : random.uniform(1.55...1.9)
      width = file.gait == .crawl ? 0.9 : random.uniform(0.5...0.75)
    case .vehicle:
      height = random.uniform(1.5...2.8)
      width = random.uniform(2...5)
    case .animal:
      height = random.uniform(0.5...1.3)
      width = height * random.uniform(1.1...1.5)
    }
  }

  /// Its word in the truth: `person`, `vehicle`, `animal` or `friendly`.
  public var word: String {
    kind == .patrol ? "friendly" : kind.rawValue
  }

  /// Where it is and how it moves `seconds` after the beginning; `nil` while it is not there.
  public func state(
    at seconds: Double
  ) -> (place: SIMD2<Double>, velocity: SIMD2<Double>)? {
    let steps = (seconds - start) / Self.stepSeconds
    guard steps >= 0, steps <= Double(places.count - 1), places.count > 1 else { return nil }
    let index = min(Int(steps), places.count - 2)
    let way = places[index + 1] - places[index]
    return (places[index] + way * (steps - Double(index)), way / Self.stepSeconds)
  }

  /// When it is gone, seconds from the beginning.
  public var end: Double { start + Double(places.count - 1) * Self.stepSeconds }
}
