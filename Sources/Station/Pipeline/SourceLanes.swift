import Devices
import MAVLink
import Model
import Perception

/// How long a reader waits for its device before it looks whether it should end.
private let readTimeoutMilliseconds: Int32 = 100

/// The loop of the thread that owns all GPIO lines: edge, perception, ring.
func runEdgeLane<Source: EdgeSource & ~Copyable>(
  source: consuming Source, perception: consuming MotionPerception, sink: consuming ObservationSink,
  tap: consuming RecorderTap, stop: StopFlag, cells: LaneCells
) {
  while !stop.isSet {
    let reading = source.read(timeoutMilliseconds: readTimeoutMilliseconds) { edge in
      tap.record(edge)
      perception.take(edge) { sink.add($0) }
    }
    while let report = source.nextHealth() {
      tap.record(report)
      perception.take(report) { sink.add($0) }
    }
    sink.flush()
    tap.flush()
    cells.update(reading: reading, counters: perception.counters)
    if reading == .ended { break }
  }
}

/// The loop of one camera's thread: dequeue, detect in place, requeue.
func runFrameLane<Source: FrameSource & ~Copyable>(
  source: consuming Source, perception: consuming CameraPerception, sink: consuming ObservationSink,
  tap: consuming RecorderTap, stop: StopFlag, cells: LaneCells
) {
  while !stop.isSet {
    let reading = source.read(timeoutMilliseconds: readTimeoutMilliseconds) { header, bytes in
      guard !perception.hasPrivacyMasks else {
        // The camera's own bytes show what lies behind the masks: never recorded.
        perception.take(header, bytes) {
          tap.record($0, $1)
        } emit: {
          sink.add($0)
        }
        sink.flush()
        return
      }
      tap.record(header, bytes) { frame in perception.take(header, frame) { sink.add($0) } }
      sink.flush()
    }
    while let report = source.nextHealth() {
      tap.record(report)
      perception.take(report) { sink.add($0) }
    }
    sink.flush()
    tap.flush()
    cells.update(reading: reading, counters: perception.counters)
    if reading == .ended { break }
  }
}

/// What a serial link's thread does besides: it asks vehicles for the time, looks at the clock for its
/// judge of signatures, and passes bytes on.
struct LinkDuty: Sendable {
  var asker: TimeAsker?
  var clock: SigningClockReader?
  var outlet: DatagramOutlet?
}

/// The loop of one serial link's thread: bytes, telemetry, ring.
///
/// `turn` is called before each read, with the source and what is made of its bytes.
func runByteLane<Source: ByteSource & ~Copyable>(
  source: consuming Source, perception: consuming TelemetryPerception,
  sink: consuming ObservationSink, tap: consuming RecorderTap, stop: StopFlag, cells: LaneCells,
  outlet: DatagramOutlet?, turn: (inout Source, inout TelemetryPerception) -> Void
) {
  var perception = perception
  while !stop.isSet {
    turn(&source, &perception)
    let reading = source.read(timeoutMilliseconds: readTimeoutMilliseconds) { time, bytes in
      tap.record(bytes, at: time)
      perception.take(time, bytes) { sink.add($0) }
      sink.flush()
      outlet?.send(bytes)
    }
    while let report = source.nextHealth() {
      tap.record(report)
      perception.take(report) { sink.add($0) }
    }
    sink.flush()
    tap.flush()
    cells.update(reading: reading, counters: perception.counters)
    perception.forEachClock(at: MonotonicClock.now()) { cells.link?.set($0) }
    if reading == .ended { break }
  }
}
