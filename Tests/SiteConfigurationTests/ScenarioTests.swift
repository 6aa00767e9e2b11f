import Testing

@testable import SiteConfiguration

@Suite struct ScenarioTests {
  static let good = """
    version: 1
    scenario: test
    summary: Two walkers
    site: site.yaml
    duration: 3 min
    exercise: JOINT
    weather: {wind: 0.5}
    targets:
      - {name: a, kind: person, count: [1, 3], start: [5 s, 1 min]}
      - {name: b, kind: patrol, beacon: p-1, beside: a, apart: -4 m}
    faults:
      - {kind: clock, some: {of: camera, count: 2}, offset: [100 ms, 0.4 s], drift_ppm: 50}
    """

  @Test func `a scenario says what stands there, and the rest is usual`() throws {
    let file = try ScenarioFile.parse(Self.good, file: "s.yaml")
    #expect(file.durationSeconds == 180 && file.seed == 1 && file.exercise == "JOINT")
    #expect(file.weather.wind == 0.5 && file.weather.rain == 0 && file.light == .day)
    #expect(file.targets[0].count == 1...3 && file.targets[0].start == 5...60)
    #expect(file.targets[1].apart == -4...(-4) && file.targets[1].beacon == "p-1")
    #expect(file.faults[0].reach == .some(.camera, 2...2))
    #expect(abs(file.faults[0].drift.upperBound - 50e-6) < 1e-12)
    #expect(file.sitePath(from: "/a/b/s.yaml") == "/a/b/site.yaml")
  }

  @Test(arguments: [
    ("version: 1", "version: 2", 1, Diagnostic.Code.outOfRange),
    ("duration: 3 min", "duration: 3", 5, .wrongUnit),
    ("duration: 3 min", "duration: 2 d", 5, .outOfRange),
    ("wind: 0.5", "wind: 5", 7, .outOfRange),
    ("kind: person", "kind: persons", 9, .badValue),
    ("start: [5 s, 1 min]", "start: [1 min, 5 s]", 9, .outOfRange),
    ("beside: a", "beside: c", 10, .unknownReference),
    ("name: b", "name: a", 10, .duplicateName),
    ("kind: person, count", "kind: person, beacon: x, count", 9, .conflict),
    ("beside: a, ", "", 10, .conflict),
    ("some: {of: camera, count: 2}, ", "", 12, .missingKey),
    ("offset: [100 ms", "ofset: [100 ms", 12, .unknownKey),
  ])
  func `a mistake is told with its line`(
    _ old: String, _ new: String, _ line: Int, _ code: Diagnostic.Code
  ) throws {
    let text = Self.good.replacing(old, with: new)
    #expect(text != Self.good)
    let errors = #expect(throws: ConfigurationErrors.self) {
      try ScenarioFile.parse(text, file: "s.yaml")
    }
    let told = errors?.diagnostics.map { "\($0.line) \($0.code.rawValue)" } ?? []
    #expect(told.contains("\(line) \(code.rawValue)"), "\(told)")
  }
}
