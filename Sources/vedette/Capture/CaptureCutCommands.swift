import ArgumentParser
import Captures
import Model

/// `vedette capture repair`: a damaged capture made whole again as far as it goes.
struct CaptureRepairCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract:
      "Writes the sound part of a damaged or cut-off capture as a whole one, with its index.")

  @Argument(help: "The capture; it is left as it is.")
  var capture: String

  @Option(name: .shortAndLong, help: "The capture to write.")
  var output: String

  mutating func run() async throws {
    let (capture, output) = (capture, output)
    try await reporting {
      let report = try CaptureCopy().run(from: capture, to: output)
      say(
        "\(output): \(report.messages) messages kept, \(report.chunksLost) damaged places left out")
      if let truncation = report.truncation {
        say(
          "the capture was cut off at byte \(truncation.offset), \(truncation.bytesLost) bytes behind "
            + "it are lost")
      }
    }
  }
}

/// `vedette capture cut`: a part of a capture.
struct CaptureCutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cut",
    abstract: "Writes a part of a capture: a span of time, chosen channels, or without pictures.",
    discussion: """
      A part says of itself that it is one: a replay then takes its samples at the times at which \
      they were recorded, and does not expect the events of the whole run.
      """)

  @Argument(help: "The capture.")
  var capture: String

  @Option(help: "First second that is taken, counted from the capture's beginning.")
  var from = 0.0

  @Option(help: "Last second that is taken.")
  var to: Double?

  @Option(help: "Topic that is taken, or a beginning with / at its end (camera/); may be repeated.")
  var channel: [String] = []

  @Flag(help: "Leave out all pictures.")
  var withoutPictures = false

  @Option(name: .shortAndLong, help: "The capture to write.")
  var output: String

  func validate() throws {
    guard from >= 0, from < 1e9, (to ?? from) >= from, (to ?? 0) < 1e9 else {
      throw ValidationError(
        "--from and --to are seconds from the beginning, --to not before --from")
    }
  }

  mutating func run() async throws {
    let command = self
    try await reporting {
      var copy = CaptureCopy()
      if command.from > 0 || command.to != nil {
        copy.span = try CaptureSpan.of(command.capture, from: command.from, to: command.to)
      }
      if !command.channel.isEmpty { copy.topics = command.channel }
      copy.leavesOutPictures = command.withoutPictures
      let report = try copy.run(from: command.capture, to: command.output)
      say("\(command.output): \(report.messages) messages")
    }
  }
}

/// Seconds from a capture's beginning as its own times.
enum CaptureSpan {
  /// The span from second `from` to second `to`, or to the end.
  static func of(
    _ capture: String, from: Double, to: Double?
  ) throws(CaptureError) -> ClosedRange<Instant> {
    let start = try CaptureInfo(path: capture).start ?? Instant(monotonicNanos: 0)
    let first = start.advanced(byNanos: Int64(from * 1e9))
    return
      first...(to.map { start.advanced(byNanos: Int64($0 * 1e9)) }
      ?? Instant(monotonicNanos: .max))
  }
}
