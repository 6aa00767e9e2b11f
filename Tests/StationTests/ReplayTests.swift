import Captures
import Foundation
import Logging
import Model
import Publishing
import Simulation
import SiteConfiguration
import Testing

@testable import Station

@Suite(.serialized) struct ReplayTests {
  @Test func `a recorded simulated run replays to the same events, three times`() async throws {
    let folder = NSTemporaryDirectory() + "vedette-replay-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let capture = folder + "/run.mcap"
    let loaded = try LoadedSite(bundle: DemoSite.bundle)
    let live = try await LiveRun(
      origin: .simulation(.borderDemo), recordPath: capture, seconds: 10,
      reader: { () throws(ConfigurationErrors) in loaded }
    ).run { _ in }
    #expect(live.count >= 9, "each of the nine sensors says that it delivers")
    for _ in 0..<3 {
      var replayed: [[UInt8]] = []
      let report = try CaptureReplay(path: capture, site: loaded.configuration.site)
        .run(speed: nil) { _, data in replayed.append(data.withUnsafeBytes { Array($0) }) }
      #expect(report.isIdentical == true)
      #expect(report.arrivalsUnmatched == 0)
      #expect(Set(replayed) == Set(live), "the ledger holds what the replay gives")
    }
    // The same without what cameras and links gave: motion sensors alone.
    let site = loaded.configuration.site
    var heard: Set<String> = []
    let report = try CaptureReplay(
      path: capture, site: site, inputs: ReplayInputs(of: site, only: ["gpio"]),
      observe: { arrival in
        if case .clock = arrival.observation.content { return }
        heard.insert(site.sensors[arrival.observation.sensor.index].name)
      }
    ).run(speed: nil) { _, _ in }
    #expect(heard == Set(site.sensors.filter { $0.motion != nil }.map(\.name)))
    #expect(report.isIdentical == nil && report.events > 0)
  }

  @Test func `what a privacy mask covers is in no capture, and the replay is the same`()
    async throws
  {
    let folder = NSTemporaryDirectory() + "vedette-masks-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let capture = folder + "/run.mcap"
    // The left half of one camera.
    let site = DemoSite.bundle.site.text.replacing(
      "device: \"card:demo west\"",
      with: """
        device: "card:demo west"
            privacy_masks: [[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]]
        """)
    let profiles = DemoSite.bundle.profiles
    let loaded = try LoadedSite(bundle: SiteBundle(site: site, profiles: profiles))
    _ = try await LiveRun(
      origin: .simulation(.borderDemo), recordPath: capture, seconds: 10,
      stateDirectory: folder + "/state",
      reader: { () throws(ConfigurationErrors) in loaded }
    ).run { _ in }
    let brightest = try brightest(of: capture, site: loaded.configuration.site)
    #expect(brightest["cam-west"] == 0)
    #expect(brightest["cam-east"] ?? 0 > 0)
    let report = try CaptureReplay(path: capture, site: loaded.configuration.site)
      .run(speed: nil) { _, _ in }
    #expect(report.isIdentical == true)
    // What the flight recorder kept of the same run.
    let kept = folder + "/state/captures"
    let names = try FileManager.default.contentsOfDirectory(atPath: kept).filter { $0 != "ring" }
    #expect(!names.isEmpty)
    for name in names {
      let brightest = try self.brightest(
        of: "\(kept)/\(name)/\(name).mcap", site: loaded.configuration.site)
      #expect(brightest["cam-west"] == 0)
    }
    let ring = try FileManager.default.contentsOfDirectory(atPath: kept + "/ring")
    #expect(ring.isEmpty, "a run that ended well leaves no raw samples behind")
  }

  /// The brightest pixel of each camera's left half, by name.
  private func brightest(of capture: String, site: Site) throws -> [String: UInt8] {
    let names = site.sensors.map(\.name)
    var reader = try CaptureReader(path: capture)
    reader.use(site)
    var brightest: [String: UInt8] = [:]
    while let item = try reader.next() {
      guard case .frame(let header, _) = item else { continue }
      let width = Int(header.width)
      let stride = Int(header.stride)
      var covered: UInt8 = 0
      reader.withPayload { bytes in
        let pixels = bytes.withUnsafeBytes { Array($0) }
        for row in 0..<Int(header.height) {
          for column in 0..<(width / 2 - 2) {
            covered = max(covered, pixels[row * stride + column])
          }
        }
      }
      let name = names[header.sensor.index]
      brightest[name] = max(brightest[name] ?? 0, covered)
    }
    return brightest
  }

  @Test func `a station numbers on after a restart and a reload`() async throws {
    let folder = NSTemporaryDirectory() + "vedette-station-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let loaded = try LoadedSite(bundle: DemoSite.bundle)
    var durable: [UInt64] = []
    for _ in 0..<2 {
      let station = try Station(
        options: .init(
          origin: .simulation(.borderDemo), stateDirectory: folder, isPublishing: false),
        logger: .init(label: "test", factory: { StationLogHandler(label: $0, level: .critical) }),
        reader: { () throws(ConfigurationErrors) in loaded })
      durable.append(station.durableSequence)
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await station.run() }
        tasks.addTask {
          await station.feed.wait(after: station.durableSequence + 4, timeout: .seconds(5))
          station.reload()
          try await Task.sleep(for: .milliseconds(300))
          station.stop()
        }
        try await tasks.waitForAll()
      }
      durable.append(station.durableSequence)
    }
    #expect(durable[0] == 0 && durable[1] >= 5)
    #expect(durable[2] == durable[1] && durable[3] > durable[2])
    let events = try LedgerStore(directory: folder + "/ledger")
      .events(from: 1, through: durable[3], limit: 1_000)
    #expect(events.map(\.sequence) == Array(1...durable[3]))
    #expect(Set(events.map(\.id)).count == events.count, "no event takes another's id")
  }
}
