import Devices
import Model
import Perception

/// What a serial link's thread does besides reading, as counters and gauges: the vehicles' clocks,
/// questions for the time, datagrams passed on.
final class LinkCells: Sendable {
  /// The platforms heard on the link, with their names.
  let vehicles: [(sensor: SensorID, name: String)]
  /// Our time minus the vehicle's, nanoseconds, as bits; and the bound on its error, 0 while it is not
  /// known.
  private let offsets: MetricCells
  private let uncertainties: MetricCells
  let counts = MetricCells([
    "time_questions_total", "time_questions_dropped_total", "forwarded_datagrams_total",
    "forward_dropped_datagrams_total", "forward_lookups_failed_total",
  ])

  init(link: Int, site: Site) {
    let name = site.links[link].name
    vehicles = site.sensors.indices.filter {
      site.sensors[$0].platform?.isHeard(on: name) == true
    }.map { (SensorID(UInt16($0)), site.sensors[$0].name) }
    offsets = MetricCells(vehicles.map { _ in "offset" })
    uncertainties = MetricCells(vehicles.map { _ in "uncertainty" })
  }

  /// Called by the link's thread.
  func set(_ clock: TelemetryPerception.Clock) {
    for place in vehicles.indices where vehicles[place].sensor == clock.sensor {
      offsets.set(place, UInt64(bitPattern: clock.offsetNanos))
      uncertainties.set(place, UInt64(max(0, clock.uncertaintyNanos)))
    }
  }

  /// Called by the link's thread after each read.
  func update(_ serial: SerialCounters, _ outlet: DatagramOutlet?) {
    counts.set(0, serial.questions)
    counts.set(1, serial.questionsDropped)
    guard let sent = outlet?.counts else { return }
    counts.set(2, sent.sent)
    counts.set(3, sent.dropped)
    counts.set(4, sent.failedLookups)
  }

  /// Calls `body` with the name, offset and uncertainty, in seconds, of each clock that is known.
  func forEachClock(_ body: (String, Double, Double) -> Void) {
    for place in vehicles.indices where uncertainties[place] > 0 {
      body(
        vehicles[place].name, Double(Int64(bitPattern: offsets[place])) * 1e-9,
        Double(uncertainties[place]) * 1e-9)
    }
  }
}
