import ArgumentParser
import Ledger
import Station

/// `vedette verify`: a ledger, or a release bundle, checked against a public key.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks a ledger, or a release bundle offline, against the post's public key.")

  @Option(help: "The post's state folder, whose ledger is checked.")
  var state = "/var/lib/vedette"

  @Option(help: "Which of its logs: ledger (events) or releases (what partners got of them).")
  var log = LogKey.Log.ledger.rawValue

  @Option(help: ArgumentHelp("Check this bundle instead of a ledger.", valueName: "file"))
  var release: String?

  @Option(
    help: ArgumentHelp(
      "Check this incident report, the page or the JSON, instead of a ledger.", valueName: "file"))
  var report: String?

  @Option(help: "The key, or a file that holds it; else ledger.pub of the state folder.")
  var key: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard release == nil || report == nil else {
      throw ValidationError("name either a bundle or a report")
    }
    guard LogKey.Log(rawValue: log) != nil else {
      throw ValidationError("'\(log)' is no log of a post; expected ledger or releases")
    }
  }

  mutating func run() async throws {
    let (state, log, release, report, key, json) = (state, log, release, report, key, json)
    try await reporting {
      let key = try VerifierKey.read(key, state: state)
      if let report {
        try ReportVerification.verify(report, key, json)
      } else if let release {
        try Self.verify(bundle: release, key, json)
      } else {
        try Self.verify(
          EpochFolders(state: state, log: LogKey.Log(rawValue: log) ?? .ledger), key, json)
      }
    }
  }

  private static func verify(_ folders: EpochFolders, _ key: NoteKey, _ json: Bool) throws {
    var key = key
    if folders.log == .releases {
      // The same key under the name of the other log, whose epochs are its own.
      do throws(LedgerError) {
        let log = try EventLogReader(directory: folders.current)
        let name = LogKey.origin(of: log.post, log: .releases, epoch: log.epoch)
        key = NoteKey(name: name, algorithm: .ed25519, publicKey: key.publicKey) ?? key
      } catch {
        // Damage is found below.
        guard error.code == .damaged else { throw error }
      }
    }
    let chain = try ChainVerification(folders, key: key)
    if json {
      let earlier = chain.epochs.dropFirst().map { "{\(members(of: $0))}" }
      say(
        "{" + members(of: chain.epochs[0])
          + (earlier.isEmpty ? "" : #","earlier":[\#(earlier.joined(separator: ","))]"#) + "}")
    } else {
      for epoch in chain.epochs.reversed() { tell(epoch) }
    }
    if !chain.isSound { throw ExitStatus.wrong }
  }

  private static func members(of epoch: ChainVerification.Epoch) -> String {
    let found = epoch.found ?? LedgerVerification.none
    let findings =
      found.findings.map {
        #"{"sequence":\#($0.sequence.map { "\($0)" } ?? "null"),"text":\#(quoted($0.text))}"#
      } + epoch.faults.map { #"{"sequence":null,"text":\#(quoted($0))}"# }
    return #""checked":\#(found.checked),"erased":\#(found.erased),"#
      + #""findings":[\#(findings.joined(separator: ","))],"ok":\#(epoch.isSound),"#
      + #""origin":\#(quoted(epoch.origin)),"signed":\#(found.signed),"#
      + #""unsigned":\#(found.unsigned)"#
  }

  private static func tell(_ epoch: ChainVerification.Epoch) {
    let found = epoch.found ?? LedgerVerification.none
    for finding in found.findings {
      say((finding.sequence.map { "record \($0): " } ?? "") + finding.text)
    }
    for fault in epoch.faults { say(fault) }
    say(
      "\(epoch.origin): \(found.signed) records signed, \(found.checked) checked, "
        + "\(found.erased) erased with their leaves kept, \(found.unsigned) not signed yet: "
        + (epoch.isSound ? "sound" : "WRONG"))
  }

  private static func verify(bundle path: String, _ key: NoteKey, _ json: Bool) throws {
    guard let bytes = WholeFile.read(path, bytesMax: ReleaseBundle.byteCountMax) else {
      complain("\(path) cannot be read; name the file of a release bundle")
      throw ExitStatus.missing
    }
    let text = bytes.last == 0x0A ? Array(bytes.dropLast()) : bytes
    guard let bundle = ReleaseBundle(text) else {
      complain("\(path) is no release bundle: expected what \"vedette proof\" writes, unchanged")
      throw ExitStatus.badData
    }
    guard case .sound(let checkpoint, let fields) = bundle.verdict(key: key) else {
      say(
        json
          ? #"{"ok":false,"verdict":\#(quoted("\(bundle.verdict(key: key))"))}"#
          : "WRONG: \(bundle.verdict(key: key))")
      throw ExitStatus.wrong
    }
    let values = fields.map { ($0.name, String(decoding: $0.value, as: UTF8.self)) }
    if json {
      let members = values.map { "\(quoted($0)):\($1)" }.joined(separator: ",")
      say(
        #"{"fields":{\#(members)},"index":\#(bundle.proof.index),"ok":true,"#
          + #""origin":\#(quoted(checkpoint.origin)),"size":\#(checkpoint.size)}"#)
      return
    }
    for (name, value) in values { say("\(name): \(value)") }
    say(
      "record \(bundle.proof.index + 1) of \(checkpoint.size) in \(checkpoint.origin): sound")
  }
}

/// A JSON string.
func quoted(_ text: String) -> String {
  String(decoding: CanonicalString.quoted(text), as: UTF8.self)
}

/// A verifier's key from the command line.
enum VerifierKey {
  /// The key in `text`, or in the file that it names; without it `ledger.pub` of the state folder.
  static func read(_ text: String?, state: String) throws -> NoteKey {
    if let text, let key = NoteKey(text) { return key }
    let path = text ?? state + "/ledger.pub"
    guard let bytes = WholeFile.read(path, bytesMax: 4_096) else {
      complain("\(path) cannot be read; give the post's public key with --key")
      throw ExitStatus.missing
    }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first
    guard let line, let key = NoteKey(String(line)) else {
      complain("\(path) holds no key: expected one line <name>+<id>+<base 64>")
      throw ExitStatus.badData
    }
    return key
  }
}
