public import Captures
import Model
public import Simulation
public import SiteConfiguration

/// A scene written as a capture of raw samples, with the truth attached, faster than real time.
///
/// The capture says that it is of an exercise, by the scenario's name for it or as `SIMULATION`: an
/// event that a replay makes of it cannot be taken for a real one. It holds no arrivals, since no
/// post ran: a replay takes each observation at its own time.
public struct SceneCapture {
  /// Name of the exercise where the scenario names none.
  public static let exercise = "SIMULATION"
  /// The scene's first moment on the capture's monotonic clock, nanoseconds.
  static let startNanos: Int64 = 1_000_000_000
  /// Time between two clock maps, nanoseconds.
  static let clockNanos: Int64 = 100_000_000

  /// Scenario and scene.
  public let scene: Scene
  private let site: LoadedSite

  /// The scene of `scenario`, read from the file at `path`, that `seed` makes.
  ///
  /// - Throws: what is wrong with the site file, or what of it the scenario names in vain.
  public init(
    scenario: ScenarioFile, path: String, seed: UInt64, profileFolders: [String]
  ) throws(ConfigurationErrors) {
    let read = try SiteBundle.read(
      sitePath: scenario.sitePath(from: path), profileFolders: profileFolders)
    // What is wrong is told of the file as it stands.
    _ = try LoadedSite(bundle: read)
    site = try LoadedSite(bundle: Self.exercising(read, scenario.exercise ?? Self.exercise))
    try scenario.check(against: site.configuration.site, file: path)
    scene = Scene(file: scenario, site: site.configuration.site, seed: seed)
  }

  /// The same configuration with the key `exercise` of that name.
  private static func exercising(_ bundle: SiteBundle, _ name: String) -> SiteBundle {
    let lines = bundle.site.text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("exercise:") }
    let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return SiteBundle(
      site: lines.joined(separator: "\n") + "\nexercise: \"\(quoted)\"\n",
      profiles: bundle.profiles, calibrations: bundle.calibrations)
  }

  /// Writes the capture at `path`; gives the number of samples.
  public func write(to path: String) throws(CaptureError) -> Int {
    let start = Instant(monotonicNanos: Self.startNanos)
    let truth = SceneCase(scene)
    var writer = try CaptureWriter(
      path: path,
      header: CaptureHeader(
        post: site.configuration.site.post, captureEpoch: scene.seed,
        software: SoftwareVersion.text,
        configurationHash: site.configuration.site.configurationHash, siteBundle: site.bundle,
        exercise: site.configuration.site.exercise, origin: .scenario,
        clock: Self.clock(at: start),
        attachments: [
          ("truth.jsonl", truth.truth), ("truth_events.jsonl", truth.truthEvents),
          ("truth_sensors.jsonl", truth.truthSensors),
        ].map {
          MCAPAttachment(name: $0.0, mediaType: "application/jsonl", data: Array($0.1.utf8))
        }),
      site: site.configuration.site)
    let sources = site.configuration.site.sources
    var samples = SceneSamples(scene, start: start)
    var tick = start
    var count = 0
    while let sample = samples.next() {
      let (time, source) = Self.place(of: sample, sources)
      while tick <= time {
        try writer.append(clock: Self.clock(at: tick))
        tick = tick.advanced(byNanos: Self.clockNanos)
      }
      switch sample {
      case .edge(let edge): try writer.append(edge: edge, source: source)
      case .frame(let header, let pixels):
        try unsafe writer.append(frame: header, bytes: pixels.span.bytes, source: source)
      case .bytes(let time, _, let bytes):
        try unsafe writer.append(bytes: bytes.span.bytes, at: time, source: source)
      }
      count += 1
    }
    try writer.close()
    return count
  }

  private static func place(
    of sample: SceneSample, _ sources: [SourceDescription]
  ) -> (Instant, SourceID) {
    let (time, description): (Instant, SourceDescription) =
      switch sample {
      case .edge(let edge): (edge.time, .gpio)
      case .frame(let header, _): (header.time, .camera(header.sensor))
      case .bytes(let time, let link, _): (time, .serial(link: link))
      }
    return (time, SourceID(UInt16(sources.firstIndex(of: description) ?? 0)))
  }

  /// The capture's clock and the observation case's agree: the scene begins at the same UTC.
  private static func clock(at time: Instant) -> ClockMap {
    ClockMap(
      instant: time,
      wall: WallTime(unixNanos: SceneCase.startNanos + time.monotonicNanos - startNanos),
      uncertaintyNanos: 1_000, state: .synchronised)
  }
}
