import Geodesy
public import Model

/// Turns events into what the ledger keeps: a header and the payload, a GeoJSON Feature (RFC 7946)
/// in canonical JSON (RFC 8785), which is the CloudEvents `data`.
///
/// The schemas are in `Docs/schemas`. A pure function of the site, the epoch, the software version
/// and the event. Owned by one thread; it allocates at its start and then only what SHA-256 takes
/// for its state. About 3 KB and a few microseconds an event.
public struct EventEncoder: ~Copyable {
  /// Bytes that everything but the site's own texts takes in an event at most: 16 sensors and 24
  /// points of the path at their widest are below 6 KB.
  private static let fixedBytesMax = 12_288

  private let texts: SiteTexts
  private let frame: LocalFrame
  private let originHeight: Double
  private var ids: EventIDDeriver
  private var text: CanonicalText

  /// An encoder of events of `site`.
  ///
  /// - Parameters:
  ///   - site: the configuration in force; events refer to its lines and sensors by number.
  ///   - captureEpoch: what tells this run's observation numbers from those of other runs; recorded
  ///     in a capture, so that a replay derives the same ids.
  ///   - softwareVersion: version of the build, told in each event.
  /// - Precondition: the names of the site are short enough for an event to fit a record
  ///   (``EventLog/payloadBytesMax``).
  public init(site: Site, captureEpoch: UInt64, softwareVersion: String) {
    texts = SiteTexts(site: site, softwareVersion: softwareVersion)
    let capacity = Self.fixedBytesMax + texts.bytesPerEventMax
    precondition(
      capacity <= RecordLayout.payloadBytesMax,
      "names in the site file are too long: an event would take \(capacity) bytes, a record "
        + "holds \(RecordLayout.payloadBytesMax); shorten the names of lines and sensors")
    frame = LocalFrame(
      latitudeDegrees: site.origin.latitudeDegrees, longitudeDegrees: site.origin.longitudeDegrees,
      heightMetres: site.origin.heightMetres)
    originHeight = site.origin.heightMetres
    ids = EventIDDeriver(captureEpoch: captureEpoch, texts: texts)
    text = CanonicalText(capacity: capacity)
  }

  /// Encodes `event`; its payload is lent by ``withPayload(_:)`` until the next event.
  ///
  /// - Precondition: lines and sensors that the event names are in the site.
  public mutating func encode(_ event: PostEvent) -> EventHeader {
    text.clear()
    switch event {
    case .crossing(let crossing): return encode(crossing)
    case .health(let health): return encode(health)
    case .status(let status): return encode(status)
    }
  }

  /// Lends the payload of the event encoded last: canonical JSON, UTF-8.
  public func withPayload<Result: ~Copyable, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try text.withBytes(body)
  }

  // MARK: - Crossings

  private mutating func encode(_ event: CrossingEvent) -> EventHeader {
    let header = EventHeader(
      kind: event.stranger == nil ? .crossing : .airCrossing,
      id: ids.id(of: event.identity, texts: texts), version: event.version,
      time: event.clock.wallTime(at: event.time), isExercise: texts.exercise != nil)
    let height = event.height.isFinite ? Double(event.height) : Double.nan
    begin(at: SIMD3(event.position.x, event.position.y, height))
    text.literal("{")
    appendStranger(event)
    text.literal(#""class":"#)
    text.word(event.classes.best.name)
    if event.stranger == nil { appendClasses(event.classes) }
    appendClock(event.clock, isFirst: false)
    text.literal(#","confidence":"#)
    text.number(Double(event.confidence), places: 4)
    appendConfiguration()
    text.literal(#","count":{"estimate":"#)
    text.integer(Int64(event.targetCount))
    text.literal(#","max":"#)
    text.integer(Int64(event.targetCountMax))
    text.literal(#","min":"#)
    text.integer(Int64(event.targetCountMin))
    text.literal(#"},"decided_latency_ms":"#)
    text.decimal(Self.micros(event.decided.nanos(since: event.time)), places: 3)
    appendDirection(event)
    appendIdentity(header)
    appendFriendly(event)
    appendMotion(event, height: height)
    appendLine(texts.lines[event.identity.line.index])
    appendPath(event)
    appendCovariance(event.covariance)
    text.literal(#","post":"#)
    text.string(texts.post, of: texts)
    appendSensors(event)
    appendSoftware()
    appendSpeed(event.velocity)
    appendTime(header.time, uncertaintyMicros: Self.uncertaintyMicros(of: event))
    let line = texts.lines[event.identity.line.index]
    text.literal(#","to":"#)
    text.string(event.direction == .leftToRight ? line.right : line.left, of: texts)
    text.literal(#","track":"#)
    text.integer(Int64(event.track.rawValue))
    end(header)
    return header
  }

  private mutating func appendClasses(_ classes: ClassScores) {
    // The order of the words, not of the raw values.
    text.literal(#","classes":{"animal":"#)
    text.number(Double(classes[.animal]), places: 4)
    text.literal(#","drone":"#)
    text.number(Double(classes[.drone]), places: 4)
    text.literal(#","group":"#)
    text.number(Double(classes[.group]), places: 4)
    text.literal(#","person":"#)
    text.number(Double(classes[.person]), places: 4)
    text.literal(#","unknown":"#)
    text.number(Double(classes[.unknown]), places: 4)
    text.literal(#","vehicle":"#)
    text.number(Double(classes[.vehicle]), places: 4)
    text.literal("}")
  }

  /// `broadcast` and `claims_to_be`, for an aircraft that is not ours.
  private mutating func appendStranger(_ event: CrossingEvent) {
    guard let stranger = event.stranger else { return }
    text.literal(#""broadcast":"#)
    text.word(stranger.broadcast.name)
    if stranger.claim != .none {
      text.literal(#","claims_to_be":"#)
      text.string(texts.sensors[stranger.claim.index].name, of: texts)
    }
    text.literal(",")
  }

  private mutating func appendDirection(_ event: CrossingEvent) {
    let line = texts.lines[event.identity.line.index]
    let isLeftToRight = event.direction == .leftToRight
    text.literal(#","direction":"#)
    text.string(isLeftToRight ? line.leftToRight : line.rightToLeft, of: texts)
    text.literal(#","disposition":"#)
    text.word(event.disposition.name)
  }

  private mutating func appendFriendly(_ event: CrossingEvent) {
    text.literal(#","friendly":"#)
    text.boolean(event.isFriendly)
    if event.friendlyNearby != .none {
      text.literal(#","friendly_nearby":"#)
      text.string(texts.sensors[event.friendlyNearby.index].name, of: texts)
    }
    let line = texts.lines[event.identity.line.index]
    text.literal(#","from":"#)
    text.string(event.direction == .leftToRight ? line.left : line.right, of: texts)
  }

  /// `heading_deg` and `height_m`, where they mean something.
  private mutating func appendMotion(_ event: CrossingEvent, height: Double) {
    if let heading = CompassHeading.tenths(of: event.velocity) {
      text.literal(#","heading_deg":"#)
      text.decimal(heading, places: 1)
    }
    if !height.isNaN {
      text.literal(#","height_m":"#)
      text.number(height, places: 2)
    }
  }

  private mutating func appendLine(_ line: SiteTexts.Line) {
    text.literal(#","line":{"kind":"#)
    text.word(line.isClosed ? "zone" : "border")
    text.literal(#","name":"#)
    text.string(line.name, of: texts)
    text.literal("}")
  }

  private mutating func appendPath(_ event: CrossingEvent) {
    text.literal(#","path":["#)
    for index in 0..<min(Int(event.pathCount), CrossingEvent.pathPointsMax) {
      let point = event.path[index]
      if index > 0 { text.literal(",") }
      let place = frame.geographic(SIMD2(Double(point.position.x), Double(point.position.y)))
      text.literal("[")
      text.number(place.longitudeDegrees, places: 7)
      text.literal(",")
      text.number(place.latitudeDegrees, places: 7)
      text.literal(",")
      text.decimal(Self.rounded(point.time.nanos(since: event.time), by: 1_000_000), places: 3)
      text.literal("]")
    }
    text.literal("]")
  }

  private mutating func appendCovariance(_ covariance: SIMD3<Double>) {
    text.literal(#","position_covariance_m2":["#)
    text.number(covariance.x, places: 4)
    text.literal(",")
    text.number(covariance.y, places: 4)
    text.literal(",")
    text.number(covariance.z, places: 4)
    text.literal("]")
  }

  private mutating func appendSensors(_ event: CrossingEvent) {
    text.literal(#","sensors":["#)
    for index in 0..<min(Int(event.contributionCount), CrossingEvent.contributionsMax) {
      let share = event.contributions[index]
      let sensor = texts.sensors[share.sensor.index]
      if index > 0 { text.literal(",") }
      text.literal(#"{"count":"#)
      text.integer(Int64(share.count))
      text.literal(#","first":"#)
      text.timestamp(UTCText(event.clock.wallTime(at: share.first)))
      text.literal(#","health":"#)
      text.word(share.health.name)
      text.literal(#","kind":"#)
      text.string(sensor.kind, of: texts)
      text.literal(#","last":"#)
      text.timestamp(UTCText(event.clock.wallTime(at: share.last)))
      text.literal(#","name":"#)
      text.string(sensor.name, of: texts)
      if share.seenFrom != .fixed {
        text.literal(#","seen_from":"#)
        text.word(share.seenFrom.name)
      }
      text.literal("}")
    }
    text.literal("]")
  }

  private mutating func appendSpeed(_ velocity: SIMD2<Float>) {
    let speed = SIMD2<Double>(velocity)
    text.literal(#","speed_mps":"#)
    text.number((speed * speed).sum().squareRoot(), places: 2)
  }

  // MARK: - Health and status

  private mutating func encode(_ event: SensorHealthEvent) -> EventHeader {
    let header = EventHeader(
      kind: .sensorHealth, id: ids.id(of: event, texts: texts), version: 1,
      time: event.clock.wallTime(at: event.report.time), isExercise: texts.exercise != nil)
    let isPost = event.report.sensor == .none
    begin(at: isPost ? nil : texts.sensors[event.report.sensor.index].place)
    text.literal("{")
    appendClock(event.clock, isFirst: true)
    appendConfiguration()
    appendIdentity(header)
    text.literal(#","post":"#)
    text.string(texts.post, of: texts)
    text.literal(#","reason":"#)
    text.word(event.report.reason.name)
    text.literal(#","sensor":"#)
    if isPost {
      text.literal("null")
    } else {
      let sensor = texts.sensors[event.report.sensor.index]
      text.literal(#"{"kind":"#)
      text.string(sensor.kind, of: texts)
      text.literal(#","name":"#)
      text.string(sensor.name, of: texts)
      text.literal("}")
    }
    appendSoftware()
    text.literal(#","state":"#)
    text.word(event.report.state.name)
    text.literal(#","system_error":"#)
    text.integer(Int64(event.report.systemError))
    appendTime(header.time, uncertaintyMicros: Self.micros(event.clock.uncertaintyNanos))
    end(header)
    return header
  }

  private mutating func encode(_ event: PostStatusEvent) -> EventHeader {
    let header = EventHeader(
      kind: .postStatus, id: ids.id(of: event, texts: texts), version: 1,
      time: event.clock.wallTime(at: event.time), isExercise: texts.exercise != nil)
    begin(at: .zero)
    text.literal("{")
    appendClock(event.clock, isFirst: true)
    if event.kind == .clockStepped {
      text.literal(#","clock_step_ms":"#)
      text.integer(event.clockStepNanos / 1_000_000)
    }
    appendConfiguration()
    appendIdentity(header)
    text.literal(#","ordinal":"#)
    text.integer(event.ordinal)
    text.literal(#","post":"#)
    text.string(texts.post, of: texts)
    text.literal(#","samples_dropped":"#)
    text.integer(event.samplesDropped)
    text.literal(#","sensors_lost":"#)
    text.integer(Int64(event.sensorsLost))
    appendSoftware()
    text.literal(#","status":"#)
    text.word(event.kind.name)
    appendTime(header.time, uncertaintyMicros: Self.micros(event.clock.uncertaintyNanos))
    end(header)
    return header
  }
}

// MARK: - What all events share

extension EventEncoder {
  /// Opens the feature with its geometry; `place` is metres east, north and above the origin, its
  /// height NaN when there is none. No place, or one that is not finite, is `null` (RFC 7946, 3.2).
  private mutating func begin(at place: SIMD3<Double>?) {
    text.literal(#"{"geometry":"#)
    if let place, place.x.isFinite, place.y.isFinite {
      let geographic = frame.geographic(SIMD2(place.x, place.y))
      text.literal(#"{"coordinates":["#)
      text.number(geographic.longitudeDegrees, places: 7)
      text.literal(",")
      text.number(geographic.latitudeDegrees, places: 7)
      if place.z.isFinite {
        text.literal(",")
        text.number(originHeight + place.z, places: 2)
      }
      text.literal(#"],"type":"Point"}"#)
    } else {
      text.literal("null")
    }
    text.literal(#","properties":"#)
  }

  private mutating func appendClock(_ clock: ClockMap, isFirst: Bool) {
    if !isFirst { text.literal(",") }
    text.literal(#""clock":{"state":"#)
    text.word(clock.state.name)
    text.literal(#","uncertainty_ms":"#)
    text.decimal(Self.micros(clock.uncertaintyNanos), places: 3)
    text.literal("}")
  }

  private mutating func appendConfiguration() {
    text.literal(#","configuration":"#)
    text.string(texts.configuration, of: texts)
  }

  private mutating func appendIdentity(_ header: EventHeader) {
    text.literal(#","event_id":"#)
    text.uuid(header.id)
    text.literal(#","exercise":"#)
    text.boolean(header.isExercise)
    if let exercise = texts.exercise {
      text.literal(#","exercise_name":"#)
      text.string(exercise, of: texts)
    }
  }

  private mutating func appendSoftware() {
    text.literal(#","software":"#)
    text.string(texts.software, of: texts)
  }

  private mutating func appendTime(_ time: WallTime, uncertaintyMicros: Int64) {
    text.literal(#","time":"#)
    text.timestamp(UTCText(time))
    text.literal(#","time_uncertainty_ms":"#)
    text.decimal(uncertaintyMicros, places: 3)
  }

  private mutating func end(_ header: EventHeader) {
    text.literal(#","version":"#)
    text.integer(Int64(header.version))
    text.literal(#"},"type":"Feature"}"#)
  }

  /// Half width of the clock's interval plus one standard deviation of the estimate, microseconds.
  private static func uncertaintyMicros(of event: CrossingEvent) -> Int64 {
    let sigma = (Double(event.timeSigma) * 1e6).rounded(.toNearestOrEven)
    let bounded = sigma.isFinite ? Int64(max(0, min(sigma, 1e12))) : 0
    return micros(event.clock.uncertaintyNanos) + bounded
  }

  private static func micros(_ nanos: Int64) -> Int64 { rounded(nanos, by: 1000) }

  /// `value / unit`, halves away from zero.
  private static func rounded(_ value: Int64, by unit: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
    guard remainder.magnitude * 2 >= unit.magnitude else { return quotient }
    return quotient + (value < 0 ? -1 : 1)
  }
}
