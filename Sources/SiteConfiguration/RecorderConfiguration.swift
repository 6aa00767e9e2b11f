/// What the flight recorder keeps of raw samples, and for how long.
public struct RecorderConfiguration: Sendable, Equatable {
  /// How far the ring reaches back, seconds, 1 minute ... 1 hour.
  public var ringSeconds: Int64 = 300
  /// The most the ring takes on disk, bytes, 16 MiB ... 1 TiB.
  public var ringBytes: Int64 = 1_073_741_824
  /// How much of the time before an event or a change of health is kept, seconds, 1 s ... 10 min.
  public var beforeSeconds: Int64 = 10
  /// How much of the time after it, seconds, 1 s ... 10 min.
  public var afterSeconds: Int64 = 20
  /// How long a capture is kept, seconds, 1 hour ... 10 years.
  public var keepSeconds: Int64
  /// The most that all kept captures take, bytes, 16 MiB ... 16 TiB.
  public var keepBytes: Int64 = 4_294_967_296

  /// The defaults, with what only the site can say: how long captures may be kept.
  public init(keepSeconds: Int64) { self.keepSeconds = keepSeconds }
}
