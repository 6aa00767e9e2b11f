/// Pauses before something is tried again: twice as long each time, from 0.2 s to 30 s, each cut by
/// chance to between a half and the whole, so that many clients do not come back at once.
public struct Pauses: Sendable {
  private static let secondsMin = 0.2
  private static let secondsMax = 30.0

  private var seconds = Pauses.secondsMin

  /// Begins with the shortest.
  public init() {}

  /// The next pause.
  public mutating func next() -> Duration {
    defer { seconds = min(seconds * 2, Self.secondsMax) }
    return .seconds(seconds * Double.random(in: 0.5...1))
  }

  /// It went well.
  public mutating func reset() { seconds = Self.secondsMin }
}
