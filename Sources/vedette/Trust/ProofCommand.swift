import ArgumentParser
import Ledger
import Station

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
      let bundle = try Self.bundle(of: event, fields: fields, by: prover, state: state)
      guard let output else { return say(String(decoding: bundle.json, as: UTF8.self)) }
      guard WholeFile.write(bundle.json + [0x0A], to: output) else {
        complain("\(output) cannot be written")
        throw ExitStatus.inputOutput
      }
    }
  }
  /// The bundle of the event that `event` names, with the fields in the list `fields`, or all: of the
  /// ledger, or of the copy that a legal hold keeps.
  static func bundle(
    of event: String, fields: String?, by prover: LedgerProver, state: String
  ) throws -> ReleaseBundle {
    let whole = try wholeBundle(of: event, by: prover) ?? heldBundle(of: event, prover, state)
    guard let whole else {
      if let erased = try prover.erased(event) {
        complain(text(erased, of: event))
      } else {
        complain(
          "event \(event) is not among the \(prover.checkpoint.size) signed ones that are kept; "
            + "\"vedette events list\" tells which there are")
      }
      throw ExitStatus.missing
    }
    let wanted = fields?.split(separator: ",").map(String.init)
    let named = whole.disclosures.map { ($0, ReleaseBundle.fieldName(of: $0) ?? "") }
    if let unknown = wanted?.first(where: { name in !named.contains { $0.1 == name } }) {
      let names = named.map(\.1).joined(separator: ", ")
      complain("the event has no field \(unknown); it has: \(names)")
      throw ExitStatus.badData
    }
    var chosen = whole
    chosen.disclosures = named.filter { wanted?.contains($0.1) ?? true }.map(\.0)
    return chosen
  }

  private static func wholeBundle(
    of event: String, by prover: LedgerProver
  ) throws -> ReleaseBundle? {
    guard let sequence = try UInt64(event) ?? prover.sequence(of: event),
      let (_, record) = try prover.record(at: sequence)
    else { return nil }
    return ReleaseBundle(
      record: String(decoding: record.bytes, as: UTF8.self),
      disclosures: record.disclosures.map(\.text), proof: try prover.proof(of: sequence))
  }

  /// The copy of an event under legal hold whose content the ledger has erased.
  private static func heldBundle(
    of event: String, _ prover: LedgerProver, _ state: String
  ) -> ReleaseBundle? {
    let epoch = LogKey.epoch(of: prover.checkpoint.origin)
    return EventHolds(state: state).entries().last { entry in
      guard let id = entry.bundle?.eventID else { return false }
      if let sequence = UInt64(event) {
        return entry.place.epoch == epoch && entry.place.sequence == sequence
      }
      return id == event || id.hasPrefix(event + "/")
    }?.bundle
  }

  private static func text(_ erased: LedgerProver.Erased, of event: String) -> String {
    let rule = erased.erasure.map {
      "on \($0.time) by \($0.rule) (records \($0.from) to \($0.through))"
    }
    return "the content of event \(event), record \(erased.sequence), was erased "
      + (rule ?? "before erasures were put on record")
      + "; its leaf stays in the log, and whoever has the record can prove it"
  }
}
