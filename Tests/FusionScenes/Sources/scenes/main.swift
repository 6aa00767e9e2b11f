import Foundation
import Fusion
import Model
import Scoring
import Simulation
import SiteConfiguration

// scenes make SCENARIO.yaml SEED CASE       one scene as an observation case
// scenes fuse CASE OUT                      fusion alone on it
// scenes score CASES OUT [JSON]             the score of all answers
// scenes table FOLDER SEEDS WORK [PAGE]     all of that for every scenario of a folder with seeds
//                                           1 ... SEEDS, and the table of it into PAGE

func site(of scenario: ScenarioFile, at path: String) throws -> Site {
  let bundle = try SiteBundle.read(sitePath: scenario.sitePath(from: path))
  let site = try StationConfiguration.load(bundle: bundle, hash: { _ in "" }).site
  try scenario.check(against: site, file: path)
  return site
}

func make(_ path: String, seed: UInt64, into folder: String) throws {
  let scenario = try ScenarioFile.read(path: path)
  let scene = Scene(file: scenario, site: try site(of: scenario, at: path), seed: seed)
  try SceneCase(scene).write(to: folder)
}

func table(_ folder: String, seeds: Int, work: String, page: String?) throws {
  let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
    $0.hasSuffix(".yaml")
  }.map { String($0.dropLast(5)) }.sorted()
  for name in names {
    for seed in 1...seeds {
      let part = "\(name)-s\(seed)"
      try make("\(folder)/\(name).yaml", seed: UInt64(seed), into: "\(work)/cases/\(part)")
      try CaseRunner.run(case: "\(work)/cases/\(part)", out: "\(work)/out/\(part)")
    }
    print("\(name): \(seeds) scenes fused")
  }
  let report = try ScoreReport(cases: "\(work)/cases", out: "\(work)/out")
  print(report.text)
  if let page { try SceneTable(report: report, seeds: seeds).write(into: page) }
}

let arguments = Array(CommandLine.arguments.dropFirst())
do {
  switch arguments.first {
  case "make" where arguments.count == 4:
    try make(arguments[1], seed: UInt64(arguments[2]) ?? 1, into: arguments[3])
  case "fuse" where arguments.count == 3:
    try CaseRunner.run(case: arguments[1], out: arguments[2])
  case "score" where arguments.count >= 3:
    let report = try ScoreReport(cases: arguments[1], out: arguments[2])
    print(report.text)
    if arguments.count > 3 {
      try report.json().write(toFile: arguments[3], atomically: true, encoding: .utf8)
    }
  case "table" where arguments.count >= 4:
    try table(
      arguments[1], seeds: Int(arguments[2]) ?? 10, work: arguments[3],
      page: arguments.count > 4 ? arguments[4] : nil)
  default:
    print("usage: scenes make|fuse|score|table, see main.swift")
    exit(64)
  }
} catch {
  print("scenes: \(error)")
  exit(1)
}
