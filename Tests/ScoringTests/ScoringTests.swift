import Foundation
import TestSupport
import Testing

@testable import Scoring

/// Where the frozen cases lie, and the cases beside the repository, where they are.
private let fixtures = URL(filePath: #filePath).deletingLastPathComponent().path() + "Fixtures"
private let shared =
  "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/shared/fusion-cases"

func python(_ arguments: String) -> Int32 {
  let process = Process()
  process.executableURL = URL(filePath: "/bin/sh")
  process.arguments = ["-c", "python3 \(arguments) >/dev/null 2>&1"]
  guard (try? process.run()) != nil else { return -1 }
  process.waitUntilExit()
  return process.terminationStatus
}

private let hasSharedScorer =
  FileManager.default.fileExists(atPath: shared + "/score.py")
  && python("-c 'import numpy, scipy'") == 0

/// All numbers of a report by kind and name; a number that is absent is `nil`.
private func numbers(_ json: Data) throws -> [String: [Double?]] {
  let whole = try #require(try JSONSerialization.jsonObject(with: json) as? [String: [String: Any]])
  var numbers: [String: [Double?]] = [:]
  for (kind, figures) in whole {
    for (name, value) in figures {
      let list = value as? [Any] ?? [value]
      numbers["\(kind).\(name)"] = list.map { ($0 as? NSNumber)?.doubleValue }
    }
  }
  return numbers
}

private func expectEqual(_ ours: Data, _ theirs: Data) throws {
  let (ours, theirs) = (try numbers(ours), try numbers(theirs))
  #expect(Set(ours.keys) == Set(theirs.keys))
  for (name, values) in theirs {
    let mine = try #require(ours[name], "\(name)")
    #expect(mine.count == values.count, "\(name)")
    for (a, b) in zip(mine, values) {
      guard let a, let b else {
        #expect(a == nil && b == nil, "\(name)")
        continue
      }
      #expect(abs(a - b) <= 1e-6 * max(1, abs(b)), "\(name): \(a) for \(b)")
    }
  }
}

@Suite struct ScoringTests {
  /// Three small cases with answers that have every kind of mistake, and what `score.py` of the
  /// observation cases says of them.
  @Test func `frozen cases score as the cases' own scorer says`() throws {
    let report = try ScoreReport(cases: fixtures + "/cases", out: fixtures + "/out")
    let expected = try Data(contentsOf: URL(filePath: fixtures + "/expected.json"))
    try expectEqual(Data(report.json().utf8), expected)
    let events = report.pooled
    #expect(events.onDuplicates > 0 && events.onGhosts > 0 && events.misses > 0)
    #expect(report.pooled.switches > 0)
    #expect(report.text.split(separator: "\n").count >= report.kinds.count + 4)
  }

  @Test(.enabled(if: hasSharedScorer, "needs the observation cases, numpy and scipy"))
  func `sixteen cases score as the cases' own scorer says`() throws {
    let folder = FileManager.default.temporaryDirectory.path() + "/scoring-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var random = SeededGenerator(seed: 16)
    for name in try FileManager.default.contentsOfDirectory(atPath: shared).sorted()
    where FileManager.default.fileExists(atPath: "\(shared)/\(name)/truth.jsonl") {
      try answer(to: "\(shared)/\(name)", in: "\(folder)/\(name)", &random)
    }
    let report = try ScoreReport(cases: shared, out: folder)
    let expected = folder + "/expected.json"
    try #require(
      python("'\(shared)/score.py' --cases '\(shared)' --out '\(folder)' --json '\(expected)'")
        == 0)
    try expectEqual(Data(report.json().utf8), try Data(contentsOf: URL(filePath: expected)))
  }

  /// The truth with errors of every kind, as an answer.
  private func answer(
    to folder: String, in out: String, _ random: inout SeededGenerator
  ) throws {
    func noise(_ size: Double) -> Double { Double.random(in: -size...size, using: &random) }
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    let truth = try String(contentsOfFile: folder + "/truth.jsonl", encoding: .utf8)
    var tracks = ""
    for line in truth.split(separator: "\n") {
      let row = try JSONDecoder().decode(CaseData.Truth.self, from: Data(line.utf8))
      guard row.t % 1_000_000_000 == 0 else { continue }
      var all = row.g.filter { _ in Int.random(in: 0..<8, using: &random) > 0 }.map { target in
        let id =
          Int(target.id.dropFirst())! + (Int.random(in: 0..<12, using: &random) == 0 ? 40 : 0)
        return "{\"id\":\(id),\"x\":\(target.x + noise(9)),\"y\":\(target.y + noise(9))}"
      }
      if Int.random(in: 0..<5, using: &random) == 0 {
        all.append("{\"id\":\"x\",\"x\":\(noise(200)),\"y\":\(noise(60)),\"vx\":1,\"vy\":-1}")
      }
      tracks += "{\"t\":\(row.t),\"tracks\":[\(all.joined(separator: ","))]}\n"
    }
    try tracks.write(toFile: out + "/tracks.jsonl", atomically: true, encoding: .utf8)
    var events = ""
    let crossings = try String(contentsOfFile: folder + "/truth_events.jsonl", encoding: .utf8)
    for line in crossings.split(separator: "\n") {
      let crossing = try JSONDecoder().decode(CaseData.Crossing.self, from: Data(line.utf8))
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let word = ["person", "vehicle", "animal", "friendly", "unknown", crossing.cls]
          .randomElement(
            using: &random)!
        let time = crossing.t + Int64(noise(6) * 1e9)
        events +=
          "{\"t\":\(time),\"t_emit\":\(time + 2_000_000_000),\"line\":\"\(crossing.line)\""
          + ",\"x\":\(crossing.x + noise(10)),\"y\":\(crossing.y + noise(10)),\"dir\":\"in\""
          + ",\"class\":\"\(word)\",\"confidence\":\(0.5 + abs(noise(0.5))),\"track\":1"
          + ",\"sensors\":[\"cam-1\",\"pir-01\"]}\n"
      }
    }
    try events.write(toFile: out + "/events.jsonl", atomically: true, encoding: .utf8)
  }

  @Test func `a missing case and a wrong line are told with their place`() throws {
    #expect(throws: ScoringError.self) { try ScoreReport(cases: "/nowhere", out: "/nowhere") }
    let folder = FileManager.default.temporaryDirectory.path() + "/scoring-bad-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(atPath: fixtures + "/cases", toPath: folder)
    let path = "\(folder)/mixed-s3/truth_events.jsonl"
    try "{\"t\": 1}\n".write(toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: ScoringError.self) {
      try ScoreReport(cases: folder, out: fixtures + "/out")
    }
    #expect(error?.subject == "\(path), line 1")
    #expect(error?.isMissing == false)
  }

  @Test func `a case without an answer is silent, not left out`() throws {
    let report = try ScoreReport(cases: fixtures + "/cases", out: "/nowhere")
    #expect(report.silent == ["mixed-s3", "mixed-s4", "other-s8"])
    #expect(report.pooled.hits == 0 && report.pooled.misses == report.pooled.threats)
  }
}

@Suite struct OptimalAssignmentTests {
  @Test func `no other assignment is cheaper, up to six by six`() {
    var random = SeededGenerator(seed: 6)
    for _ in 0..<400 {
      let rows = Int.random(in: 0...6, using: &random)
      let columns = Int.random(in: 0...6, using: &random)
      // Whole numbers, so that there are equals.
      let cost = (0..<rows * columns).map { _ in Double(Int.random(in: -4...9, using: &random)) }
      let found = OptimalAssignment.columns(of: cost, rows: rows, columns: columns)
      let used = found.filter { $0 >= 0 }
      #expect(used.count == min(rows, columns) && Set(used).count == used.count)
      let sum = found.enumerated().reduce(0) {
        $0 + ($1.element >= 0 ? cost[$1.offset * columns + $1.element] : 0)
      }
      #expect(sum == least(cost, rows, columns, row: 0, taken: [], skips: max(0, rows - columns)))
    }
  }

  private func least(
    _ cost: [Double], _ rows: Int, _ columns: Int, row: Int, taken: Set<Int>, skips: Int
  ) -> Double {
    guard row < rows else { return 0 }
    var best = Double.infinity
    if skips > 0 {
      best = least(cost, rows, columns, row: row + 1, taken: taken, skips: skips - 1)
    }
    for column in 0..<columns where !taken.contains(column) {
      let rest = least(
        cost, rows, columns, row: row + 1, taken: taken.union([column]), skips: skips)
      best = min(best, cost[row * columns + column] + rest)
    }
    return best
  }

  @Test func `draws are those of numpy`() {
    var draws = NumPyDraws()
    // numpy.random.default_rng(1).integers(16, size=16), numpy 2.4.
    let expected = [7, 8, 12, 15, 0, 2, 13, 15, 3, 4, 13, 6, 4, 13, 4, 6]
    #expect((0..<16).map { _ in draws.index(below: 16) } == expected)
  }
}
