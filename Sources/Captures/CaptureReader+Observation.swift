public import Model

extension CaptureReader {
  /// The observation that the arrival which `next` returned last tells of, to the last bit.
  ///
  /// Nothing for other records, for captures of format 1, whose observations are rounded, and for
  /// sensors that the site in use does not have.
  public func observation(of arrival: CapturedArrival) -> Observation? {
    withPayload { bytes in
      var parts = ObservationParts()
      var fields = JSONFields()
      while let (key, value) = fields.next(bytes) { parts.take(bytes, key, value) }
      guard !fields.isBroken, let time = parts.time, let content = content(parts, bytes) else {
        return nil
      }
      var sensor = SensorID.none
      if let name = parts.sensor {
        guard let known = self.sensor(named: name, bytes) else { return nil }
        sensor = known
      }
      if case .health(var report) = content {
        report.sensor = sensor
        return Observation(
          source: arrival.source, sensor: sensor, sequence: arrival.sequence,
          time: Instant(monotonicNanos: time), content: .health(report))
      }
      return Observation(
        source: arrival.source, sensor: sensor, sequence: arrival.sequence,
        time: Instant(monotonicNanos: time), content: content)
    }
  }

  private func content(_ parts: ObservationParts, _ bytes: RawSpan) -> Observation.Content? {
    guard let kind = parts.kind else { return nil }
    if bytes.matches(kind, "area") { return parts.isActive.map { .area(isActive: $0) } }
    if bytes.matches(kind, "scan_end") {
      guard let count = parts.count, let frame = parts.frame else { return nil }
      return .scanEnd(count: UInt16(clamping: count), frame: UInt32(clamping: frame))
    }
    if bytes.matches(kind, "detection") {
      return parts.bits.flatMap { Detection(bits: $0, bytes) }.map { .detection($0) }
    }
    if bytes.matches(kind, "platform") {
      return parts.bits.flatMap { PlatformState(bits: $0, bytes) }.map { .platform($0) }
    }
    if bytes.matches(kind, "air") {
      return parts.bits.flatMap { AirReport(bits: $0, bytes) }.map { .air($0) }
    }
    guard let word = parts.state else { return nil }
    if bytes.matches(kind, "health") {
      guard let state = HealthState.allCases.first(where: { bytes.matches(word, $0.name) }),
        let why = parts.reason,
        let reason = HealthReason.allCases.first(where: { bytes.matches(why, $0.name) }),
        let noticed = parts.noticed
      else { return nil }
      return .health(
        HealthReport(
          sensor: .none, state: state, reason: reason,
          systemError: Int32(clamping: parts.systemError ?? 0),
          time: Instant(monotonicNanos: noticed)))
    }
    guard bytes.matches(kind, "clock"), let wall = parts.wall, let instant = parts.instant,
      let uncertainty = parts.uncertainty,
      let state = ClockState.allCases.first(where: { bytes.matches(word, $0.name) })
    else { return nil }
    return .clock(
      ClockMap(
        instant: Instant(monotonicNanos: instant), wall: WallTime(unixNanos: wall),
        uncertaintyNanos: uncertainty, state: state))
  }
}

/// Members of an observation's JSON, by where they lie.
private struct ObservationParts {
  var sensor: Range<Int>?
  var kind: Range<Int>?
  var state: Range<Int>?
  var reason: Range<Int>?
  var bits: Range<Int>?
  var isActive: Bool?
  var time: Int64?
  var count: Int64?
  var frame: Int64?
  var systemError: Int64?
  var noticed: Int64?
  var wall: Int64?
  var instant: Int64?
  var uncertainty: Int64?

  mutating func take(_ bytes: RawSpan, _ key: Range<Int>, _ value: JSONFields.Value) {
    switch value {
    case .string(let text):
      if bytes.matches(key, "sensor") { sensor = text }
      if bytes.matches(key, "kind") { kind = text }
      if bytes.matches(key, "state") { state = text }
      if bytes.matches(key, "reason") { reason = text }
      if bytes.matches(key, "bits") { bits = text }
    case .integer(let number):
      if bytes.matches(key, "time_ns") { time = number }
      if bytes.matches(key, "count") { count = number }
      if bytes.matches(key, "frame") { frame = number }
      if bytes.matches(key, "errno") { systemError = number }
      if bytes.matches(key, "noticed_ns") { noticed = number }
      if bytes.matches(key, "utc_ns") { wall = number }
      if bytes.matches(key, "instant_ns") { instant = number }
      if bytes.matches(key, "uncertainty_ns") { uncertainty = number }
    case .word(let text) where bytes.matches(key, "active"):
      if bytes.matches(text, "true") { isActive = true }
      if bytes.matches(text, "false") { isActive = false }
    default: break
    }
  }
}
