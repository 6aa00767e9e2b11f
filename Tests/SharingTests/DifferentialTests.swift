import Foundation
import Ledger
import Model
import SiteConfiguration
import TestSupport
import Testing

@testable import Sharing

/// Decisions on 100,000 random pairs of agreement and event, against properties and against an
/// evaluator in another language.
@Suite struct DifferentialTests {
  static let agreementCount = 250
  static let asksPerAgreement = 400

  private struct Ask {
    var event: Int
    var purpose: String
    var isExercise: Bool
    var had: Bool
    var now: WallTime
    var waitedNanos: Int64
  }

  private struct Case {
    var text: String
    var agreement: Agreement
    var asks: [Ask]
  }

  private struct Cases {
    var pool: [(ShareableEvent, feature: String)]
    var cases: [Case]
  }

  private static let all = Result { try make() }
  private let pool: [(ShareableEvent, feature: String)]
  private let cases: [Case]

  init() throws {
    let all = try Self.all.get()
    pool = all.pool
    cases = all.cases
  }

  private static func make() throws -> Cases {
    var source = RandomSharing(seed: 20_261_128)
    var pool: [(ShareableEvent, feature: String)] = []
    for number in 1...500 { pool.append(source.event(UInt64(number))) }
    var cases: [Case] = []
    var tries = 0
    while cases.count < Self.agreementCount {
      tries += 1
      try #require(tries < 5_000, "hardly any random agreement is in order")
      let text = source.agreement(tries)
      let set = AgreementSet(
        files: [("b.yaml", Array(text.utf8))], site: RandomSharing.site,
        hash: { _ in String(repeating: "0", count: 64) })
      guard let agreement = set.agreements["b.yaml"] else { continue }
      let asks = (0..<Self.asksPerAgreement).map { _ in
        Ask(
          event: .random(in: 0..<500, using: &source.random),
          purpose: source.pick(["surveillance", "surveillance", "rescue", "curiosity"]),
          isExercise: source.chance(25), had: source.chance(20),
          now: WallTime(
            unixNanos: (RandomSharing.epochSeconds
              + .random(in: 0...200_000, using: &source.random)) * 1_000_000_000),
          waitedNanos: source.chance(90)
            ? 0 : .random(in: 0...20_000, using: &source.random) * 1_000_000_000)
      }
      cases.append(Case(text: text, agreement: agreement, asks: asks))
    }
    return Cases(pool: pool, cases: cases)
  }

  private func decide(_ evaluator: Evaluator, _ ask: Ask) -> Decision {
    evaluator.decide(
      pool[ask.event].0, purpose: ask.purpose, isExercise: ask.isExercise,
      hadEarlierVersion: ask.had, waitedNanos: ask.waitedNanos, at: ask.now)
  }

  @Test func `every fifth decision or more gives something, and each outcome occurs`() {
    var counts: [String: Int] = [:]
    for one in cases {
      let evaluator = Evaluator(agreement: one.agreement, site: RandomSharing.site)
      for ask in one.asks { counts[decide(evaluator, ask).outcomeName, default: 0] += 1 }
    }
    #expect(counts.values.reduce(0, +) == 100_000)
    for outcome in ["released", "recalled", "refused", "delayed"] {
      #expect(counts[outcome, default: 0] > 500, "\(counts)")
    }
  }

  @Test func `a release holds the listed fields and not a byte of any other`() throws {
    for one in cases {
      let evaluator = Evaluator(agreement: one.agreement, site: RandomSharing.site)
      for ask in one.asks {
        let event = pool[ask.event].0
        let decision = decide(evaluator, ask)
        let fields: [ReleaseField]
        switch decision.outcome {
        case .released(let given):
          fields = given
          #expect(decision.grant.map { Set(given).isSubset(of: $0.fields) } == true)
          #expect(event.header.isExercise == ask.isExercise)
        case .recalled: fields = []
        case .refused, .delayed: continue
        }
        let release = Release(of: event, post: "river-2", fields: fields, isRecall: fields.isEmpty)
        let inside = try #require(CanonicalObject(release.feature[...])?["properties"])
        let properties = try #require(CanonicalObject(inside))
        let names = Set(properties.members.map(\.name))
        let fixed: Set = ["disposition", "event_id", "exercise", "post", "version"]
        #expect(names.subtracting(fixed) == Set(fields.map(\.rawValue)))
        let isExact = properties.members.allSatisfy { member in
          fixed.contains(member.name)
            || event.fields[member.name].map { $0.elementsEqual(member.value) } == true
        }
        #expect(isExact)
        if !fields.contains(.place) {
          let exact = event.fields["lat_lon"].map { String(decoding: $0, as: UTF8.self) }
          if let exact {
            #expect(!String(decoding: release.feature, as: UTF8.self).contains(exact))
          }
        }
      }
    }
  }

  @Test func `taking a permission away never releases more`() {
    for one in cases {
      let whole = Evaluator(agreement: one.agreement, site: RandomSharing.site)
      for (place, rule) in one.agreement.rules.enumerated() {
        guard case .release = rule.outcome else { continue }
        var less = one.agreement
        less.rules.remove(at: place)
        let evaluator = Evaluator(agreement: less, site: RandomSharing.site)
        for ask in one.asks.prefix(50) {
          guard case .released(let after) = decide(evaluator, ask).outcome else { continue }
          guard case .released(let before) = decide(whole, ask).outcome else {
            Issue.record("\(one.text): without \(rule.name) something is released")
            return
          }
          #expect(Set(after).isSubset(of: before))
        }
      }
    }
  }

  @Test func `nothing waits for longer than its delay, also when its time lies in the future`() {
    var fromFuture = 0
    for one in cases {
      let evaluator = Evaluator(agreement: one.agreement, site: RandomSharing.site)
      for ask in one.asks {
        let decision = decide(evaluator, ask)
        guard let grant = decision.grant else { continue }
        let delay = Int64(grant.delaySeconds) * 1_000_000_000
        let isFuture = pool[ask.event].0.header.time > ask.now
        if isFuture { fromFuture += 1 }
        switch decision.outcome {
        case .delayed(let until):
          #expect(until.unixNanos - ask.now.unixNanos <= delay - ask.waitedNanos)
          #expect(until > ask.now && delay > 0)
        case .released where isFuture: #expect(ask.waitedNanos >= delay)
        default: break
        }
      }
    }
    #expect(fromFuture > 500)
  }

  @Test func `an evaluator in another language decides the same`() throws {
    var lines = [
      #"{"site":\#(RandomSharing.siteJSON),"pool":["#
        + pool.map { event, feature in
          let header = event.header
          let kind = SharedEventKind(header.kind)!.rawValue
          return #"{"kind":"\#(kind)","header":{"id":"\#(header.id)","version":\#(header.version),"#
            + #""exercise":\#(header.isExercise),"time":\#(header.time.unixNanos)},"#
            + #""feature":\#(feature)}"#
        }.joined(separator: ",") + "]}"
    ]
    var expected: [String] = []
    for one in cases {
      let asks = one.asks.map {
        "[\($0.event),\"\($0.purpose)\",\($0.isExercise),\($0.had),\($0.now.unixNanos),"
          + "\($0.waitedNanos)]"
      }
      lines.append(#"{"agreement":\#(one.text),"asks":[\#(asks.joined(separator: ","))]}"#)
      let evaluator = Evaluator(agreement: one.agreement, site: RandomSharing.site)
      expected += one.asks.map { line(decide(evaluator, $0), on: pool[$0.event].0) }
    }
    let said = try Self.python(lines.joined(separator: "\n") + "\n")
    #expect(said.count == expected.count)
    let differences = zip(expected, said).enumerated().filter { $0.element.0 != $0.element.1 }
    #expect(differences.isEmpty, "\(differences.count), first \(differences.prefix(3))")
  }

  private func line(_ decision: Decision, on event: ShareableEvent) -> String {
    var fields = "-"
    var due: Int64 = 0
    var check: UInt32 = 0
    switch decision.outcome {
    case .released(let given):
      if !given.isEmpty { fields = given.map(\.rawValue).joined(separator: ",") }
      let release = Release(of: event, post: "river-2", fields: given, isRecall: false)
      check = Self.adler(release.feature)
    case .recalled:
      let release = Release(of: event, post: "river-2", fields: [], isRecall: true)
      check = Self.adler(release.feature)
    case .delayed(let until): due = until.unixNanos
    case .refused: break
    }
    let distance = decision.distanceMillimetres.map { "\($0)" } ?? "-"
    let rule = decision.rule ?? "-"
    return "\(decision.outcomeName) \(rule) \(decision.reason) \(fields) \(distance) "
      + "\(due) \(check)"
  }

  /// Adler-32 (RFC 1950, section 8.2).
  private static func adler(_ bytes: [UInt8]) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return b << 16 | a
  }

  private static func python(_ input: String) throws -> [String] {
    let here = #filePath
    let tool = here.prefix(upTo: here.lastIndex(of: "/")!) + "/Tools/evaluate.py"
    let folder = URL(fileURLWithPath: NSTemporaryDirectory())
      .appendingPathComponent("vedette-sharing-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (given, got) = (folder.appendingPathComponent("in"), folder.appendingPathComponent("out"))
    try Data(input.utf8).write(to: given)
    try Data().write(to: got)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", String(tool)]
    process.standardInput = try FileHandle(forReadingFrom: given)
    process.standardOutput = try FileHandle(forWritingTo: got)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: try Data(contentsOf: got), as: UTF8.self)
      .split(separator: "\n").map { String($0) }
  }
}
