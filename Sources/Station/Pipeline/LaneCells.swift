import Model
import Perception

/// Counters of one reader's thread: its way to fusion, its tap, and its perception's own.
final class LaneCells: Sendable {
  let sink = MetricCells(ObservationSink.cellNames)
  let tap = MetricCells(["recorder_dropped_total"])
  let samples = MetricCells(["samples_total"])
  let perception: MetricCells
  /// What a link's thread does beside; `nil` for other sources.
  let link: LinkCells?

  /// Cells for the reader of `source` of `site`.
  init(source: SourceDescription, site: Site) {
    if case .serial(let place) = source {
      link = LinkCells(link: place, site: site)
    } else {
      link = nil
    }
    let names: [StaticString] =
      switch source {
      case .clock: []
      case .gpio: MotionCounters.names
      case .camera: CameraCounters.names
      case .serial: TelemetryCounters.names
      }
    perception = MetricCells(names)
  }

  /// Called by the reader's thread after each read.
  func update(reading: SourceReading, counters: some PerceptionCounters) {
    if case .samples(let count) = reading { samples.add(0, UInt64(count)) }
    counters.forEach { place, value in perception.set(place, value) }
  }
}
