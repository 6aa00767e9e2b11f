import Geodesy
import MAVLink
public import Model

/// Bytes of one serial link to places of the site's drones and beacons, and to what a drone's payload
/// tracks.
///
/// Times are those at which the chunk was read: the sender's own clocks are not trusted in this form,
/// so a place is late by its way over the link (tens of milliseconds at 57,600 baud).
///
/// - GLOBAL_POSITION_INT gives `.platform`, its accuracy from the last GPS_RAW_INT and, where it has
///   no heading itself, the heading from the last ATTITUDE.
/// - CAMERA_TRACKING_GEO_STATUS with an active track gives `.detection` and `.scanEnd`.
/// - Frames of systems that the site does not name on this link are counted, not told.
/// - When more than half of the bytes of a kilobyte are no frames, the platforms of the link are
///   reported implausible, once, and well again after a kilobyte with less than a quarter.
///
/// A pure function of the samples, whatever way the bytes are cut into chunks but for the times. No
/// allocation after `init`. One owner, one thread at a time.
public struct TelemetryPerception: ~Copyable {
  /// What was done so far.
  public private(set) var counters = TelemetryCounters()

  private var numbering: ObservationNumbering
  private var parser = FrameParser()
  private let frame: LocalFrame
  /// Place in `platforms` by system id, -1 for those not of the site.
  private var places = InlineArray<256, Int16>(repeating: -1)
  private var platforms: StateTable<PlatformTelemetry>
  private var isGarbage = false
  private var windowBytes: UInt64 = 0
  private var windowSkipped: UInt64 = 0

  /// Bytes after which garbage is judged.
  private static let windowLength: UInt64 = 1024
  /// Farthest from the origin that a place is believed, metres.
  private static let distanceMax = 200_000.0

  /// Perception of what comes over `site.links[link]`; observations come through `source`.
  public init(site: Site, link: Int, source: SourceID) {
    numbering = ObservationNumbering(source: source)
    frame = LocalFrame(
      latitudeDegrees: site.origin.latitudeDegrees, longitudeDegrees: site.origin.longitudeDegrees,
      heightMetres: site.origin.heightMetres)
    let name = site.links[link].name
    let heard = site.sensors.indices.filter { site.sensors[$0].platform?.link == name }
    platforms = StateTable(count: heard.count, repeating: PlatformTelemetry())
    for (place, index) in heard.enumerated() {
      guard let detail = site.sensors[index].platform else { continue }
      platforms[place] = PlatformTelemetry(
        sensor: SensorID(UInt16(index)), detail: detail, originHeight: site.origin.heightMetres)
      places[Int(detail.systemID)] = Int16(place)
    }
  }

  /// Takes one chunk of bytes, read at `time`, and tells what its frames say.
  public mutating func take(_ time: Instant, _ bytes: RawSpan, emit: (Observation) -> Void) {
    var taken = 0
    while taken < bytes.byteCount {
      taken += parser.append(bytes.extracting(taken..<bytes.byteCount))
      while let frame = parser.nextFrame() { take(frame, time, emit) }
    }
    counters.parser = parser.counters
    judgeGarbage(time, emit)
  }

  /// Passes a report of the reader on.
  public mutating func take(_ health: HealthReport, emit: (Observation) -> Void) {
    if health.state == .lost { isGarbage = false }
    emit(numbering.make(health.sensor, health.time, .health(health)))
  }

  private mutating func take(_ frame: Frame, _ time: Instant, _ emit: (Observation) -> Void) {
    let place = Int(places[Int(frame.header.systemID)])
    guard place >= 0 else {
      counters.unknownSystems &+= 1
      return
    }
    switch frame.header.messageID {
    case .gpsRawInt:
      if let message = frame.decode(GPSRawInt.self) { platforms[place].take(message, time) }
    case .attitude:
      if let message = frame.decode(Attitude.self) { platforms[place].take(message, time) }
    case .globalPositionInt:
      guard let message = frame.decode(GlobalPositionInt.self) else { return }
      take(message, place, time, emit)
    case .cameraTrackingGeoStatus:
      guard let message = frame.decode(CameraTrackingGeoStatus.self), message.isActive else {
        return
      }
      take(message, place, time, emit)
    default: break
    }
  }

  private mutating func take(
    _ message: GlobalPositionInt, _ place: Int, _ time: Instant, _ emit: (Observation) -> Void
  ) {
    guard let ground = local(message.latitudeE7, message.longitudeE7) else { return }
    counters.places &+= 1
    let state = platforms[place].state(message, ground: ground, time)
    emit(numbering.make(platforms[place].sensor, time, .platform(state)))
  }

  private mutating func take(
    _ message: CameraTrackingGeoStatus, _ place: Int, _ time: Instant,
    _ emit: (Observation) -> Void
  ) {
    guard let ground = local(message.latitudeE7, message.longitudeE7) else { return }
    let detection = platforms[place].detection(message, ground: ground)
    counters.detections &+= 1
    platforms[place].scans &+= 1
    let sensor = platforms[place].sensor
    emit(numbering.make(sensor, time, .detection(detection)))
    emit(
      numbering.make(sensor, time, .scanEnd(count: 1, frame: platforms[place].scans)))
  }

  /// Metres east and north; nil, and counted, for a place that cannot be.
  private mutating func local(_ latitudeE7: Int32, _ longitudeE7: Int32) -> SIMD2<Double>? {
    // 0/0 is what autopilots send without a fix.
    let isOnEarth = abs(Int(latitudeE7)) <= 900_000_000 && abs(Int(longitudeE7)) <= 1_800_000_000
    if isOnEarth && (latitudeE7 != 0 || longitudeE7 != 0) {
      let ground = frame.local(
        latitudeDegrees: Double(latitudeE7) / 1e7, longitudeDegrees: Double(longitudeE7) / 1e7)
      if (ground * ground).sum() <= Self.distanceMax * Self.distanceMax { return ground }
    }
    counters.implausible &+= 1
    return nil
  }

  private mutating func judgeGarbage(_ time: Instant, _ emit: (Observation) -> Void) {
    let bytes = counters.parser.bytes &- windowBytes
    guard bytes >= Self.windowLength else { return }
    let skipped = counters.parser.bytesSkipped &- windowSkipped
    windowBytes = counters.parser.bytes
    windowSkipped = counters.parser.bytesSkipped
    let turns = isGarbage ? skipped * 4 < bytes : skipped * 2 > bytes
    guard turns else { return }
    isGarbage.toggle()
    for place in 0..<platforms.count {
      let sensor = platforms[place].sensor
      let report = HealthReport(
        sensor: sensor, state: isGarbage ? .degraded : .ok,
        reason: isGarbage ? .implausible : .delivering, time: time)
      emit(numbering.make(sensor, time, .health(report)))
    }
  }
}
