/// What a drone carries to look at the ground with, and how well it knows where that looks.
public struct PayloadDetail: Sendable, Equatable, BitwiseCopyable {
  /// Horizontal field of view, radians; 0 when only the camera's own messages tell it.
  public var fieldOfView: Double
  /// Standard deviation of the height above ground, metres.
  public var heightSigma: Double
  /// Standard deviation of the heading, radians.
  public var headingSigma: Double
  /// Standard deviation of the payload's direction about each axis, radians: attitude and gimbal.
  public var pointingSigma: Double
  /// Standard deviation of the time between picture and message about its mean, seconds.
  public var timeSigma: Double

  /// A payload.
  public init(
    fieldOfView: Double = 0, heightSigma: Double = 3, headingSigma: Double = 0.035,
    pointingSigma: Double = 0.0175, timeSigma: Double = 0.1
  ) {
    self.fieldOfView = fieldOfView
    self.heightSigma = heightSigma
    self.headingSigma = headingSigma
    self.pointingSigma = pointingSigma
    self.timeSigma = timeSigma
  }
}
