import Model

/// Puts captures of several posts, or several captures of one run, into one file.
///
/// Of several runs, each keeps its messages, its records and its site under its own name (`MergedRun`),
/// and its times become UTC: shifted by what the run's clock said when its capture began, the same for
/// the whole run. Captures of one run become a capture of that run as any other. Messages come in the
/// order of their times, those of one capture in its own order, at equal times those of the input named
/// first: the same inputs give the same bytes. Inputs may be larger than memory.
public struct CaptureMerge: Sendable {
  /// What came of it.
  public struct Report: Sendable, Equatable {
    /// Messages written.
    public var messages = 0
    /// Messages that two captures of the same run held, each of which is written once.
    public var duplicates = 0
    /// Chunks that were damaged and are left out.
    public var chunksLost = 0
    /// Names of the runs; one of a single run stands under no name in the output.
    public var runs: [String] = []
    /// Inputs that were cut off, and where.
    public var truncations: [(input: String, place: MCAPReader.Truncation)] = []

    /// Whether all is the same.
    public static func == (a: Report, b: Report) -> Bool {
      a.messages == b.messages && a.duplicates == b.duplicates && a.chunksLost == b.chunksLost
        && a.runs == b.runs && a.truncations.map(\.input) == b.truncations.map(\.input)
        && a.truncations.map(\.place) == b.truncations.map(\.place)
    }
  }

  /// Most inputs of one merge: each keeps a file and a chunk open.
  public static let inputsMax = 64

  /// A merge.
  public init() {}

  /// Writes `output` from `inputs`; on an error no file is left there.
  ///
  /// - Throws: when an input is no capture; when two runs of one post overlap in time, or two captures
  ///   of one run tell different things of one record; when a run has no map to UTC and there are
  ///   several runs.
  public func run(
    from inputs: [String], to output: String, options: MCAPWriter.Options = MCAPWriter.Options()
  ) throws(CaptureError) -> Report {
    guard (2...Self.inputsMax).contains(inputs.count) else {
      throw CaptureError(
        .badInput, operation: "merge", subject: output,
        reason: "\(inputs.count) captures are named; a merge takes 2 to \(Self.inputsMax)")
    }
    let plan = try MergePlan(inputs)
    var writer = try MCAPWriter(
      path: output, profile: "vedette", library: plan.software, options: options)
    do {
      var work = try MergeWork(plan)
      try work.run(into: &writer)
      try writer.close()
      return work.report
    } catch {
      OutputFile.remove(output)
      throw error
    }
  }
}

/// Which captures belong together, and how they come onto one time.
struct MergePlan: Sendable {
  /// One run and its captures.
  struct Run: Sendable {
    var header: CaptureHeader
    /// Places of its captures in `inputs`.
    var inputs: [Int]
    /// Its name and shift; nothing when it is alone.
    var place: MergedRun?
    /// What its captures hold, each for itself: the run's own time.
    var spans: [ClosedRange<Instant>]
    /// Whether one of them is whole, so that all of the run is there.
    var isWhole: Bool
  }

  let inputs: [String]
  private(set) var runs: [Run] = []

  /// What the topics, records and attachments of the run at `place` begin with.
  func prefix(of place: Int) -> String { runs[place].place?.prefix ?? "" }

  /// The software that recorded the first.
  var software: String { runs[0].header.software }

  /// Looks at the captures' headers and times.
  init(_ inputs: [String]) throws(CaptureError) {
    self.inputs = inputs
    for (place, input) in inputs.enumerated() {
      let reader = try CaptureReader(path: input)
      let header = reader.header
      let index = try reader.index()
      let span =
        header.part.map { $0.start...max($0.start, $0.end) }
        ?? Self.instant(index.start)...max(Self.instant(index.start), Self.instant(index.end))
      if let known = runs.firstIndex(where: { Self.isSame($0.header, header) }) {
        runs[known].inputs.append(place)
        runs[known].spans.append(span)
        runs[known].isWhole = runs[known].isWhole || header.part == nil
      } else {
        runs.append(
          Run(header: header, inputs: [place], spans: [span], isWhole: header.part == nil))
      }
    }
    if runs.count > 1 { try giveNames() }
  }

  private static func instant(_ nanos: UInt64?) -> Instant {
    Instant(monotonicNanos: Int64(clamping: nanos ?? 0))
  }

  /// Whether two captures are of one run: then their times are of one clock.
  private static func isSame(_ a: CaptureHeader, _ b: CaptureHeader) -> Bool {
    guard a.post == b.post, a.captureEpoch == b.captureEpoch, a.software == b.software,
      a.origin == b.origin, a.configurationHash == b.configurationHash,
      a.siteBundle == b.siteBundle, a.exercise == b.exercise
    else { return false }
    // Epochs of what was made of files are always 1: the clock tells them apart.
    return a.origin == .live || a.origin == .simulated || a.clock == b.clock
  }

  private mutating func giveNames() throws(CaptureError) {
    var shifts: [Int64] = []
    for run in runs {
      guard let clock = run.header.clock else {
        throw CaptureError(
          .badInput, operation: "merge", subject: inputs[run.inputs[0]],
          reason: "it tells no map to UTC, so that its times cannot be put beside those of others")
      }
      shifts.append(clock.wall.unixNanos - clock.instant.monotonicNanos)
    }
    try checkOverlaps(shifts)
    // Clocks that begin in 1970 may have stood before it when they were read: all are moved on alike.
    let least = min(shifts.min() ?? 0, 0)
    for place in runs.indices {
      let post = runs[place].header.post
      let many = runs.indices.filter { runs[$0].header.post == post }
      let number = many.firstIndex(of: place).map { $0 + 1 } ?? 1
      runs[place].place = MergedRun(
        name: many.count > 1 ? "\(post)@\(number)" : post,
        shiftNanos: UInt64(shifts[place] - least))
    }
  }

  /// A post runs once at a time.
  private func checkOverlaps(_ shifts: [Int64]) throws(CaptureError) {
    func utc(_ run: Int) -> ClosedRange<Int64> {
      let spans = runs[run].spans
      let start = spans.map(\.lowerBound.monotonicNanos).min() ?? 0
      let end = spans.map(\.upperBound.monotonicNanos).max() ?? start
      return start.addingReportingOverflow(shifts[run])
        .partialValue...max(
          start.addingReportingOverflow(shifts[run]).partialValue,
          end.addingReportingOverflow(shifts[run]).partialValue)
    }
    for a in runs.indices {
      for b in runs.indices.dropFirst(a + 1) where runs[a].header.post == runs[b].header.post {
        guard utc(a).overlaps(utc(b)) else { continue }
        let from = WallTime(unixNanos: max(utc(a).lowerBound, utc(b).lowerBound))
        throw CaptureError(
          .badInput, operation: "merge", subject: inputs[runs[b].inputs[0]],
          reason: "it and \(inputs[runs[a].inputs[0]]) are different runs of post "
            + "\(runs[a].header.post) and overlap from \(from.utcText) on: a post runs once at a time. "
            + "Cut one of them, or name only one")
      }
    }
  }
}
