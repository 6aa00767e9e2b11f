import ArgumentParser
import Ledger
import Station

/// `vedette ledger`: what is done to a ledger by people.
struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Changes a post's signing key; keeps events under legal hold.",
    subcommands: [RotateCommand.self, EventHoldCommand.self, EventHoldsCommand.self])
}

/// `vedette ledger rotate`: another key, and a new epoch that cites the old one.
struct RotateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract:
      "Gives a stopped post another signing key: its logs end, new ones follow and cite them.",
    discussion: """
      The old ledger's last record names the new key, the new one's first record cites the old one's \
      final checkpoint. The old logs stay in the state folder as ledger-<epoch> and releases-<epoch>. \
      Run it as the daemon's user. Without --new-key a key is drawn and becomes ledger.key; with it \
      the file's key is used, for posts whose key is a systemd credential.
      """)

  @Option(help: "The post's state folder.")
  var state = "/var/lib/vedette"

  @Option(
    help: ArgumentHelp("The old key; else ledger.key of the state folder.", valueName: "file"))
  var key: String?

  @Option(help: ArgumentHelp("The new key: one line of base 64 of 32 bytes.", valueName: "file"))
  var newKey: String?

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let command = self
    try await reporting {
      let report = try KeyRotation.rotate(
        state: command.state, keyPath: command.key, newKeyPath: command.newKey)
      command.print(report)
    }
  }

  private func print(_ report: KeyRotation.Report) {
    var logs: [String] = []
    for (log, outcome) in report.outcomes {
      guard case .begun(let ended, let records, let key, let isEndorsed) = outcome else {
        if !json { say("\(log.rawValue): nothing that another key has signed") }
        continue
      }
      logs.append(
        #"{"ended":\#(quoted(ended.origin)),"endorsed":\#(isEndorsed),"key":\#(quoted("\(key)")),"#
          + #""log":"\#(log.rawValue)","records":\#(records),"signed":\#(ended.size)}"#)
      guard !json else { continue }
      say("\(ended.origin) ended after \(records) records, \(ended.size) of them signed")
      say(
        "\(key.name) follows it"
          + (isEndorsed ? ", named by the old key" : "; the old key was not at hand"))
    }
    if json { return say(#"{"logs":[\#(logs.joined(separator: ","))]}"#) }
    if let key = report.key { say("the new key is \(key)") }
  }
}
