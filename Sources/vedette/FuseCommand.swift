import ArgumentParser
import Fusion

/// `vedette fuse`: fusion alone on an observation case.
struct FuseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuse",
    abstract: "Runs fusion alone on an observation case: tracks.jsonl, events.jsonl, runtime.json.")

  @Option(name: .customLong("case"), help: "Folder with site.json and sensors.jsonl.")
  var caseFolder: String

  @Option(help: "Folder for the results; made when absent.")
  var out: String

  mutating func run() async throws {
    let (caseFolder, out) = (caseFolder, out)
    try await reporting { try CaseRunner.run(case: caseFolder, out: out) }
  }
}
