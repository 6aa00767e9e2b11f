import ArgumentParser
import Publishing
import Station

/// `vedette events`: looks into a ledger that no daemon is writing.
struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Looks into a post's ledger.",
    subcommands: [ListEvents.self])
}

struct ListEvents: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Prints the events of a ledger that no daemon is writing.")

  @Option(help: "The post's state folder.")
  var state = "/var/lib/vedette"

  @Option(help: "Only events after this sequence.")
  var after: UInt64 = 0

  @Flag(help: "Print each event's sequence, id and data as JSON, one a line.")
  var json = false

  mutating func run() async throws {
    let (state, after, json) = (state, after, json)
    try await reporting {
      let store = try LedgerStore(directory: state + "/ledger")
      let newest = try store.newestSequence()
      var next = max(after + 1, try store.oldestSequence())
      while next <= newest {
        let events = try store.events(from: next, through: newest, limit: 500)
        guard let last = events.last else { return }
        for event in events {
          say(
            json
              ? #"{"data":\#(String(decoding: event.data, as: UTF8.self)),"id":"\#(event.id)","#
                + #""sequence":\#(event.sequence)}"#
              : "\(event.sequence)  \(EventLine(event).text)")
        }
        next = last.sequence + 1
      }
    }
  }
}
