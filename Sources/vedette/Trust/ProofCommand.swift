import ArgumentParser
import Ledger

/// `vedette proof`: an event with its proof, for somebody who checks it offline.
struct ProofCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proof",
    abstract: "Writes an event's record with chosen fields and its proof, to be checked offline.")

  @Argument(help: "The event: its sequence, its id, or <id>/<version>.")
  var event: String

  @Option(help: "The post's state folder.")
  var state = "/var/lib/vedette"

  @Option(help: "Names of the fields to disclose, with commas between; else all.")
  var fields: String?

  @Option(name: [.short, .long], help: "The file to write; else standard output.")
  var output: String?

  mutating func run() async throws {
    let (event, state, fields, output) = (event, state, fields, output)
    try await reporting {
      let prover = try LedgerProver(directory: state + "/ledger")
      guard let sequence = try UInt64(event) ?? prover.sequence(of: event),
        let (_, record) = try prover.record(at: sequence)
      else {
        complain(
          "event \(event) is not among the \(prover.checkpoint.size) signed ones that are kept; "
            + "\"vedette events list\" tells which there are")
        throw ExitStatus.missing
      }
      let wanted = fields?.split(separator: ",").map(String.init)
      let names = record.disclosures.map(\.name)
      if let unknown = wanted?.first(where: { !names.contains($0) }) {
        complain(
          "the event has no field \(unknown); it has: \(names.joined(separator: ", "))")
        throw ExitStatus.badData
      }
      let bundle = ReleaseBundle(
        record: String(decoding: record.bytes, as: UTF8.self),
        disclosures: record.disclosures.filter { wanted?.contains($0.name) ?? true }.map(\.text),
        proof: try prover.proof(of: sequence))
      guard let output else { return say(String(decoding: bundle.json, as: UTF8.self)) }
      guard WholeFile.write(bundle.json + [0x0A], to: output) else {
        complain("\(output) cannot be written")
        throw ExitStatus.inputOutput
      }
    }
  }
}
