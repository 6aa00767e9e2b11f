import Model

// The values of detections and platform states to the last bit, as hexadecimal digits beside the
// rounded ones that people read: fusion decides alike on what is read back. Integers and IEEE 754
// values, least significant byte first, in the order in which the types list them.

extension ByteBuffer {
  /// Appends all values of `detection`.
  mutating func appendBits(_ detection: Detection) {
    appendHexadecimal(little: UInt8(detection.hasPosition ? 1 : 0))
    for value in [detection.position.x, detection.position.y] { appendBits(value) }
    for lane in 0..<3 { appendBits(detection.covariance[lane]) }
    appendBits(detection.azimuth)
    appendBits(detection.azimuthSigma)
    appendBits(detection.angularWidth)
    for lane in 0..<8 { appendBits(detection.classScores.lanes[lane]) }
    appendBits(detection.quality)
    for lane in 0..<4 { appendHexadecimal(little: detection.box[lane]) }
  }

  /// Appends all values of `platform`.
  mutating func appendBits(_ platform: PlatformState) {
    for lane in 0..<3 { appendBits(platform.position[lane]) }
    for lane in 0..<3 { appendBits(platform.velocity[lane]) }
    appendBits(platform.heading)
    appendBits(platform.positionSigma)
    appendBits(platform.footprintCentre.x)
    appendBits(platform.footprintCentre.y)
    appendBits(platform.footprintRadius)
  }

  /// Appends all values of `report`.
  mutating func appendBits(_ report: AirReport) {
    appendHexadecimal(little: report.broadcast.rawValue)
    appendHexadecimal(little: report.target.rawValue)
    appendHexadecimal(little: report.claim.rawValue)
    appendHexadecimal(little: report.sender)
    appendHexadecimal(little: report.identity)
    appendHexadecimal(little: report.count)
    for lane in 0..<2 { appendBits(report.position[lane]) }
    appendBits(report.height)
    for lane in 0..<2 { appendBits(report.velocity[lane]) }
    appendBits(report.positionSigma)
  }

  private mutating func appendBits(_ value: Double) { appendHexadecimal(little: value.bitPattern) }

  private mutating func appendBits(_ value: Float) { appendHexadecimal(little: value.bitPattern) }
}

/// Reads those digits back; what is missing or no digit leaves it broken.
struct BitDigits {
  private var position: Int
  private let end: Int
  private(set) var isBroken = false

  /// The digits in `range` of the bytes that every call is given.
  init(_ range: Range<Int>) {
    position = range.lowerBound
    end = range.upperBound
  }

  /// Whether all digits were taken and none was missing.
  var isDone: Bool { !isBroken && position == end }

  mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type, _ bytes: RawSpan) -> Value {
    var value: Value = 0
    for byte in 0..<Value.bitWidth / 8 {
      let high = digit(bytes)
      let low = digit(bytes)
      value |= Value(truncatingIfNeeded: high << 4 | low) << Value(truncatingIfNeeded: 8 * byte)
    }
    return value
  }

  mutating func double(_ bytes: RawSpan) -> Double {
    Double(bitPattern: integer(UInt64.self, bytes))
  }

  mutating func float(_ bytes: RawSpan) -> Float {
    Float(bitPattern: integer(UInt32.self, bytes))
  }

  private mutating func digit(_ bytes: RawSpan) -> UInt32 {
    guard position < end, position < bytes.byteCount else {
      isBroken = true
      return 0
    }
    let character = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
    position += 1
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return UInt32(character - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): return UInt32(character - UInt8(ascii: "a") + 10)
    default:
      isBroken = true
      return 0
    }
  }
}

extension Detection {
  /// The detection whose digits lie at `range`.
  init?(bits range: Range<Int>, _ bytes: RawSpan) {
    var digits = BitDigits(range)
    let hasPosition = digits.integer(UInt8.self, bytes) == 1
    let position = SIMD2(digits.double(bytes), digits.double(bytes))
    let covariance = SIMD3(digits.double(bytes), digits.double(bytes), digits.double(bytes))
    let azimuth = digits.float(bytes)
    let azimuthSigma = digits.float(bytes)
    let angularWidth = digits.float(bytes)
    var lanes = SIMD8<Float>()
    for lane in 0..<8 { lanes[lane] = digits.float(bytes) }
    let quality = digits.float(bytes)
    var box = SIMD4<UInt16>()
    for lane in 0..<4 { box[lane] = digits.integer(UInt16.self, bytes) }
    guard digits.isDone else { return nil }
    self.init(
      position: position, covariance: covariance, azimuth: azimuth, azimuthSigma: azimuthSigma,
      angularWidth: angularWidth, classScores: ClassScores(lanes: lanes), quality: quality,
      box: box)
    self.hasPosition = hasPosition
  }
}

extension PlatformState {
  /// The platform state whose digits lie at `range`.
  init?(bits range: Range<Int>, _ bytes: RawSpan) {
    var digits = BitDigits(range)
    let position = SIMD3(digits.double(bytes), digits.double(bytes), digits.double(bytes))
    let velocity = SIMD3(digits.float(bytes), digits.float(bytes), digits.float(bytes))
    let heading = digits.float(bytes)
    let sigma = digits.float(bytes)
    let centre = SIMD2(digits.double(bytes), digits.double(bytes))
    let radius = digits.float(bytes)
    guard digits.isDone else { return nil }
    self.init(
      position: position, velocity: velocity, heading: heading, positionSigma: sigma,
      footprintCentre: centre, footprintRadius: radius)
  }
}

extension AirReport {
  /// The report whose digits lie at `range`.
  init?(bits range: Range<Int>, _ bytes: RawSpan) {
    var digits = BitDigits(range)
    let broadcast = AirBroadcast(rawValue: digits.integer(UInt8.self, bytes))
    let target = TargetClass(rawValue: digits.integer(UInt8.self, bytes))
    let claim = SensorID(digits.integer(UInt16.self, bytes))
    let sender = digits.integer(UInt64.self, bytes)
    let identity = digits.integer(UInt64.self, bytes)
    let count = digits.integer(UInt16.self, bytes)
    let position = SIMD2(digits.double(bytes), digits.double(bytes))
    let height = digits.float(bytes)
    let velocity = SIMD2(digits.float(bytes), digits.float(bytes))
    let sigma = digits.float(bytes)
    guard digits.isDone, let broadcast, let target else { return nil }
    self.init(
      broadcast: broadcast, target: target, sender: sender, identity: identity, claim: claim,
      count: count, position: position, height: height, velocity: velocity, positionSigma: sigma)
  }
}
