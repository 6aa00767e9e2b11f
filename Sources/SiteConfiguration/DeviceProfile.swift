import Model

/// What a device model is like, as `DeviceProfiles/<kind>/<model>.yaml` says; base units (metres,
/// seconds, radians, per second).
struct DeviceProfile {
  /// The kinds of device, named as their folders.
  enum Kind: String, CaseIterable {
    case motion, camera, drone, beacon, receiver
  }

  /// The shape of a motion sensor's cover.
  enum Shape {
    /// A pie slice ahead of the sensor.
    case sector(halfAngle: Double, range: Double)
    /// A disc around it.
    case disc(range: Double)
    /// A strip to its far end.
    case corridor(width: Double, range: Double)
  }

  /// A picture format, size and rate that a camera offers.
  struct Mode: Equatable {
    var format: PixelFormat
    var width: Int
    var height: Int
    var framesPerSecond: Double

    /// As it is written in messages.
    var description: String { "\(format.name) \(width)x\(height) at \(plain(framesPerSecond)) /s" }
  }

  var kind: Kind
  var detectionProbability = 0.0
  /// A second for motion sensors and drones, a frame for cameras.
  var falseAlarms = 0.0
  var latency = 0.0

  var technology = MotionDetail.Technology.pir
  var isActiveLow = false
  var debounce = 0.0
  var hold = 0.0
  var shape = Shape.disc(range: 0)
  var classRanges: [TargetClass: Double] = [:]
  var edgesPerSecondMax = 0.0

  var fieldOfView = 0.0
  var range = 0.0
  var azimuthSigma = 0.0
  var elevationSigma = 0.0
  var modes: [Mode] = []

  var footprintRadius = 0.0
  var positionSigma = 0.0
  var payload = PayloadDetail()
  var usesOwnTime = false

  init(kind: Kind) { self.kind = kind }
}
