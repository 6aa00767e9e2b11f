import ArgumentParser
import Ledger
import Station

/// `vedette proof`: an event with its proof, for somebody who checks it offline.
struct ProofCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proof",
    abstract: "Writes an event's record with chosen fields and its proof, to be checked offline.")

  @Argument(help: KeptEvent.help)
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
      let bundle = try KeptEvent(event, state: state).bundle(fields: fields)
      guard let output else { return say(String(decoding: bundle.json, as: UTF8.self)) }
      guard WholeFile.write(bundle.json + [0x0A], to: output) else {
        complain("\(output) cannot be written")
        throw ExitStatus.inputOutput
      }
    }
  }
}
