import Geodesy
import Glibc
import Model
import SiteConfiguration
import Testing

@testable import Calibration

@Suite struct CoverageFitTests {
  /// The sensors that are walked: technology, cover, latency, hold.
  enum Walked: String, CaseIterable {
    case smallInfrared, wideInfrared, longInfrared, microwave, beam

    func cover(
      turned: Double = 0, wide: Double = 1, long: Double = 1
    ) -> [SIMD2<Double>] {
      let place = CoverageFitTests.place
      switch self {
      case .smallInfrared:
        return Coverage.sector(
          at: place, azimuth: 1.2 + turned, halfAngle: 0.87 * wide, range: 6 * long)
      case .wideInfrared:
        return Coverage.sector(
          at: place, azimuth: -2.9 + turned, halfAngle: 0.78 * wide, range: 12 * long)
      case .longInfrared:
        return Coverage.sector(
          at: place, azimuth: 0.3 + turned, halfAngle: 0.35 * wide, range: 18 * long)
      case .microwave: return Coverage.disc(at: place, radius: 6 * long)
      case .beam:
        return Coverage.corridor(
          from: place, to: place + SIMD2(24, 7), width: 0.5)
      }
    }

    func sensor(_ cover: [SIMD2<Double>], latency: Double = 1, hold: Double = 1) -> Sensor {
      let (technology, delay): (MotionDetail.Technology, Double) =
        switch self {
        case .smallInfrared: (.pir, 0.3)
        case .wideInfrared: (.pir, 0.5)
        case .longInfrared: (.pir, 0.4)
        case .microwave: (.microwave, 0.2)
        case .beam: (.beam, 0.1)
        }
      return SimulatedWalk.sensor(
        technology, cover, at: CoverageFitTests.place, latency: delay * latency, hold: 2 * hold)
    }
  }

  static let place = SIMD2(31.0, -12.0)

  private func found(
    _ walked: Walked, _ receiver: SimulatedWalk.Receiver, seed: UInt64 = 1
  ) throws -> (walk: SimulatedWalk, fit: CoverageFit, agreement: Double) {
    let truth = walked.sensor(walked.cover())
    let walk = try SimulatedWalk(truth, seed: seed, receiver: receiver)
    // A walk that somebody can do.
    #expect(walk.minutes < 150)
    // The site file believes something else.
    let believed = walked.sensor(
      walked.cover(turned: 0.15, wide: 0.8, long: 1.2), latency: 1.5, hold: 0.8)
    let fit = try CoverageFit(sensor: believed, track: walk.track, pulses: walk.pulses)
    #expect(abs((fit.hold ?? 0) - 2) <= 0.17)
    let agreement = SimulatedWalk.agreement(
      fit.shape.polygon(apex: Self.place), walked == .beam ? walked.cover() : walk.cover)
    return (walk, fit, agreement)
  }

  @Test(arguments: Walked.allCases)
  func `the fit finds cover, probability and latency again`(_ walked: Walked) throws {
    let (walk, fit, agreement) = try found(walked, .carrierPhase)
    #expect(agreement >= 0.93)
    #expect(abs(fit.detection.value - walk.detectionProbability) <= 0.05)
    let latencyOff = abs(fit.latency.value - walk.latency)
    #expect(latencyOff <= 2.5 * fit.latency.sigma)
    #expect(latencyOff <= 0.05)
  }

  @Test(arguments: Walked.allCases)
  func `with a receiver that is a metre off it finds them worse and says so`(
    _ walked: Walked
  ) throws {
    let (walk, fit, agreement) = try found(walked, SimulatedWalk.Receiver())
    // What chance leaves of walks of an hour and a half: Docs/Calibration.md has the distribution.
    #expect(agreement >= 0.87)
    #expect(abs(fit.detection.value - walk.detectionProbability) <= 0.06)
    let latencyOff = abs(fit.latency.value - walk.latency)
    #expect(latencyOff <= 2.5 * fit.latency.sigma)
    #expect(latencyOff <= (walked == .beam ? 0.05 : 0.1))
  }

  /// The interval of so many told of so many walks, with hand-made figures (Wilson 1927, formula 14).
  @Test(arguments: [
    (220, 244, 0.841, 0.941), (0, 50, 0.0, 0.117), (50, 50, 0.883, 1.0), (5, 10, 0.184, 0.816),
  ])
  func `the interval of a share is Wilson's`(
    _ told: Int, _ walks: Int, _ low: Double, _ high: Double
  ) {
    let interval = ShareInterval.wilson99(count: told, of: walks)
    #expect(abs(interval.lowerBound - low) < 0.0015)
    #expect(abs(interval.upperBound - high) < 0.0015)
    #expect(ShareInterval.wilson99(count: 0, of: 0) == 0...1)
  }

  /// Simulated walks with `VEDETTE_WALKS=24` seeds: what Docs/Calibration.md tells of them.
  @Test(.enabled(if: CoverageFitTests.many > 0), arguments: Walked.allCases)
  func `of many walks all probabilities are within 0.05`(_ walked: Walked) throws {
    for seed in 1...UInt64(max(Self.many, 1)) {
      let (walk, fit, agreement) = try found(walked, .carrierPhase, seed: seed)
      let off = fit.detection.value - walk.detectionProbability
      let interval = fit.detectionInterval
      print(
        "walk", walked, seed, fit.passages.count, off, interval.upperBound - interval.lowerBound,
        interval.contains(walk.detectionProbability), agreement,
        fit.latency.value - walk.latency, walk.minutes)
      #expect(abs(off) <= 0.05, "seed \(seed)")
    }
  }

  fileprivate static let many = getenv("VEDETTE_WALKS").flatMap { Int(String(cString: $0)) } ?? 0

  @Test func `few walks are told to be few, with the interval`() throws {
    let truth = Walked.microwave.sensor(Walked.microwave.cover())
    let few = try SimulatedWalk(
      truth, seed: 1, passes: SimulatedWalk.Passes(slow: 40, running: 60), receiver: .carrierPhase)
    let fit = try CoverageFit(sensor: truth, track: few.track, pulses: few.pulses)
    #expect(fit.detectionInterval.contains(few.detectionProbability))
    #expect(fit.warnings.contains { $0.contains("99 times of 100") }, "\(fit.warnings)")
  }

  @Test func `a walk that hardly touches the cover gives no fit`() throws {
    let sensor = Walked.smallInfrared.sensor(Walked.smallInfrared.cover())
    let track = WalkTrack(
      (0..<60).map {
        WalkTrack.Fix(seconds: Double($0), place: Self.place + SIMD2(Double($0) - 30, 3))
      })
    #expect(throws: CalibrationRefusal.self) {
      try CoverageFit(sensor: sensor, track: track, pulses: [28...31])
    }
  }
}

@Suite struct WalkFileTests {
  private let frame = LocalFrame(latitudeDegrees: 47, longitudeDegrees: 9, heightMetres: 400)

  private func read(_ text: String) throws -> [WalkTrack.Fix] {
    try GPXReader.fixes(of: Array(text.utf8), frame: frame)
  }

  @Test func `points with times are read, of others none`() throws {
    let fixes = try read(
      """
      <?xml version="1.0"?><!-- a <trkpt> in a comment --><gpx><trk><trkseg>
      <trkpt lon='9.001' lat="47.001"><ele>402</ele><time>2026-03-01T02:10:00.5Z</time></trkpt>
      <trkpt lat="47" lon="9"/>
      <g:trkpt lat="47" lon="9"><time>2026-03-01T03:10:01+01:00</time></g:trkpt></trkseg></trk></gpx>
      """)
    #expect(fixes.count == 2)
    #expect(fixes[0].seconds == 1_772_331_000.5)
    #expect(fixes[1].seconds == 1_772_331_001)
    #expect(fixes[1].place == .zero)
    #expect(abs(fixes[0].place.y - 111.2) < 0.2)
  }

  @Test(arguments: [
    ("<trkpt lat=\"47\" lon=\"9\"/>", "none with a time"),
    ("<trkpt lat=\"147\" lon=\"9\"/>", "line 1, trkpt: lat \"147\""),
    ("\n<trkpt lat=\"47\" lon=\"9\"><time>now</time></trkpt>", "line 2, trkpt: time \"now\""),
    ("<trkpt lat=\"47\"", "ends within a tag"), ("", "no track points"),
  ])
  func `a wrong file is refused with the reason`(_ text: String, _ reason: String) {
    let refusal = #expect(throws: CalibrationRefusal.self) { try read(text) }
    #expect(refusal?.reason.contains(reason) == true, "\(refusal?.reason ?? "")")
  }
}

@Suite struct SiteEditTests {
  private func changed(_ text: String) -> (text: String, isFound: Bool) {
    var edit = SiteEdit(text)
    let isFound = edit.change(
      sensor: "pir", keys: [("azimuth", "12.5 deg")], override: [("range", "6.2 m")],
      source: "walk test, a.gpx")
    return (edit.lines.joined(separator: "\n"), isFound)
  }

  @Test func `a block keeps its comments and gets an override`() {
    let found = changed(
      "sensors:\n  - name: pir\n    azimuth: 0 deg  # north\n    gpio: {line: \"1\"}\n\ncameras:\n")
    #expect(
      found.text
        == "sensors:\n  - name: pir\n    azimuth: 12.5 deg  # north\n    gpio: {line: \"1\"}\n"
        + "    override:\n      source: \"walk test, a.gpx\"\n      range: 6.2 m\n\ncameras:\n")
  }

  @Test func `an override that is there keeps what it says of other numbers`() {
    let found = changed(
      "  - name: pir\n    azimuth: 0 deg\n    override:\n      source: data sheet\n      hold: 2 s\n      range: 9 m"
    )
    #expect(
      found.text
        == "  - name: pir\n    azimuth: 12.5 deg\n    override:\n"
        + "      source: \"data sheet; walk test, a.gpx\"\n      hold: 2 s\n      range: 6.2 m")
  }

  @Test func `an entry in braces is changed in its line`() {
    let found = changed("  - {name: pir, azimuth: 0 deg, gpio: {chip: a, line: \"1\"}}")
    #expect(
      found.text
        == "  - {name: pir, azimuth: 12.5 deg, gpio: {chip: a, line: \"1\"}, "
        + "override: {source: \"walk test, a.gpx\", range: 6.2 m}}")
    #expect(!changed("  - {name: pirate, azimuth: 0 deg}").isFound)
  }

  @Test func `the difference has the lines about a change`() {
    let old = ["a", "b", "c", "d", "e", "f", "g"]
    var new = old
    new[3] = "D"
    #expect(
      UnifiedDiff.text(old: old, new: new, path: "s.yaml")
        == "--- s.yaml\n+++ s.yaml\n@@ -1,7 +1,7 @@\n a\n b\n c\n-d\n+D\n e\n f\n g\n")
    #expect(UnifiedDiff.text(old: old, new: old, path: "s.yaml").isEmpty)
  }
}
