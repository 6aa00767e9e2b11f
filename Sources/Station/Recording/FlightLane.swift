import Captures
import Devices
import Ledger
import Model
import SiteConfiguration

/// The flight recorder's part of the recorder's thread: the ring of raw samples on disk, and which
/// stretches of it are worth keeping.
struct FlightLane: ~Copyable, Sendable {
  private var ring: SegmentRing
  private var windows: FlightWindows
  private let desk: FlightDesk
  private let board: HealthBoard
  private let site: Site
  /// Sensors whose health was told before: the first good word of a run is no change.
  private var heard: [Bool]
  private var clock: ClockMap?

  init(
    folder: String, header: CaptureHeader, site: Site, configuration: RecorderConfiguration,
    desk: FlightDesk, board: HealthBoard
  ) throws(CaptureError) {
    let nanos: Int64 = 1_000_000_000
    ring = try SegmentRing(
      folder: folder, header: header, site: site,
      limits: SegmentRing.Limits(
        keepNanos: configuration.ringSeconds * nanos, bytesMax: configuration.ringBytes))
    windows = FlightWindows(
      beforeNanos: configuration.beforeSeconds * nanos,
      afterNanos: configuration.afterSeconds * nanos,
      lengthNanosMax: configuration.ringSeconds * nanos / 2)
    self.desk = desk
    self.board = board
    self.site = site
    heard = site.sensors.map { _ in false }
    clock = header.clock
  }

  mutating func write(_ body: (inout CaptureWriter) throws(CaptureError) -> Void) {
    ring.write(body)
  }

  /// Takes the configuration that is in force from now on, which senses as the one before.
  mutating func adopt(_ letter: RecorderMail.Letter) {
    ring.adopt(
      configurationHash: letter.site.configurationHash, siteBundle: letter.bundle,
      attachments: Recording.attachments(letter.bundle))
  }

  /// Takes the clock map in force.
  mutating func note(_ map: ClockMap) { clock = map }

  /// Takes what fusion decided; `id` is the event's.
  mutating func note(_ event: PostEvent, id: String) {
    switch event {
    case .crossing(let crossing):
      windows.add(
        FlightTrigger(name: id, time: crossing.decided, pictures: pictures(of: crossing)))
    case .health(let health):
      let sensor = health.report.sensor
      let isFirst = heard.indices.contains(sensor.index) && !heard[sensor.index]
      if heard.indices.contains(sensor.index) { heard[sensor.index] = true }
      if isFirst, health.report.state == .ok { return }
      let name = heard.indices.contains(sensor.index) ? site.sensors[sensor.index].name : "post"
      windows.add(
        FlightTrigger(name: "\(CaptureVault.healthPrefix)\(name)", time: health.report.time))
    case .status: break
    }
  }

  /// The picture of each camera that saw it, at the last observation before the decision.
  private func pictures(of event: CrossingEvent) -> [FlightTrigger.Picture] {
    (0..<Int(event.contributionCount)).compactMap { place in
      let contribution = event.contributions[place]
      guard site.sensors.indices.contains(contribution.sensor.index),
        site.sensors[contribution.sensor.index].camera != nil
      else { return nil }
      return FlightTrigger.Picture(
        camera: site.sensors[contribution.sensor.index].name, time: contribution.last)
    }
  }

  /// Hands over what has come to its end, and turns the ring on: when it returns, samples find a segment.
  mutating func turn(at now: Instant, _ cells: MetricCells) {
    let settled = now.advanced(byNanos: -SegmentRing.lagNanosMax)
    while let window = windows.take(at: settled) {
      ring.close(at: now)
      submit(window)
    }
    ring.turn(at: now, clock: clock, wanted: wanted)
    board.note(ringFault: ring.fault)
    cells.set(RecorderLane.Cell.ringBytes.rawValue, UInt64(clamping: ring.bytes))
    cells.set(RecorderLane.Cell.lostSegments.rawValue, ring.lostSegments)
    cells.set(RecorderLane.Cell.passedOver.rawValue, ring.passedOver)
  }

  /// Hands over what is open when the run ends.
  mutating func finish(at now: Instant) {
    ring.close(at: now)
    while let window = windows.takeLast(at: now) { submit(window) }
  }

  private var wanted: Instant? {
    switch (windows.earliest, desk.wanted) {
    case (let a?, let b?): min(a, b)
    case (let a, let b): a ?? b
    }
  }

  private func submit(_ window: FlightWindow) {
    let start = clock?.wallTime(at: window.start) ?? WallTime(unixNanos: 0)
    desk.submit(
      FlightDesk.Job(
        window: window, segments: ring.segments(of: window.start...window.end), start: start))
  }
}
