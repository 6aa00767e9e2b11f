import ArgumentParser
import Glibc
import Logging
import Station

/// `vedette demo`: the whole daemon on a simulated site.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Runs the whole daemon on a simulated site: no hardware, no root.")

  @Option(help: "End by itself after so many seconds.")
  var seconds: Double?

  @Option(help: "TCP port of the live stream; 0 lets the kernel choose.")
  var port = 8420

  @Option(help: "Folder for the demo's ledger.")
  var state: String?

  @Option(help: "Record all raw samples into this capture.")
  var record: String?

  func validate() throws {
    guard seconds.map({ $0 > 0 && $0 < 1e9 }) ?? true else {
      throw ValidationError("--seconds is a time above 0")
    }
  }

  mutating func run() async throws {
    SignalWatch.catchSignals()
    let folder = state ?? Self.defaultState
    say("Vedette demo: a simulated border post, all of the real daemon; every event is an EXERCISE")
    say("Ledger:       \(folder)/ledger")
    let start = ContinuousClock.now
    let demo = DemoRun(seconds: seconds, stateDirectory: folder, port: port, recordPath: record)
    let logger = Logger(label: "vedette") { StationLogHandler(label: $0, level: .warning) }
    let summary = try await reporting { try await demo.run(logger: logger) { say($0) } }
    say("")
    say("Demo over: \(summary.events) events are durable in the ledger.")
    for (combination, count) in summary.crossings.sorted(by: { $0.key < $1.key }) {
      say("  \(combination): \(count) crossing \(count == 1 ? "report" : "reports")")
    }
    let isWholeScene = ContinuousClock.now - start >= .seconds(Self.sceneSeconds)
    guard summary.missing.isEmpty || !isWholeScene else {
      say("FAILED: no crossing was seen by: \(summary.missing.joined(separator: ", "))")
      throw ExitStatus.wrong
    }
    say("OK: the demo ended well.")
  }

  /// By then the scenario has shown each combination of sensors once.
  private static let sceneSeconds = 18

  private static var defaultState: String {
    let base =
      getenv("XDG_STATE_HOME").map { String(cString: $0) }
      ?? (getenv("HOME").map { String(cString: $0) } ?? "/tmp") + "/.local/state"
    return base + "/vedette/demo"
  }
}
