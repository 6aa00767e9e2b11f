import CThreads
import Captures
import Devices
import Glibc
import MAVLink
import Model
import Perception
import Rings
import Simulation

/// Everything a reader's thread needs besides its source.
struct LaneSeat: Sendable {
  var source: SourceDescription
  var id: SourceID
  var site: Site
  var sink: Handover<ObservationSink>
  var tap: Handover<RecorderTap>
  var stop: StopFlag
  var cells: LaneCells

  /// What the thread runs: the lane of the source's kind over what `surroundings.origin` gives.
  func start(_ surroundings: Pipeline.Surroundings) throws -> @Sendable () -> Void {
    switch source {
    case .clock: preconditionFailure("the clock is read by fusion itself")
    case .gpio: try startEdges(surroundings)
    case .camera(let sensor): try startFrames(sensor, surroundings)
    case .serial(let link): try startBytes(link, surroundings)
    }
  }

  private func startEdges(
    _ surroundings: Pipeline.Surroundings
  ) throws -> @Sendable () -> Void {
    switch surroundings.origin {
    case .devices: return { run(edges: GPIOReader(site: site)) }
    case .simulation(let scenario):
      let pace = surroundings.pace
      return { run(edges: SimulatedEdgeSource(scenario: scenario, site: site, pace: pace)) }
    case .capture(let path):
      let edges = Handover(
        try CapturedEdges(path: path, source: id, pacing: surroundings.pacing(of: path)))
      return { run(edges: edges.take()) }
    }
  }

  private func startFrames(
    _ sensor: SensorID, _ surroundings: Pipeline.Surroundings
  ) throws -> @Sendable () -> Void {
    switch surroundings.origin {
    case .devices:
      guard let camera = site.sensors[sensor.index].camera else {
        preconditionFailure("a camera source belongs to a camera")
      }
      return { run(frames: CameraReader(sensor: sensor, camera: camera), of: sensor) }
    case .simulation(let scenario):
      let pace = surroundings.pace
      return {
        run(
          frames: SimulatedFrameSource(scenario: scenario, site: site, sensor: sensor, pace: pace),
          of: sensor)
      }
    case .capture(let path):
      let frames = Handover(
        try CapturedFrames(path: path, source: id, pacing: surroundings.pacing(of: path)))
      return { run(frames: frames.take(), of: sensor) }
    }
  }

  private func startBytes(
    _ link: Int, _ surroundings: Pipeline.Surroundings
  ) throws -> @Sendable () -> Void {
    let sensors = site.sensors.indices.filter {
      site.sensors[$0].platform?.isHeard(on: site.links[link].name) == true
    }.map { SensorID(UInt16($0)) }
    switch surroundings.origin {
    case .devices:
      let now = vdt_wall_nanos()
      var clock = SigningClockReader()
      let signing = try site.links[link].signing(time: clock.begin())
      let duty = LinkDuty(
        asker: try site.links[link].timeAsker(unixNanos: now),
        clock: signing.policy == .ignore ? nil : clock,
        outlet: try site.links[link].forward.map { try DatagramOutlet(to: $0) })
      return {
        keepLookingUp(duty.outlet, of: link)
        run(reader: SerialReader(link: site.links[link], sensors: sensors), of: link, signing, duty)
      }
    case .simulation(let scenario):
      let pace = surroundings.pace
      // Simulated vehicles have no key.
      return {
        run(
          bytes: SimulatedByteSource(scenario: scenario, site: site, link: link, pace: pace),
          of: link, LinkSigning())
      }
    case .capture(let path):
      let feeder = try TerminalFeeder(
        path: path, source: id, pacing: surroundings.pacing(of: path), stop: stop)
      let port = site.links[link].reached(through: feeder.devicePath)
      var time = SigningTime()
      let signing = site.links[link].replayedSigning(
        time: try CaptureReader(path: path).header.clock.flatMap { time.look($0) } ?? 0)
      return {
        let thread = NamedThread("pty-feeder") { feeder.run() }
        run(bytes: SerialReader(link: port, sensors: sensors), of: link, signing)
        thread.join()
      }
    }
  }

  private func run(edges: consuming some EdgeSource & ~Copyable) {
    runEdgeLane(
      source: edges, perception: MotionPerception(site: site, source: id), sink: sink.take(),
      tap: tap.take(), stop: stop, cells: cells)
  }

  private func run(frames: consuming some FrameSource & ~Copyable, of sensor: SensorID) {
    runFrameLane(
      source: frames, perception: CameraPerception(site: site, sensor: sensor, source: id),
      sink: sink.take(), tap: tap.take(), stop: stop, cells: cells)
  }

  /// A link that only tells: a simulation, or a capture, to which nothing is ever sent.
  private func run(
    bytes: consuming some ByteSource & ~Copyable, of link: Int, _ signing: LinkSigning
  ) {
    runByteLane(
      source: bytes,
      perception: TelemetryPerception(site: site, link: link, source: id, signing: signing),
      sink: sink.take(), tap: tap.take(), stop: stop, cells: cells, outlet: nil
    ) { _, _ in }
  }

  /// A port of the running kernel.
  private func run(
    reader: consuming SerialReader, of link: Int, _ signing: LinkSigning, _ duty: LinkDuty
  ) {
    var (asker, clock) = (duty.asker, duty.clock)
    let linkCells = cells.link
    runByteLane(
      source: reader,
      perception: TelemetryPerception(site: site, link: link, source: id, signing: signing),
      sink: sink.take(), tap: tap.take(), stop: stop, cells: cells, outlet: duty.outlet
    ) { source, perception in
      let now = MonotonicClock.now()
      if let question = asker?.question(at: now.monotonicNanos) { source.ask(question) }
      if let time = clock?.time(at: now) { perception.tellSigning(time: time) }
      linkCells?.update(source.counters, duty.outlet)
    }
  }

  /// Looks the host of an outlet up, now and again, on a thread that nobody waits for: a resolver may
  /// take long, and neither reading nor stopping may.
  private func keepLookingUp(_ outlet: DatagramOutlet?, of link: Int) {
    guard let outlet, outlet.needsLookUp else { return }
    let stop = stop
    _ = NamedThread("fwd-\(site.links[link].name)") {
      while !stop.isSet {
        let isKnown = outlet.lookUp()
        let pause = isKnown ? DatagramOutlet.refreshNanos : DatagramOutlet.retryNanos
        let end = MonotonicClock.now().advanced(byNanos: pause)
        while !stop.isSet, MonotonicClock.now() < end { usleep(200_000) }
      }
    }
  }
}

extension SerialLink {
  /// The same link on another port.
  func reached(through device: String) -> SerialLink {
    var link = self
    link.device = device
    return link
  }
}
