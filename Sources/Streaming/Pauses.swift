/// Pauses before something is tried again: twice as long each time, from 0.2 s to 30 s, each cut by
/// chance to between a half and the whole, so that many clients do not come back at once.
public struct Pauses: Sendable {
  private static let secondsMin = 0.2
  private static let secondsMax = 30.0
  /// The longest of those that are brisk.
  private static let briskSecondsMax = 1.0

  private let briskSeconds: Double
  private var seconds = Pauses.secondsMin
  private var waited = 0.0

  /// Begins with the shortest; none is longer than a second until all of them together come to
  /// `briskSeconds`. That is for what is expected to be over soon, such as a hub's choice of another leader.
  public init(briskSeconds: Double = 0) { self.briskSeconds = briskSeconds }

  /// The next pause.
  public mutating func next() -> Duration {
    let pause =
      waited < briskSeconds ? min(seconds, Self.briskSecondsMax) : min(seconds, Self.secondsMax)
    if waited >= briskSeconds || seconds < Self.briskSecondsMax { seconds = pause * 2 }
    waited += pause
    return .seconds(pause * Double.random(in: 0.5...1))
  }

  /// It went well.
  public mutating func reset() { (seconds, waited) = (Self.secondsMin, 0) }
}
