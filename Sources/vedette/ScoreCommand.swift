import ArgumentParser
import Scoring

/// `vedette score`: tracks and events against ground truth.
struct ScoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Judges tracks and events of observation cases against the truth.",
    discussion: """
      For every folder in --cases with truth.jsonl, the folder of the same name in --out is read \
      (tracks.jsonl, events.jsonl, runtime.json, as vedette fuse writes them); one that is absent \
      counts as silent. Figures are by kind of scene (the name before -s<seed>) and for all \
      together: GOSPA with its parts, precision and recall of alarms, duplicates, direction, class, \
      latency, identity switches, Brier score of the confidences.
      """)

  @Option(help: "Folder with the cases.")
  var cases: String

  @Option(help: "Folder with the answers.")
  var out: String

  @Option(help: "Only cases whose name contains this.")
  var only = ""

  @Flag(help: "All figures as JSON.")
  var json = false

  mutating func run() async throws {
    let (cases, out, only, json) = (cases, out, only, json)
    try await reporting {
      let report = try ScoreReport(cases: cases, out: out, only: only)
      say(json ? try report.json() : report.text)
    }
  }
}
