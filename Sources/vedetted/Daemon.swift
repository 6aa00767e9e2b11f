import ArgumentParser
import Logging
import SiteConfiguration
import Station

/// The daemon's `main`: reads the site file, runs the post, ends when told to.
@main
struct Daemon: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vedetted",
    abstract: "The sentry of a border post: reads sensors, decides crossings, publishes events.",
    version: SoftwareVersion.text)

  @Option(help: "The site file.")
  var config = "/etc/vedette/site.yaml"

  @Option(help: "Folder with device profiles, besides those beside the site file.")
  var profiles: [String] = []

  @Option(help: "Folder for the ledger instead of the site file's state_directory.")
  var state: String?

  @Option(help: "Record all raw samples into this capture; FILE-2.mcap after a reload of sensors.")
  var record: String?

  @Option(
    help: ArgumentHelp(
      "Only tell the quality of the clock in this file, for a daemon that may not ask the kernel.",
      valueName: "file"))
  var clockWitness: String?

  @Flag(help: "Log more.")
  var verbose = false

  mutating func run() async throws {
    let level: Logger.Level = verbose ? .debug : .info
    let logger = Logger(label: "vedetted") { StationLogHandler(label: $0, level: level) }
    if let clockWitness {
      try await ClockWitness(path: clockWitness).run()
      return
    }
    SignalWatch.catchSignals()
    let (path, folders) = (config, profiles + LoadedSite.packageProfileFolders)
    let station: Station
    do {
      station = try Station(
        options: Station.Options(recordPath: record, stateDirectory: state), logger: logger
      ) { () throws(ConfigurationErrors) in
        try LoadedSite(path: path, profileFolders: folders)
      }
    } catch let errors as ConfigurationErrors {
      logger.critical("the configuration cannot be used; nothing was started:\n\(errors)")
      throw ExitCode(errors.exitStatus)
    } catch {
      logger.critical("\(error)")
      throw ExitCode(Station.exitStatus(for: error))
    }
    let signals = SignalWatch(
      onStop: { station.stop() }, onReload: { station.reload() })
    defer { signals.end() }
    do {
      try await station.run { port in
        if let port { logger.notice("listening on port \(port)") }
      }
    } catch {
      logger.critical("\(error)")
      throw ExitCode(Station.exitStatus(for: error))
    }
    logger.notice("stopped; \(station.durableSequence) events in the ledger")
  }
}
