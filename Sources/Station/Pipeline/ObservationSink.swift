import Glibc
import Model
import Rings

/// One reader's way to fusion: collects what one sample gave and publishes it as a whole.
///
/// Owned by the reader's thread. No allocation after start. Invariant for `@unchecked Sendable`: the
/// batch belongs to this value alone, which is moved to its thread once.
@safe
struct ObservationSink: ~Copyable, @unchecked Sendable {
  /// Names of the cells it writes, first in the lane's `MetricCells`.
  static let cellNames: [StaticString] = [
    "observations_total", "observations_dropped_total", "ring_full_waits_total",
  ]
  /// Observations of one sample at most; more are published in parts.
  static let batchMax = 256
  /// How long a reader whose observations must not be lost sleeps when the ring is full.
  private static let fullRingMicros: UInt32 = 200

  private var producer: RingProducer<Observation>
  private let batch = UnsafeMutablePointer<Observation>.allocate(capacity: Self.batchMax)
  private var count = 0
  private let doorbell: Doorbell
  private let cells: MetricCells
  private let mayDrop: Bool

  /// A sink into `producer`. `mayDrop`: whether a full ring drops the batch (frames) or makes the
  /// reader wait (GPIO edges, telemetry, health).
  init(
    producer: consuming RingProducer<Observation>, doorbell: Doorbell, cells: MetricCells,
    mayDrop: Bool
  ) {
    self.producer = producer
    self.doorbell = doorbell
    self.cells = cells
    self.mayDrop = mayDrop
  }

  deinit { unsafe batch.deallocate() }

  /// Adds one observation to the batch.
  mutating func add(_ observation: Observation) {
    if count == Self.batchMax { flush() }
    unsafe (batch + count).initialize(to: observation)
    count += 1
  }

  /// Publishes the batch; nothing of it is seen before all of it is.
  mutating func flush() {
    guard count > 0 else { return }
    let elements = unsafe UnsafeBufferPointer(start: batch, count: count)
    while !producer.pushAll(unsafe Span(_unsafeElements: elements)) {
      doorbell.ring()
      if mayDrop {
        cells.add(1, UInt64(count))
        count = 0
        return
      }
      cells.add(2, 1)
      usleep(Self.fullRingMicros)
    }
    cells.add(0, UInt64(count))
    count = 0
    doorbell.ring()
  }
}
