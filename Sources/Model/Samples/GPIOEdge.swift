/// One edge of one GPIO line as the kernel stamped it; the level is the line's own, polarity is not
/// applied yet.
public struct GPIOEdge: BitwiseCopyable, Sendable, Equatable {
  /// The motion sensor on the line.
  public var sensor: SensorID
  /// Whether the line went from low to high.
  public var isRising: Bool
  /// The kernel's event time.
  public var time: Instant

  /// An edge of `sensor`'s line at `time`.
  public init(sensor: SensorID, isRising: Bool, time: Instant) {
    self.sensor = sensor
    self.isRising = isRising
    self.time = time
  }
}
