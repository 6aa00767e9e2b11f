import Captures
import Model
import Perception

/// The perception of every source of a site, fed from one capture by one thread.
///
/// The same types as in the live post take the same samples in the same order per source, so their
/// observations are the same.
final class ReplayPerceptions {
  private final class Box<Value: ~Copyable> {
    var value: Value
    init(_ value: consuming Value) { self.value = value }
  }

  private enum Lane {
    case clock
    case motion(Box<MotionPerception>)
    case camera(Box<CameraPerception>)
    case telemetry(Box<TelemetryPerception>)
  }

  private let lanes: [Lane]
  private var clockSequence: UInt64 = 0
  private var signingTime: SigningTime

  /// Of `site`; `clock` is the map in force when the recording began.
  init(site: Site, clock: ClockMap?) {
    var signingTime = SigningTime()
    let time = clock.flatMap { signingTime.look($0) } ?? 0
    self.signingTime = signingTime
    lanes = site.sources.enumerated().map { place, source in
      let id = SourceID(UInt16(place))
      return switch source {
      case .clock: .clock
      case .gpio: .motion(Box(MotionPerception(site: site, source: id)))
      case .camera(let sensor):
        .camera(Box(CameraPerception(site: site, sensor: sensor, source: id)))
      case .serial(let link):
        .telemetry(
          Box(
            TelemetryPerception(
              site: site, link: link, source: id,
              signing: site.links[link].replayedSigning(time: time))))
      }
    }
  }

  /// Hands what `item` makes the source's perception say to `emit`; `payload` holds the bytes of
  /// frames and chunks.
  func take(_ item: CaptureItem, payload: RawSpan, emit: (Observation) -> Void) {
    switch item {
    case .clock(let map):
      clockSequence += 1
      emit(
        Observation(
          source: .clock, sensor: .none, sequence: clockSequence, time: map.instant,
          content: .clock(map)))
      if let time = signingTime.look(map) { tellSigning(time: time) }
    case .edge(let edge, let source):
      if case .motion(let box) = lane(source) { box.value.take(edge, emit: emit) }
    case .frame(let header, let source):
      if case .camera(let box) = lane(source) { box.value.take(header, payload, emit: emit) }
    case .bytes(let time, let source):
      if case .telemetry(let box) = lane(source) { box.value.take(time, payload, emit: emit) }
    case .health(let report, let source):
      switch lane(source) {
      case .motion(let box): box.value.take(report, emit: emit)
      case .camera(let box): box.value.take(report, emit: emit)
      case .telemetry(let box): box.value.take(report, emit: emit)
      case .clock, nil: break
      }
    case .arrival, .event: break
    }
  }

  private func tellSigning(time: UInt64) {
    for case .telemetry(let box) in lanes { box.value.tellSigning(time: time) }
  }

  private func lane(_ source: SourceID) -> Lane? {
    lanes.indices.contains(source.index) ? lanes[source.index] : nil
  }
}
