/// A script of who moves where about a post, from which the simulated sources make raw samples.
///
/// Everything a source gives is a function of (scenario, site, time): two readers, a slow and a fast
/// one, see the same samples. After `periodSeconds` the script begins anew, without end.
public struct Scenario: Sendable, Equatable {
  /// What the script shows, for people.
  public var name: String
  /// Seconds after which everything repeats; positive.
  public var periodSeconds: Double
  /// Names the noise: bounce, false alarms, grain of the pictures, errors of positions.
  public var seed: UInt64
  /// Who moves.
  public var actors: [Actor]
  /// How far vegetation in the upper left of each picture sways, pixels, 0 ... 8; 0 for none.
  public var swayPixels: Int

  /// A script in which `actors` move.
  public init(
    name: String, periodSeconds: Double, seed: UInt64, actors: [Actor], swayPixels: Int = 0
  ) {
    precondition(periodSeconds > 0, "a scenario's period must be positive")
    precondition((0...8).contains(swayPixels), "vegetation sways by 0 ... 8 pixels")
    self.name = name
    self.periodSeconds = periodSeconds
    self.seed = seed
    self.actors = actors
    self.swayPixels = swayPixels
  }

  /// Where the actor at `index` in the list is `seconds` after the start and how it moves; `nil`
  /// while it is not there.
  public func state(of index: Int, at seconds: Double) -> Actor.State? {
    guard seconds >= 0 else { return nil }
    let periods = (seconds / periodSeconds).rounded(.down)
    let isOdd = periods.truncatingRemainder(dividingBy: 2) == 1
    return actors[index].state(
      at: seconds - periods * periodSeconds, isReversed: isOdd && actors[index].alternates)
  }
}
