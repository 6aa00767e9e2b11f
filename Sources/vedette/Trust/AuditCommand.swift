import ArgumentParser
import Ledger

/// `vedette audit`: who received what, when, under which rule.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Prints the release log: who received what, when, under which rule.",
    discussion: "The logs of earlier signing keys come first.")

  @Option(help: "The post's state folder.")
  var state = "/var/lib/vedette"

  @Option(help: "Only lines about this partner (its URN).")
  var partner: String?

  @Option(help: "Only lines about this event (its id, or <id>/<version>).")
  var event: String?

  @Option(
    help:
      "Only lines with this outcome: released, refused, delayed, recalled, acknowledged, agreement."
  )
  var outcome: String?

  @Flag(help: "Print the lines as they are in the log, JSON.")
  var json = false

  mutating func run() async throws {
    let command = self
    try await reporting {
      // From the first key's log to the newest.
      for folder in try EpochFolders(state: command.state, log: .releases).inOrder().reversed() {
        try command.print(logIn: folder)
      }
    }
  }

  private func print(logIn folder: String) throws {
    let reader = try EventLogReader(directory: folder)
    let newest = try reader.newestSequence()
    var next = try reader.oldestSequence()
    while next <= newest {
      let reading = try reader.read(from: next, limit: 1_000, durable: newest) { _, payload in
        print(payload.withUnsafeBytes { Array($0) })
      }
      switch reading {
      case .events(_, let following): next = following
      case .gone(let oldest): next = oldest
      }
    }
  }

  private func print(_ line: [UInt8]) {
    guard let members = CanonicalObject(line[...]) else { return }
    func word(_ name: String) -> String {
      members[name].flatMap { CanonicalString.text(of: $0) } ?? ""
    }
    if let properties = members["properties"].flatMap({ CanonicalObject($0) }) {
      return printOwn(properties, line)
    }
    if let partner, word("partner") != partner { return }
    if let outcome, word("outcome") != outcome { return }
    if let event, word("event") != event, !word("event").hasPrefix(event + "/") { return }
    guard !json else { return say(String(decoding: line, as: UTF8.self)) }
    let fields = members["fields"].flatMap { CanonicalObject.elements(of: $0) } ?? []
    let names = fields.compactMap { CanonicalString.text(of: $0) }.joined(separator: " ")
    let rule = word("rule").isEmpty ? "" : " by rule \(word("rule"))"
    say(
      "\(word("time"))  \(word("outcome"))  \(word("event"))  to \(word("partner")) for "
        + "\(word("purpose")) under \(word("agreement"))\(rule): \(word("reason"))"
        + (names.isEmpty ? "" : "; \(names)"))
  }

  /// A word of the log on itself.
  private func printOwn(_ properties: CanonicalObject, _ line: [UInt8]) {
    guard partner == nil, outcome == nil, event == nil else { return }
    guard !json else { return say(String(decoding: line, as: UTF8.self)) }
    func word(_ name: String) -> String {
      properties[name].map {
        CanonicalString.text(of: $0) ?? String(decoding: $0, as: UTF8.self)
      } ?? ""
    }
    let from = word("erased_from")
    if !from.isEmpty {
      return say(
        "\(word("time"))  erased  lines \(from) to \(word("erased_through")) by \(word("rule"))")
    }
    say("\(word("time"))  epoch  \(word("log"))")
  }
}
