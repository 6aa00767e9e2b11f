public import Model

/// Files of other programs that become one capture together.
///
/// Samples are merged in the order of their times; at equal times the input named first comes first.
/// So the same inputs give the same capture, byte for byte. The post's clock ticks ten times a second
/// throughout, because time passes in fusion only when something tells it.
public struct ImportPlan: Sendable, Equatable {
  /// One file, and what it stands for.
  public struct Input: Sendable, Equatable {
    /// What a file is.
    public enum Kind: Sendable, Equatable {
      /// A telemetry log (`.tlog`) heard on a serial link of the site.
      case telemetryLog(link: String)
      /// Bare bytes of a serial link of the site, at the link's baud rate or another.
      case serialBytes(link: String, baud: Int?)
      /// GPIO levels: a table `time_s,sensor,level`, what `gpiomon` prints, or a VCD dump.
      case gpioLevels
      /// A table of presence: rows of time and states of motion sensors.
      case occupancy(OccupancyColumns)
      /// A video for a camera of the site, at its own frame rate or another; what is not YUV4MPEG2
      /// needs `ffmpeg`.
      case video(camera: String, framesPerSecond: Double?)
    }

    /// What the file is.
    public var kind: Kind
    /// The file.
    public var path: String
    /// When its first sample comes, nanoseconds after the capture's beginning; not negative.
    public var startNanos: Int64

    /// A file that begins `startNanos` after the capture does.
    public init(_ kind: Kind, path: String, startNanos: Int64 = 0) {
      self.kind = kind
      self.path = path
      self.startNanos = startNanos
    }
  }

  /// Time from one tick of the clock to the next, nanoseconds.
  public static let tickNanos: Int64 = 100_000_000

  /// The longest time without a sample, nanoseconds: 31 days. Ticks go on meanwhile, so times that count
  /// from 1970 would fill any disk.
  public static let gapNanosMax: Int64 = 31 * 86_400_000_000_000

  /// The files.
  public var inputs: [Input]
  /// The clock's map at the capture's beginning: where its monotonic time begins, and UTC there.
  public var clock: ClockMap

  /// A plan; the capture begins at `clock.instant`.
  public init(
    inputs: [Input],
    clock: ClockMap = ClockMap(
      instant: Instant(monotonicNanos: 1_000_000_000), wall: WallTime(unixNanos: 0),
      uncertaintyNanos: 1_000_000_000, state: .unsynchronised)
  ) {
    self.inputs = inputs
    self.clock = clock
  }

  /// Writes the capture at `path`; on an error no file is left there.
  ///
  /// `header.origin` and `header.clock` are set by the plan.
  ///
  /// - Returns: how many samples were imported.
  @discardableResult
  public func run(
    to path: String, header: CaptureHeader, site: Site,
    options: MCAPWriter.Options = MCAPWriter.Options()
  ) throws(CaptureError) -> Int {
    var streams: [any ImportStream] = []
    for input in inputs { streams.append(try open(input, site)) }
    var header = header
    header.origin = .imported
    header.clock = clock
    var capture = try CaptureWriter(path: path, header: header, site: site, options: options)
    do {
      let count = try merge(&streams, into: &capture)
      try capture.close()
      return count
    } catch {
      OutputFile.remove(path)
      throw error
    }
  }

  private func merge(
    _ streams: inout [any ImportStream], into capture: inout CaptureWriter
  ) throws(CaptureError) -> Int {
    var count = 0
    var tick = clock.instant
    var newest = clock.instant
    while true {
      var first: (place: Int, time: Instant)?
      for place in streams.indices {
        if let time = streams[place].nextTime, first.map({ time < $0.time }) ?? true {
          first = (place, time)
        }
      }
      guard let first else { break }
      guard first.time.nanos(since: newest) <= Self.gapNanosMax else {
        let days = first.time.nanos(since: newest) / 86_400_000_000_000
        throw CaptureError(
          .badInput, operation: "import", subject: inputs[first.place].path,
          reason:
            "sample \(count + 1) lies \(days) days behind the one before or the capture's beginning, "
            + "at most 31 can be; times count from the beginning: where they are UTC, take that away, and "
            + "give it as the capture's own")
      }
      newest = max(newest, first.time)
      while tick <= first.time { try append(tick: &tick, to: &capture) }
      try streams[first.place].appendNext(to: &capture)
      count += 1
    }
    // One tick behind the last sample, so that it does not stay the newest thing there is.
    try append(tick: &tick, to: &capture)
    return count
  }

  private func append(
    tick: inout Instant, to capture: inout CaptureWriter
  ) throws(CaptureError) {
    try capture.append(
      clock: ClockMap(
        instant: tick, wall: clock.wallTime(at: tick), uncertaintyNanos: clock.uncertaintyNanos,
        state: clock.state))
    tick = tick.advanced(byNanos: Self.tickNanos)
  }

  private func open(_ input: Input, _ site: Site) throws(CaptureError) -> any ImportStream {
    func source(
      _ wanted: SourceDescription?, _ what: String
    ) throws(CaptureError) -> SourceID {
      guard let wanted, let place = site.sources.firstIndex(of: wanted) else {
        throw CaptureError(
          .badInput, operation: "import", subject: input.path,
          reason: "the site has no \(what); name one that it has")
      }
      return SourceID(UInt16(place))
    }
    guard (0...Int64.max / 4).contains(input.startNanos) else {
      throw CaptureError(
        .badInput, operation: "import", subject: input.path,
        reason: "its start lies before the capture's beginning or too far behind it")
    }
    let start = clock.instant.advanced(byNanos: input.startNanos)
    switch input.kind {
    case .telemetryLog(let name):
      let link = site.links.firstIndex { $0.name == name }
      return try TelemetryLogImport(
        path: input.path,
        source: source(link.map { .serial(link: $0) }, "serial link \"\(name)\""), start: start)
    case .serialBytes(let name, let baud):
      let link = site.links.firstIndex { $0.name == name }
      let source = try source(link.map { .serial(link: $0) }, "serial link \"\(name)\"")
      return try SerialBytesImport(
        path: input.path, source: source, baud: baud ?? site.links[link!].baud, start: start)
    case .gpioLevels:
      return try EdgeImport(
        path: input.path, site: site, source: source(.gpio, "motion sensor"), start: start)
    case .occupancy(let columns):
      return try EdgeImport(
        occupancy: input.path, columns: columns, site: site,
        source: source(.gpio, "motion sensor"), start: start)
    case .video(let name, let framesPerSecond):
      let place = site.sensors.firstIndex { $0.name == name && $0.camera != nil }
      let sensor = place.map { SensorID(UInt16($0)) }
      let source = try source(sensor.map { .camera($0) }, "camera \"\(name)\"")
      return try VideoImport(
        path: input.path, sensor: sensor!, source: source, framesPerSecond: framesPerSecond,
        start: start)
    }
  }
}
