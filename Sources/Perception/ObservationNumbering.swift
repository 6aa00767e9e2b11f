import Model

/// Gives the observations of one source their running number.
struct ObservationNumbering: BitwiseCopyable {
  let source: SourceID
  private var last: UInt64 = 0

  init(source: SourceID) { self.source = source }

  mutating func make(_ sensor: SensorID, _ time: Instant, _ content: Observation.Content)
    -> Observation
  {
    last &+= 1
    return Observation(
      source: source, sensor: sensor, sequence: last, time: time, content: content)
  }
}
