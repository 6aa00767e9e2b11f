import Captures
import Foundation
import Ledger
import Logging
import Model
import Publishing
import Rings
import Simulation
import SiteConfiguration
import Synchronization
import Testing

@testable import Station

/// A whole post on simulated samples whose site file changes while it runs.
private final class ChangingPost: Sendable {
  let folder = NSTemporaryDirectory() + "vedette-reload-\(UUID().uuidString)"
  private let text = Mutex(DemoSite.bundle.site.text)
  private let told = Mutex<[String]>([])

  /// Keeps what is logged.
  private struct Keeper: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice
    let post: ChangingPost

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { post.told.withLock { $0.append("\(event.message)") } }
  }

  func station() throws -> Station {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return try Station(
      options: Station.Options(
        origin: .simulation(.borderDemo), recordPath: folder + "/run.mcap",
        stateDirectory: folder + "/state", isPublishing: false),
      logger: Logger(label: "test", factory: { [self] _ in Keeper(post: self) })
    ) { [self] () throws(ConfigurationErrors) in
      try LoadedSite(
        bundle: SiteBundle(site: text.withLock { $0 }, profiles: DemoSite.bundle.profiles))
    }
  }

  func change(_ old: String, to new: String) {
    text.withLock { text in
      precondition(text.contains(old))
      text = text.replacing(old, with: new)
    }
  }

  func hasTold(_ words: String) -> Int { told.withLock { $0.count { $0.contains(words) } } }

  /// What the newest segment of a ring of the flight recorder says of itself.
  func newest(_ name: String = "ring") -> CaptureHeader? {
    let ring = folder + "/state/captures/" + name
    let names = (try? FileManager.default.contentsOfDirectory(atPath: ring)) ?? []
    return names.max().flatMap { try? CaptureReader(path: "\(ring)/\($0)").header }
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}

/// Waits until `condition` holds; whether it did within a time that is ample on any machine.
private func eventually(_ condition: () throws -> Bool) async rethrows -> Bool {
  for _ in 0..<600 {
    if try condition() { return true }
    try? await Task.sleep(for: .milliseconds(50))
  }
  return false
}

@Suite(.serialized) struct ReloadTests {
  private let site = Site(
    post: "river-2",
    origin: GeographicOrigin(latitudeDegrees: 47, longitudeDegrees: 9, heightMetres: 0),
    lines: [], sensors: [], links: [], configurationHash: "00")

  @Test func `another exercise is another pipeline, another comment is not`() {
    var other = site
    other.configurationHash = "01"
    #expect(other.sensesLike(site))
    other.exercise = "DEMO"
    #expect(!other.sensesLike(site) && !site.sensesLike(other))
  }

  @Test func `a reload into an exercise marks what is recorded too, and leaves storage as it was`()
    async throws
  {
    let post = ChangingPost()
    defer { post.remove() }
    let station = try post.station()
    let running = Task { try await station.run() }
    #expect(await eventually { post.newest()?.exercise == "DEMO" })
    // A change of storage applies after a restart: the flight recorder goes on.
    post.change("\n  recorder: {ring:", to: "\n  #recorder: {ring:")
    post.change("exercise: DEMO", to: "exercise: OTHER")
    station.reload()
    #expect(await eventually { post.newest("ring-2")?.exercise == "OTHER" })
    #expect(post.hasTold("storage and publishing apply after a restart") == 1)
    // Another post's name is refused, and the post goes on.
    post.change("post: demo-post", to: "post: other-post")
    station.reload()
    #expect(await eventually { post.hasTold("the ledger in use is that of demo-post") == 1 })
    post.change("post: other-post", to: "post: demo-post  # by its right name")
    station.reload()
    #expect(await eventually { post.hasTold("in force") >= 3 })
    #expect(post.hasTold("storage and publishing apply after a restart") == 2)
    #expect(post.hasTold("sensors or lines changed") == 1)
    // The third pipeline takes the first one's ring.
    post.change("exercise: OTHER", to: "exercise: THIRD")
    station.reload()
    #expect(await eventually { post.newest()?.exercise == "THIRD" })
    station.stop()
    try await running.value
    let rings = try ["ring", "ring-2"].map {
      try FileManager.default.contentsOfDirectory(atPath: post.folder + "/state/captures/" + $0)
    }
    #expect(rings == [[], []], "an orderly end leaves nothing to rescue")
    // A capture of the run covers one pipeline.
    #expect(try CaptureReader(path: post.folder + "/run.mcap").header.exercise == "DEMO")
    #expect(try CaptureReader(path: post.folder + "/run-2.mcap").header.exercise == "OTHER")
    let events = try station.store.events(from: 1, through: station.durableSequence, limit: .max)
    let marks = events.map { event in
      (event.id, String(decoding: event.data, as: UTF8.self).contains(#""exercise_name":"DEMO""#))
    }
    #expect(marks.contains { $0.1 } && marks.contains { !$0.1 })
    #expect(Dictionary(grouping: marks, by: \.0).values.allSatisfy { Set($0.map(\.1)).count == 1 })
  }

  @Test func `what the recorder writes after a change of texts says so`() throws {
    let folder = NSTemporaryDirectory() + "vedette-mail-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let header = CaptureHeader(
      post: site.post, captureEpoch: 1, software: "test", configurationHash: "00",
      siteBundle: [1], origin: .live)
    let lane = try FlightLane(
      folder: folder, header: header, site: site,
      configuration: RecorderConfiguration(keepSeconds: 60), desk: try FlightDesk(),
      board: HealthBoard())
    let ends = makeRing(of: PostEvent.self, capacity: 1)
    let events = Handover(ends.consumer)
    var recorder = RecorderLane(
      path: nil, writer: nil, flight: lane,
      encoder: EventEncoder(site: site, captureEpoch: 1, softwareVersion: "test"),
      captureEpoch: 1, feeds: [], items: ConsumerBank(count: 0) { _ in fatalError() },
      events: ConsumerBank(count: 1) { _ in events.take() }, doorbell: try Doorbell(),
      board: HealthBoard(),
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let mail = RecorderMail()
    var next = site
    next.configurationHash = "01"
    mail.put(RecorderMail.Letter(site: next, bundle: [2]))
    let stop = StopFlag()
    stop.set()
    for _ in 1...2 {
      recorder.run(
        stop: stop, mail: mail, cells: MetricCells(RecorderLane.Cell.allCases.map(\.name)))
    }
    let before = try CaptureReader(path: folder + "/00000001.mcap").header
    #expect(before.configurationHash == "00" && before.siteBundle == [1])
    let segment = try CaptureReader(path: folder + "/00000002.mcap").header
    #expect(segment.configurationHash == "01" && segment.siteBundle == [2])
  }

  @Test func `the capture of each pipeline has a file of its own`() throws {
    let folder = NSTemporaryDirectory() + "vedette-names-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var options = Station.Options(recordPath: folder + "/run.mcap")
    #expect(options.recordPath(isFirst: true) == folder + "/run.mcap")
    #expect(options.recordPath(isFirst: false) == folder + "/run-2.mcap")
    _ = FileManager.default.createFile(atPath: folder + "/run-2.mcap", contents: nil)
    #expect(options.recordPath(isFirst: false) == folder + "/run-3.mcap")
    options.recordPath = nil
    #expect(options.recordPath(isFirst: false) == nil)
  }
}
