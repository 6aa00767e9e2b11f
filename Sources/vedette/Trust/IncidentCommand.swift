import ArgumentParser
import Glibc
import Ledger
import Model
import Sharing
import Station

/// `vedette incident`: an event with its proof and the post's signature, as a page and as JSON.
struct IncidentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "incident",
    abstract: "Writes a signed report on one event, with its proof inside, as HTML and JSON.",
    discussion: """
      NAME.html and NAME.json say the same, need no network and no other file, and are checked with \
      "vedette verify --report". The report is signed with the post's key, so run this as the \
      daemon's user. An event of before a change of the key takes the old key, by --key.
      """)

  @Argument(help: KeptEvent.help)
  var event: String

  @Option(help: "The post's state folder.")
  var state = "/var/lib/vedette"

  @Option(
    help: ArgumentHelp("The signing key; else ledger.key of the state folder.", valueName: "file"))
  var key: String?

  @Option(help: "Names of the fields to disclose, with commas between; else all.")
  var fields: String?

  @Option(help: "Who makes the report, and for what, such as a case number.")
  var author = ""

  @Option(help: "What is to be said beside the event.")
  var remarks = ""

  @Option(
    name: [.short, .long], help: ArgumentHelp("Write NAME.html and NAME.json.", valueName: "name"))
  var output: String

  mutating func run() async throws {
    let command = self
    try await reporting {
      let bundle = try KeptEvent(command.event, state: command.state)
        .bundle(fields: command.fields)
      let seed = try KeyRotation.seed(at: command.key, state: command.state)
      let post = try EventLogReader(directory: command.state + "/ledger").post
      // That of the event's own epoch: report and proof are checked with one key.
      let origin = Checkpoint(bundle.proof.note.text)?.origin ?? ""
      guard let epoch = LogKey.epoch(of: origin),
        case let key = LogKey.key(of: post, log: .ledger, epoch: epoch, seed: seed),
        bundle.proof.note.isSigned(by: key)
      else {
        complain(
          "the event stands in \(origin), which is signed by another key than this one; name the "
            + "right one with --key")
        throw ExitStatus.badData
      }
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      let report = IncidentReport(
        of: bundle, key: key, post: post,
        made: WallTime(unixNanos: Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)),
        author: command.author, remarks: command.remarks, seed: seed)
      for (ending, bytes) in [(".html", report.page), (".json", report.json + [0x0A])] {
        guard WholeFile.write(bytes, to: command.output + ending) else {
          complain("\(command.output)\(ending) cannot be written")
          throw ExitStatus.inputOutput
        }
        say("written to \(command.output)\(ending)")
      }
    }
  }
}
