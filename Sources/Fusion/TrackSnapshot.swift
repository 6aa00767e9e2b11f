public import Geodesy
public import Model

/// A confirmed track as the live picture shows it.
public struct TrackSnapshot: BitwiseCopyable, Sendable, Equatable {
  /// The track.
  public var id: TrackID
  /// Metres east and north.
  public var position: SIMD2<Double>
  /// Covariance of `position`.
  public var covariance: Covariance2
  /// Metres per second east and north.
  public var velocity: SIMD2<Double>
  /// Probability of each class; sums to 1.
  public var classes: ClassScores
  /// Probability that the track is a real target, 0 ... 1.
  public var existence: Double
  /// The platform of our own that it is, or `.none`.
  public var platform: SensorID
  /// When a sensor last hit it.
  public var lastHit: Instant

  /// A track's picture.
  public init(
    id: TrackID, position: SIMD2<Double>, covariance: Covariance2, velocity: SIMD2<Double>,
    classes: ClassScores, existence: Double, platform: SensorID, lastHit: Instant
  ) {
    self.id = id
    self.position = position
    self.covariance = covariance
    self.velocity = velocity
    self.classes = classes
    self.existence = existence
    self.platform = platform
    self.lastHit = lastHit
  }
}
