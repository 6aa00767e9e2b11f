/// Why points give no calibration, and what to do about it.
public struct CalibrationRefusal: Error, Equatable, CustomStringConvertible {
  /// The kinds of refusal.
  public enum Code: String, Sendable {
    /// Fewer points than a pose needs.
    case tooFewPoints
    /// Two points with the same pixel or the same place.
    case repeatedPoint
    /// The points lie on one line, about which the camera could turn.
    case pointsOnALine
    /// The points cover too little of the picture.
    case pointsTooClose
    /// No pose shows the points where they were seen.
    case noPose
    /// Two poses explain the points equally well.
    case ambiguous
    /// One point contradicts the others.
    case contradiction
    /// The pose is known too badly to place anything on the ground.
    case undetermined
    /// A walk cannot be read.
    case badWalk
    /// The horizon is not where it was seen.
    case horizon
  }

  /// The kind.
  public var code: Code
  /// What is wrong.
  public var reason: String
  /// What to do.
  public var remedy: String

  /// A refusal.
  public init(_ code: Code, _ reason: String, remedy: String) {
    self.code = code
    self.reason = reason
    self.remedy = remedy
  }

  /// Reason and remedy.
  public var description: String { "\(reason). \(remedy)." }
}
