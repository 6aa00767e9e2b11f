import Geodesy
public import MAVLink
public import Model

/// Bytes of one serial link to places of the site's drones and beacons, and to what a drone's payload
/// tracks.
///
/// Times are those at which the chunk was read, so that a place is late by its way over the link (tens
/// of milliseconds at 57,600 baud); where a platform's profile says so and its clock is known by
/// TIMESYNC, its places have its own time (`VehicleClock`). For the look back at the moment of a picture
/// the sender's times since boot are tied to ours by listening where nothing better is known
/// (`BootClock`).
///
/// - GLOBAL_POSITION_INT gives `.platform`, its accuracy from the last GPS_RAW_INT and, where it has
///   no heading itself, the heading from the last ATTITUDE.
/// - CAMERA_TRACKING_GEO_STATUS with an active track gives `.detection` and `.scanEnd`; so does
///   CAMERA_TRACKING_IMAGE_STATUS where gimbal and field of view are told: the direction meets the
///   ground at the height of the site's origin (`GroundSight`).
/// - Remote ID and ADS-B of strangers give `.air` (`takeStranger`).
/// - A system that was heard and then not for 5 s is reported lost, and well again with its third
///   frame.
/// - Frames that the link's policy on signatures refuses say nothing; in whose name they came is
///   reported once, until none came for a minute.
/// - Frames of systems that the site does not name on this link are counted, not told.
/// - When more than half of the bytes of a kilobyte are no frames, the platforms of the link are
///   reported implausible, once, and well again after a kilobyte with less than a quarter.
///
/// A pure function of the samples, whatever way the bytes are cut into chunks but for the times. No
/// allocation after `init`. One owner, one thread at a time.
public struct TelemetryPerception: ~Copyable {
  /// What was done so far.
  public internal(set) var counters = TelemetryCounters()

  var numbering: ObservationNumbering
  private var parser: FrameParser
  private let frame: LocalFrame
  /// Place in `platforms` by system id, -1 for those not of the site.
  private var places = InlineArray<256, Int16>(repeating: -1)
  var platforms: StateTable<PlatformTelemetry>
  /// What strangers have said of themselves.
  var strangers = StrangerTable()
  /// Under which names our own fly.
  let ownNames: StateTable<OwnName>
  /// Height of the origin above the ellipsoid, metres.
  let originHeight: Double
  private var isGarbage = false
  private var windowBytes: UInt64 = 0
  private var windowSkipped: UInt64 = 0

  /// Bytes after which garbage is judged.
  private static let windowLength: UInt64 = 1024
  /// Farthest from the origin that a place is believed, metres.
  private static let distanceMax = 200_000.0

  /// Perception of what comes over `site.links[link]`; observations come through `source`, and what
  /// `signing` refuses is left out.
  public init(site: Site, link: Int, source: SourceID, signing: LinkSigning = LinkSigning()) {
    parser = FrameParser(signing: signing)
    numbering = ObservationNumbering(source: source)
    frame = LocalFrame(
      latitudeDegrees: site.origin.latitudeDegrees, longitudeDegrees: site.origin.longitudeDegrees,
      heightMetres: site.origin.heightMetres)
    originHeight = site.origin.heightMetres
    ownNames = Self.ownNames(of: site)
    let name = site.links[link].name
    let heard = site.sensors.indices.filter { site.sensors[$0].platform?.isHeard(on: name) == true }
    platforms = StateTable(count: heard.count, repeating: PlatformTelemetry())
    for (place, index) in heard.enumerated() {
      guard let detail = site.sensors[index].platform else { continue }
      platforms[place] = PlatformTelemetry(
        sensor: SensorID(UInt16(index)), detail: detail,
        latencyNanos: site.sensors[index].latencyNanos, originHeight: site.origin.heightMetres)
      if case .receiver = site.sensors[index].detail { platforms[place].isReceiver = true }
      places[Int(detail.systemID)] = Int16(place)
    }
  }

  private static func ownNames(of site: Site) -> StateTable<OwnName> {
    var names: [OwnName] = []
    for (index, sensor) in site.sensors.enumerated() {
      let id = SensorID(UInt16(index))
      if let text = sensor.platform?.remoteID {
        names.append(OwnName(number: NameNumber.remoteID(text), sensor: id))
      }
      if let address = sensor.platform?.icaoAddress {
        names.append(OwnName(number: NameNumber.icao(address), sensor: id))
      }
    }
    var table = StateTable(count: names.count, repeating: OwnName())
    for (place, name) in names.enumerated() { table[place] = name }
    return table
  }

  /// Tells the judge of the link's signatures the time of the post's clock anew, in steps of ten
  /// microseconds (`SigningClock`), zero if it is not known: it came to be known, or was stepped.
  public mutating func tellSigning(time: UInt64) { parser.tellSigning(time: time) }

  /// Takes one chunk of bytes, read at `time`, and tells what its frames say.
  public mutating func take(_ time: Instant, _ bytes: RawSpan, emit: (Observation) -> Void) {
    var taken = 0
    while taken < bytes.byteCount {
      taken += parser.append(bytes.extracting(taken..<bytes.byteCount))
      while let frame = parser.nextFrame() { take(frame, time, emit) }
    }
    counters.parser = parser.counters
    judgeGarbage(time, emit)
    judgeSystems(time, emit)
  }

  /// Passes a report of the reader on.
  public mutating func take(_ health: HealthReport, emit: (Observation) -> Void) {
    if health.state == .lost {
      isGarbage = false
      for place in 0..<platforms.count where platforms[place].sensor == health.sensor {
        platforms[place].liveness.lose()
      }
    }
    emit(numbering.make(health.sensor, health.time, .health(health)))
  }

  private mutating func take(_ frame: Frame, _ time: Instant, _ emit: (Observation) -> Void) {
    let place = Int(places[Int(frame.header.systemID)])
    guard place >= 0 else {
      counters.unknownSystems &+= 1
      return
    }
    if platforms[place].liveness.hear(at: time) {
      report(place, .ok, .delivering, time, emit)
    }
    takeStranger(frame, place, time, emit)
    guard !platforms[place].isReceiver else { return }
    switch frame.header.messageID {
    case .gpsRawInt:
      if let message = frame.decode(GPSRawInt.self) { platforms[place].take(message, time) }
    case .timeSync:
      guard let answer = frame.decode(TimeSync.self), answer.respondedNanos != 0 else { return }
      if platforms[place].payload.vehicleClock.take(answer, arrival: time) {
        counters.timeAnswers &+= 1
      } else {
        counters.timeAnswersRefused &+= 1
      }
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
    case .cameraTrackingImageStatus:
      guard let message = frame.decode(CameraTrackingImageStatus.self), message.isActive,
        let (detection, moment) = platforms[place].detection(message, time)
      else { return }
      tell(detection, place, moment, emit)
    default: takePayload(frame, place, time)
    }
  }

  /// What tells where a payload looks.
  private mutating func takePayload(_ frame: Frame, _ place: Int, _ time: Instant) {
    switch frame.header.messageID {
    case .gimbalDeviceAttitudeStatus:
      guard let message = frame.decode(GimbalDeviceAttitudeStatus.self) else { return }
      platforms[place].payload.take(message, time)
    case .mountOrientation:
      guard let message = frame.decode(MountOrientation.self) else { return }
      platforms[place].payload.take(message, time)
    case .cameraFOVStatus:
      guard let message = frame.decode(CameraFOVStatus.self) else { return }
      platforms[place].payload.take(message, time)
    case .cameraInformation:
      guard let message = frame.decode(CameraInformation.self) else { return }
      platforms[place].payload.take(message)
    default: break
    }
  }

  private mutating func take(
    _ message: GlobalPositionInt, _ place: Int, _ time: Instant, _ emit: (Observation) -> Void
  ) {
    guard let ground = local(message.latitudeE7, message.longitudeE7) else { return }
    counters.places &+= 1
    let state = platforms[place].state(message, ground: ground, time)
    let own = platforms[place].payload.ownTime(bootMillis: message.bootMillis, arrival: time)
    emit(numbering.make(platforms[place].sensor, own ?? time, .platform(state)))
  }

  /// What is known of a platform's clock.
  public struct Clock: BitwiseCopyable, Sendable, Equatable {
    /// The platform.
    public var sensor: SensorID
    /// Whether it answered of late; else the numbers are 0.
    public var isKnown: Bool
    /// Our monotonic time minus its time since boot, nanoseconds.
    public var offsetNanos: Int64
    /// Bound on the error of that, nanoseconds.
    public var uncertaintyNanos: Int64
  }

  /// Calls `body` with the clock of each platform of the link, as of `moment`.
  public func forEachClock(at moment: Instant, _ body: (Clock) -> Void) {
    for place in 0..<platforms.count {
      let known = platforms[place].payload.vehicleClock.known(at: moment)
      body(
        Clock(
          sensor: platforms[place].sensor, isKnown: known != nil, offsetNanos: known?.offset ?? 0,
          uncertaintyNanos: known?.uncertainty ?? 0))
    }
  }

  private mutating func take(
    _ message: CameraTrackingGeoStatus, _ place: Int, _ time: Instant,
    _ emit: (Observation) -> Void
  ) {
    guard let ground = local(message.latitudeE7, message.longitudeE7) else { return }
    tell(platforms[place].detection(message, ground: ground, time), place, time, emit)
  }

  private mutating func tell(
    _ detection: Detection, _ place: Int, _ time: Instant, _ emit: (Observation) -> Void
  ) {
    counters.detections &+= 1
    platforms[place].scans &+= 1
    let sensor = platforms[place].sensor
    emit(numbering.make(sensor, time, .detection(detection)))
    emit(
      numbering.make(sensor, time, .scanEnd(count: 1, frame: platforms[place].scans)))
  }

  /// Metres east and north; nil, and counted, for a place that cannot be.
  mutating func local(_ latitudeE7: Int32, _ longitudeE7: Int32) -> SIMD2<Double>? {
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

  private mutating func report(
    _ place: Int, _ state: HealthState, _ reason: HealthReason, _ time: Instant,
    _ emit: (Observation) -> Void
  ) {
    let sensor = platforms[place].sensor
    let health = HealthReport(sensor: sensor, state: state, reason: reason, time: time)
    emit(numbering.make(sensor, time, .health(health)))
  }

  /// Who fell silent, and in whose name frames were refused.
  private mutating func judgeSystems(_ time: Instant, _ emit: (Observation) -> Void) {
    for place in 0..<platforms.count {
      if platforms[place].liveness.pass(to: time) { report(place, .lost, .silent, time, emit) }
      if platforms[place].liveness.clear(at: time) { report(place, .ok, .delivering, time, emit) }
      let system = platforms[place].systemID
      if parser.refusedSystems.contains(system), platforms[place].liveness.refuse(at: time) {
        report(place, .degraded, .signatureRefused, time, emit)
      }
    }
    parser.forgetRefusedSystems()
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
      report(
        place, isGarbage ? .degraded : .ok, isGarbage ? .implausible : .delivering, time, emit)
    }
  }
}
