import ArgumentParser
import Captures
import Ledger
import Station

/// `vedette ledger hold`: an event that must stay.
struct EventHoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Puts an event under legal hold, or ends the hold.",
    discussion: """
      A whole copy of the event with its proof is kept beside the ledger until the last day of the \
      hold is over; retention of the ledger goes on for all others. The daemon erases the copy then, \
      within a minute, and puts that on record. Run it as the daemon's user.
      """)

  @Argument(help: KeptEvent.help)
  var event: String

  @Option(help: "The post's state folder.")
  var state = "/var/lib/vedette"

  @OptionGroup var options: HoldOptions

  mutating func run() async throws {
    let command = self
    try await reporting {
      let bundle = try KeptEvent(command.event, state: command.state).bundle(fields: nil)
      guard let checkpoint = Checkpoint(bundle.proof.note.text),
        let epoch = LogKey.epoch(of: checkpoint.origin)
      else { throw ExitStatus.badData }
      let place = EventCursor(epoch: epoch, sequence: bundle.proof.index + 1)
      let holds = EventHolds(state: command.state)
      if let hold = try command.options.hold() {
        try holds.put(hold, on: place, bundle)
        return say("event \(place.sequence): held for \(hold.owner) until \(hold.until)")
      }
      guard try holds.end(place) else {
        complain("event \(command.event) is under no legal hold")
        throw ExitStatus.badData
      }
      say("event \(place.sequence): no longer held; the daemon erases the copy and records it")
    }
  }
}

/// `vedette ledger holds`: which events are held, for whom, until when.
struct EventHoldsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "holds", abstract: "Lists the events under legal hold.")

  @Option(help: "The post's state folder.")
  var state = "/var/lib/vedette"

  @Flag(help: "Print JSON, one object a line.")
  var json = false

  mutating func run() async throws {
    for entry in EventHolds(state: state).entries() {
      let (place, id) = (entry.place, entry.bundle?.eventID ?? "")
      let hold = entry.hold
      if json {
        func word(_ text: String?) -> String { text.map { quoted($0) } ?? "null" }
        say(
          #"{"cursor":"\#(place)","event":\#(quoted(id)),"owner":\#(word(hold?.owner)),"#
            + #""reason":\#(word(hold?.reason)),"until":\#(word(hold?.until))}"#)
      } else {
        let text = hold.map { "held for \($0.owner) until \($0.until)" }
        say("\(place.sequence)  \(id)  \(text ?? "held: its hold.json cannot be read")")
      }
    }
  }
}
