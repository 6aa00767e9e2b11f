/// What an aircraft that is not ours broadcasts of itself: Remote ID or ADS-B.
///
/// Nothing of a person is in it. The aircraft's own identification is not kept either, only a number
/// derived from it, by which one aircraft is told from another; what is broadcast of an operator is
/// not read.
public struct AirReport: BitwiseCopyable, Sendable, Equatable {
  /// How it broadcasts.
  public var broadcast: AirBroadcast
  /// What it is: `.drone` or `.aircraft`.
  public var target: TargetClass
  /// A platform of ours that it says it is, or `.none`. Nothing proves it: broadcasts are not signed.
  public var claim: SensorID
  /// Tells one transmitter from another; never 0.
  public var sender: UInt64
  /// Tells one aircraft from another, whichever way it transmits; 0 while it has not said.
  public var identity: UInt64
  /// Aircraft that fly as this one group, at least 1.
  public var count: UInt16
  /// Metres east and north.
  public var position: SIMD2<Double>
  /// Metres above the origin; NaN when not told.
  public var height: Float
  /// Metres per second east and north; NaN when not told.
  public var velocity: SIMD2<Float>
  /// Standard deviation of each component of `position`, metres.
  public var positionSigma: Float

  /// An aircraft at `position`.
  public init(
    broadcast: AirBroadcast, target: TargetClass, sender: UInt64, identity: UInt64 = 0,
    claim: SensorID = .none, count: UInt16 = 1, position: SIMD2<Double>, height: Float = .nan,
    velocity: SIMD2<Float> = SIMD2(.nan, .nan), positionSigma: Float
  ) {
    self.broadcast = broadcast
    self.target = target
    self.claim = claim
    self.sender = sender
    self.identity = identity
    self.count = count
    self.position = position
    self.height = height
    self.velocity = velocity
    self.positionSigma = positionSigma
  }
}

/// The ways in which an aircraft tells where it is to everybody.
public enum AirBroadcast: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// Remote identification of drones (ASTM F3411).
  case remoteID = 0
  /// Automatic dependent surveillance of manned aviation.
  case adsb = 1

  /// The word on the wire.
  public var name: StaticString {
    switch self {
    case .remoteID: "remote_id"
    case .adsb: "adsb"
    }
  }
}
