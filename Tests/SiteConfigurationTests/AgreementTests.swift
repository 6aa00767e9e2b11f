import Model
import TestSupport
import Testing

@testable import SiteConfiguration

@Suite struct AgreementTests {
  private static func example(_ name: String) throws -> String {
    let path = "\(packageFolder)/Docs/examples/agreements/\(name).yaml"
    return String(decoding: try TextFile.bytes(at: path, bytesMax: 65_536), as: UTF8.self)
  }

  private static func set(_ texts: [(String, String)], previous: AgreementSet = AgreementSet())
    -> AgreementSet
  {
    AgreementSet(
      files: texts.map { ($0.0, Array($0.1.utf8)) }, site: nil, previous: previous,
      hash: Fixture.hash)
  }

  @Test func `the examples are in order and say what they say`() throws {
    let report = CheckReport.check(
      sitePath: "\(packageFolder)/Docs/examples/site.yaml", hash: Fixture.hash)
    #expect(report.diagnostics == [])
    let text = try Self.example("near-neighbour")
    let set = Self.set([("b.yaml", text)])
    let agreement = try #require(set.agreements["b.yaml"])
    #expect(agreement.handling.label == "TLP:AMBER+STRICT H2 onward:none")
    #expect(agreement.validFrom.unixNanos == 1_772_323_200_000_000_000)
    #expect(!agreement.isInForce(at: agreement.validUntil))
    #expect(agreement.rules.count == 3 && agreement.eventsPerMinute == 60)
    #expect(set.agreement(of: "urn:partner:b", at: agreement.validFrom) == agreement)
    #expect(set.agreement(of: "urn:partner:b", at: agreement.validUntil) == nil)
    let rescue = Self.set([("r.yaml", try Self.example("search-and-rescue"))])
    #expect(rescue.agreements["r.yaml"]?.identity.deniedSerials == ["a1f"])
  }

  struct Mistake: Sendable {
    var old: String
    var new: String
    var place: String
    var code: Diagnostic.Code
  }

  @Test(arguments: [
    Mistake(old: "agreement: 1", new: "agreement: 2", place: "2:12", code: .outOfRange),
    Mistake(old: "classes: [drone]", new: "classes: [uav]", place: "14:17", code: .badValue),
    Mistake(old: "[time_min, class,", new: "[name, class,", place: "18:16", code: .badValue),
    Mistake(old: "onward: none", new: "onwards: none", place: "10:44", code: .unknownKey),
    Mistake(
      old: "2027-03-01T00:00:00Z", new: "2025-03-01T00:00:00Z", place: "7:8", code: .conflict),
    Mistake(old: "2027-03-01T", new: "2027-02-30T", place: "7:44", code: .badValue),
    Mistake(
      old: "    when: {classes: [vehicle]}", new: "    when: {}", place: "21:5", code: .missingKey),
    Mistake(
      old: "classes: [vehicle]", new: "classes: [vehicle, drone]", place: "21:5", code: .conflict),
    Mistake(old: "refuse: not-covered", new: "note: x", place: "27:5", code: .unknownKey),
    Mistake(
      old: "san_uri: \"urn:partner:b\"", new: "witness: b+1+x, san_uri: \"urn:partner:b\"",
      place: "6:21", code: .badValue),
    Mistake(
      old: "exercise: both",
      new: "exercise: both\nwebhook: {url: \"http://c.example/e\", purpose: border-surveillance}",
      place: "10:16", code: .badValue),
    Mistake(
      old: "exercise: both",
      new: "exercise: both\nwebhook: {url: \"https://u@c.example/\", purpose: border-surveillance}",
      place: "10:16", code: .badValue),
    Mistake(
      old: "exercise: both",
      new: "exercise: both\nwebhook: {url: \"https://c.example/e\", purpose: curiosity}",
      place: "10:48", code: .badValue),
    Mistake(
      old: "exercise: both",
      new:
        "exercise: both\nwebhook: {url: \"https://c.example/e\", purpose: border-surveillance, events_max: 0}",
      place: "10:81", code: .outOfRange),
    Mistake(
      old: "exercise: both",
      new:
        "exercise: both\nwebhook: {url: \"https://c.example/e\", purpose: border-surveillance, port: 1}",
      place: "10:69", code: .unknownKey),
  ])
  func `each mistake is told with its place and a remedy, and nothing applies`(
    _ mistake: Mistake
  ) throws {
    let text = try Self.example("near-neighbour").replacing(first: mistake.old, by: mistake.new)
    let set = Self.set([("b.yaml", text)])
    #expect(set.agreements.isEmpty && !set.isInOrder)
    #expect(
      set.diagnostics.contains {
        "\($0.line):\($0.column)" == mistake.place && $0.code == mistake.code
          && !$0.remedy.isEmpty
      }, "\(set.diagnostics.map(\.text))")
  }

  @Test(arguments: ["time", "lat_lon", "path", "sensors", "speed_mps"])
  func `a third country gets nothing that could identify a person`(field: String) throws {
    let text = try Self.example("third-country")
    #expect(Self.set([("c.yaml", text)]).isInOrder)
    let precise = text.replacing(first: "lat_lon_10km", by: field)
    #expect(Self.set([("c.yaml", precise)]).agreements.isEmpty)
    let people = text.replacing(first: "[drone]", by: "[person]")
    #expect(Self.set([("c.yaml", people)]).agreements.isEmpty)
  }

  @Test func `a bad file leaves what it gave before, a file that is gone ends it`() throws {
    let text = try Self.example("near-neighbour")
    let before = Self.set([("b.yaml", text)])
    let bad = Self.set([("b.yaml", "agreement: [")], previous: before)
    #expect(!bad.isInOrder && bad.agreements == before.agreements)
    #expect(Self.set([], previous: before).agreements.isEmpty)
  }

  @Test func `two agreements with one partner at a time refuse each other`() throws {
    let text = try Self.example("near-neighbour")
    let other = text.replacing(first: "a-b:2026-03", by: "a-b:2026-04")
    #expect(Self.set([("b.yaml", text), ("b2.yaml", other)]).agreements.isEmpty)
    let later = other.replacing(first: "2026-03-01T00", by: "2027-03-01T00")
      .replacing(first: "until: 2027-03", by: "until: 2028-03")
    #expect(Self.set([("b.yaml", text), ("b2.yaml", later)]).agreements.count == 2)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `damaged files give an agreement or an error, and never trap`(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let original = Array(try Self.example("near-neighbour").utf8)
    for _ in 0..<300 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + 20))
        default: bytes.insert(contentsOf: Array("{[:,-'".utf8), at: place)
        }
        if bytes.isEmpty { break }
      }
      let set = AgreementSet(files: [("b.yaml", bytes)], site: nil, hash: Fixture.hash)
      #expect(set.agreements.isEmpty == !set.isInOrder)
    }
  }
}
