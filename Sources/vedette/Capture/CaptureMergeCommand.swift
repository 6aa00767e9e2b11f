import ArgumentParser
import Captures

/// `vedette capture merge`: captures of several posts, or of one run, in one file.
struct CaptureMergeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Puts captures of several posts, or several captures of one run, into one file.",
    discussion: """
      Of several posts, each keeps all that it recorded under its own name (topics east/gpio, \
      west/camera/mast, attachments east/site.yaml), in UTC: open the file in a viewer and see all posts \
      side by side. Posts are not fused: each is replayed, explained, exported under its own site file \
      alone. Name it behind the file, wherever a capture is asked for: vedette replay all.mcap#east, \
      vedette capture cut all.mcap#east -o east.mcap. Two runs of one post are east@1 and east@2, in the \
      order in which they are named here, and must not overlap in time.

      Captures of one run (cuts, kept captures) become one capture of that run; what two of them hold \
      is written once and counted.
      """)

  @Argument(help: "The captures, 2 to 64; of a merged one, name a run: all.mcap#east.")
  var captures: [String]

  @Option(name: .shortAndLong, help: "The capture to write; one that is there is not overwritten.")
  var output: String

  mutating func run() async throws {
    let command = self
    try await reporting {
      let report = try CaptureMerge().run(from: command.captures, to: command.output)
      let runs =
        report.runs.count == 1
        ? "one run of \(report.runs[0])"
        : "runs " + report.runs.map { "\(command.output)#\($0)" }.joined(separator: ", ")
      say("\(command.output): \(report.messages) messages, \(runs)")
      if report.duplicates > 0 {
        say("\(report.duplicates) messages were in two captures and are written once")
      }
      if report.chunksLost > 0 { say("\(report.chunksLost) damaged places left out") }
      for (input, place) in report.truncations {
        complain(
          "\(input) is cut off at byte \(place.offset), \(place.bytesLost) bytes lost; "
            + "\(command.output) holds the part before")
      }
      if !report.truncations.isEmpty || report.chunksLost > 0 { throw ExitStatus.wrong }
    }
  }
}
