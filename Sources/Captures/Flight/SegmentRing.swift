import Glibc
public import Model

/// The last minutes of a run on disk: short captures one after the other, the oldest of which go.
///
/// Each segment is a whole capture of its own, so that what was recorded before a crash can be read.
/// Bounded by time and by bytes; while the storage has less than a reserve left, nothing is recorded,
/// so that the ledger's room is never taken. One thread at a time.
public struct SegmentRing: ~Copyable, Sendable {
  /// How much is kept.
  public struct Limits: Sendable, Equatable {
    /// Time after which a new segment is begun, nanoseconds.
    public var segmentNanos: Int64 = 10_000_000_000
    /// How far back the ring reaches, nanoseconds.
    public var keepNanos: Int64
    /// The most bytes it holds on disk.
    public var bytesMax: Int64
    /// Bytes that stay free on the storage.
    public var reserveBytes: Int64 = 256 << 20

    /// A ring of so much.
    public init(keepNanos: Int64, bytesMax: Int64) {
      self.keepNanos = keepNanos
      self.bytesMax = bytesMax
    }
  }

  /// A stretch of the ring that is closed.
  public struct Segment: Sendable, Equatable {
    /// Its file.
    public var path: String
    /// When it was begun; samples of shortly before may be in it.
    public var start: Instant
    /// When it was closed; samples of shortly before may be in the next.
    public var end: Instant
    /// Its length.
    public var bytes: Int
  }

  /// A sample reaches the recorder at most so much later than it was taken, nanoseconds: longer than
  /// any tap is ahead.
  public static let lagNanosMax: Int64 = 2_000_000_000

  /// Closed segments, oldest first.
  public private(set) var segments: [Segment] = []
  /// Segments that were still wanted and had to go for room.
  public private(set) var lostSegments: UInt64 = 0
  /// Why nothing is recorded at present.
  public private(set) var fault: String?
  /// Samples that came while nothing could be recorded.
  public private(set) var passedOver: UInt64 = 0

  private let folder: String
  private var header: CaptureHeader
  private let site: Site
  private let limits: Limits
  private var writer: CaptureWriter?
  private var writerPath = ""
  private var begun = Instant.distantPast
  private var count = 0
  private var retry = Instant.distantPast

  /// A ring in `folder`, which is made, and is the ring's own: what earlier runs left is removed. What a
  /// crash left is to be put aside before (`CrashedRings`).
  public init(
    folder: String, header: CaptureHeader, site: Site, limits: Limits
  ) throws(CaptureError) {
    try CaptureFolder.make(folder)
    self.folder = folder
    self.header = header
    self.site = site
    self.limits = limits
    Self.empty(folder)
  }

  /// Removes the segments of a run that is over.
  public static func empty(_ folder: String) {
    for name in CaptureFolder.names(in: folder) { OutputFile.remove("\(folder)/\(name)") }
  }

  /// Bytes of the closed segments.
  public var bytes: Int64 { segments.reduce(0) { $0 + Int64($1.bytes) } }

  /// Lets segments that begin from now on say that this configuration is in force, with the same
  /// sensors and sources as the one before.
  public mutating func adopt(
    configurationHash: String, siteBundle: [UInt8], attachments: [MCAPAttachment]
  ) {
    header.configurationHash = configurationHash
    header.siteBundle = siteBundle
    header.attachments = attachments
  }

  /// Lets `body` append to the segment in use; what comes while nothing can be recorded is
  /// passed over, and counted.
  public mutating func write(_ body: (inout CaptureWriter) throws(CaptureError) -> Void) {
    guard writer != nil else {
      passedOver += 1
      return
    }
    do throws(CaptureError) {
      try body(&writer!)
    } catch {
      fail(error, at: begun)
    }
  }

  /// Begins and ends segments as it is time, and lets the oldest go; what was recorded from `wanted`
  /// on stays as long as there is room.
  ///
  /// `clock` is what later readers take for the map in force when a segment begins.
  public mutating func turn(at now: Instant, clock: ClockMap?, wanted: Instant?) {
    let isFull = Int64(writer?.bytesWritten ?? 0) > limits.bytesMax / 8
    if writer != nil, isFull || now.nanos(since: begun) >= limits.segmentNanos { close(at: now) }
    if writer == nil, now >= retry { open(at: now, clock: clock) }
    letGo(at: now, wanted: wanted)
  }

  /// Ends the segment in use, so that all that was recorded can be read; `turn` begins the next.
  public mutating func close(at now: Instant) {
    guard let writer = writer.take() else { return }
    let path = writerPath
    do throws(CaptureError) {
      try writer.close()
      segments.append(
        Segment(path: path, start: begun, end: now, bytes: CaptureFolder.bytes(of: path)))
    } catch {
      fail(error, at: now)
    }
  }

  /// Closed segments that hold what was recorded within `span`.
  public func segments(of span: ClosedRange<Instant>) -> [Segment] {
    segments.filter {
      $0.start.advanced(byNanos: -Self.lagNanosMax) <= span.upperBound
        && $0.end >= span.lowerBound
    }
  }

  private mutating func open(at now: Instant, clock: ClockMap?) {
    let free = CaptureFolder.freeBytes(of: folder)
    guard free >= limits.reserveBytes else {
      retry = now.advanced(byNanos: 1_000_000_000)
      fault = "\(folder): \(free) bytes are free, \(limits.reserveBytes) stay for the ledger"
      return
    }
    if let clock { header.clock = clock }
    header.part = CapturePart(reason: "flight recorder", start: now, end: now)
    var options = MCAPWriter.Options()
    options.isSynchronised = false
    options.replacesExisting = true
    count += 1
    writerPath = "\(folder)/\(CaptureFolder.digits(count, 8)).mcap"
    do throws(CaptureError) {
      let opened = try CaptureWriter(
        path: writerPath, header: header, site: site, options: options)
      writer = consume opened
      begun = now
      fault = nil
    } catch {
      fail(error, at: now)
    }
  }

  /// After an error the segment is given up and another tried a second later.
  private mutating func fail(_ error: CaptureError, at now: Instant) {
    fault = error.description
    if writer.take() != nil || error.code == .storageFull {
      OutputFile.remove(writerPath)
    }
    retry = now.advanced(byNanos: limits.segmentNanos)
  }

  private mutating func letGo(at now: Instant, wanted: Instant?) {
    let oldest = now.advanced(byNanos: -limits.keepNanos)
    let inUse = Int64(writer?.bytesWritten ?? 0)
    while let first = segments.first {
      let isWanted = wanted.map { first.end >= $0 } ?? false
      let isTooMuch = bytes + inUse > limits.bytesMax
      guard isTooMuch || (first.end < oldest && !isWanted) else { return }
      if isWanted { lostSegments += 1 }
      OutputFile.remove(first.path)
      segments.removeFirst()
    }
  }
}
