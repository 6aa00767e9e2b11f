import Captures
import Foundation
import Model
import SiteConfiguration
import Testing

@testable import Station

/// What `explain` and `report` tell of a capture.
@Suite struct ExplainTests {
  private static let start = Instant(monotonicNanos: 1_000_000_000)
  private let site: LoadedSite
  private let folder: String

  init() throws {
    site = try LoadedSite(bundle: DemoSite.bundle)
    folder = NSTemporaryDirectory() + "vedette-explain-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// A capture in which the outputs of motion sensors are active between two moments, seconds.
  private func capture(_ pulses: [(sensor: String, from: Double, to: Double)]) throws -> String {
    let path = "\(folder)/\(UUID().uuidString).mcap"
    let post = site.configuration.site
    func clock(_ seconds: Double) -> ClockMap {
      ClockMap(
        instant: Self.start.advanced(byNanos: Int64(seconds * 1e9)),
        wall: WallTime(unixNanos: 1_772_330_400_000_000_000 + Int64(seconds * 1e9)),
        uncertaintyNanos: 1_000, state: .synchronised)
    }
    var writer = try CaptureWriter(
      path: path,
      header: CaptureHeader(
        post: post.post, captureEpoch: 7, software: "test",
        configurationHash: post.configurationHash, siteBundle: site.bundle, exercise: "DEMO",
        origin: .scenario, clock: clock(0)),
      site: post)
    var changes: [(Double, Int, Bool)] = []
    for pulse in pulses {
      let index = try #require(post.sensors.firstIndex { $0.name == pulse.sensor })
      let isLow = post.sensors[index].motion?.isActiveLow ?? false
      changes.append((pulse.from, index, !isLow))
      changes.append((pulse.to, index, isLow))
    }
    changes.sort { $0.0 < $1.0 }
    var tick = 0.0
    for (seconds, index, isRising) in changes + [(60, -1, false)] {
      while tick <= seconds {
        try writer.append(clock: clock(tick))
        tick += 0.1
      }
      guard index >= 0 else { continue }
      let edge = GPIOEdge(
        sensor: SensorID(UInt16(index)), isRising: isRising,
        time: Self.start.advanced(byNanos: Int64(seconds * 1e9)))
      try writer.append(edge: edge, source: SourceID(1))
    }
    try writer.close()
    return path
  }

  private static let passage = [
    ("pir-gap-north", 20.0, 25.0), ("beam-gap", 26.0, 26.8), ("pir-gap-south", 28.0, 33.0),
  ]

  private func replayed(_ path: String) throws -> [EventFeature] {
    var features: [EventFeature] = []
    _ = try CaptureReplay(path: path, site: site.configuration.site).run(speed: nil) { _, data in
      if let feature = EventFeature(Array(copying: data)), feature.isCrossing {
        features.append(feature)
      }
    }
    return features
  }

  @Test func `an event is explained by what each sensor told, from its beginning to its report`()
    throws
  {
    let path = try capture(Self.passage.map { ($0.0, $0.1, $0.2) })
    let event = try #require(try replayed(path).first)
    let explanation = try Explanation(
      of: String(event.said.id.prefix(8)).uppercased(), capture: path,
      site: site.configuration.site, isOtherSite: false)
    #expect(explanation.isSame && explanation.event.id == event.said.id)
    #expect(explanation.event.direction == event.said.direction)
    let timeline = explanation.timeline
    #expect(timeline.first?.action == "began" && timeline.first?.sensor == "pir-gap-north")
    let felt = timeline.filter { $0.action == "felt" }
    #expect(felt.contains { $0.sensor == "beam-gap" || $0.sensor == "pir-gap-south" })
    #expect(felt.allSatisfy { ($0.distanceSquared ?? .infinity) < ($0.gate ?? 0) })
    let report = try #require(timeline.first { $0.action == "reported" })
    #expect((report.probability ?? 0) >= (report.needed ?? 1) && report.line == "border")
    #expect(abs(report.seconds) < 20)
    for word in ["REPORTED", "CONFIRMED", "pir-gap-north", "line border", event.said.id] {
      #expect(explanation.text.contains(word), "\(word) in \(explanation.text)")
    }
    #expect(try explanation.json().hasPrefix("{\"event\":"))
  }

  @Test func `an event that a capture does not have is refused, with what to do`() throws {
    let path = try capture(Self.passage.map { ($0.0, $0.1, $0.2) })
    let error = #expect(throws: StationError.self) {
      try Explanation(
        of: "0000ffff", capture: path, site: site.configuration.site, isOtherSite: false)
    }
    #expect(error?.description.contains("vedette replay") == true)
  }

  @Test func `what kept a target from an event is told: glitches, and silence where nobody was`()
    throws
  {
    let glitches = try capture([
      ("pir-gap-north", 20, 20.2), ("pir-gap-south", 28, 28.2), ("pir-west", 50, 55),
    ])
    #expect(try replayed(glitches).isEmpty)
    let post = site.configuration.site
    // In the gap, 8 m north of the line.
    let absence = try Absence(
      at: "2026-03-01T02:00:20Z", latitude: 52.2411 + 8 / 111_270.0, longitude: 23.4204,
      capture: glitches, site: post, isOtherSite: false)
    let hypothesis = try #require(absence.hypothesis)
    #expect(hypothesis.event == nil)
    #expect(hypothesis.lacks.contains { $0.contains("confirmed") })
    #expect(hypothesis.timeline.contains { $0.action == "pulse_ended" })
    #expect(absence.covers.contains { $0.sensor == "pir-gap-north" && $0.delivers && $0.told == 1 })
    #expect(absence.text.contains("too short for a target"))

    let nobody = try Absence(
      at: "5", latitude: 52.2411 + 8 / 111_270.0, longitude: 23.4204 + 60 / 68_000.0,
      capture: glitches, site: post, isOtherSite: false)
    #expect(nobody.hypothesis == nil)

    let seen = try capture(Self.passage.map { ($0.0, $0.1, $0.2) })
    let told = try Absence(
      at: "26.5", latitude: 52.2411, longitude: 23.4204, capture: seen, site: post,
      isOtherSite: false)
    #expect(told.hypothesis?.event == (try replayed(seen).first?.said.id))
  }

  @Test func `a time outside of the capture, or none, is refused`() throws {
    let path = try capture(Self.passage.map { ($0.0, $0.1, $0.2) })
    for time in ["1000", "2026-03-01T05:00:00Z", "yesterday"] {
      #expect(throws: StationError.self) {
        try Absence(
          at: time, latitude: 52.2411, longitude: 23.4204, capture: path,
          site: site.configuration.site, isOtherSite: false)
      }
    }
  }

  @Test func `a report counts what belongs to targets, and tells what fires for nothing`() throws {
    var pulses = Self.passage.map { ($0.0, $0.1, $0.2) }
    // Before anybody comes, whose track could take them.
    for second in stride(from: 1.0, to: 19, by: 2.6) {
      pulses.append(("pir-west", second, second + 2))
    }
    let path = try capture(pulses)
    let report = try PostReport(
      capture: path, site: site.configuration.site, isOtherSite: false)
    #expect(report.crossings.count == 1)
    let parts = Dictionary(uniqueKeysWithValues: report.sensors.map { ($0.name, $0) })
    #expect(parts["pir-gap-north"]?.told == 1 && parts["pir-gap-north"]?.inTracks == 1)
    #expect(parts["pir-gap-north"]?.crossings == 1)
    #expect(parts["pir-west"]?.told ?? 0 >= 6 && parts["pir-west"]?.inTracks == 0)
    #expect(parts["pir-west"]?.activity.reduce(0, +) == parts["pir-west"]?.told)
    #expect(report.suspects.contains { $0.subject == "pir-west" && $0.reason.contains("onsets") })
    #expect(!report.suspects.contains { $0.subject == "pir-gap-north" })
    let page = report.page(site: site.configuration.site)
    #expect(page.contains(report.crossings[0].id) && page.contains("<svg"))
    #expect(!page.contains("http://") || !page.contains("src="), "nothing is fetched")
  }
}
