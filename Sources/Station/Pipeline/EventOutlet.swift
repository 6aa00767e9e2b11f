import Glibc
import Model
import Rings

/// Fusion's way to the ledger. Events are never dropped: a full ring makes fusion wait, and the
/// waiting is counted.
struct EventOutlet: ~Copyable {
  private var producer: RingProducer<PostEvent>
  private let doorbell: Doorbell
  private let cells: MetricCells

  /// An outlet into `producer`; writes `FusionLane`'s cells.
  init(producer: consuming RingProducer<PostEvent>, doorbell: Doorbell, cells: MetricCells) {
    self.producer = producer
    self.doorbell = doorbell
    self.cells = cells
  }

  /// Passes `event` on.
  mutating func send(_ event: PostEvent) {
    while !producer.push(event) {
      doorbell.ring()
      cells.add(FusionLane.Cell.ledgerWaits.rawValue, 1)
      usleep(500)
    }
    cells.add(FusionLane.Cell.events.rawValue, 1)
    doorbell.ring()
  }
}
