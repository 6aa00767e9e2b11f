import ArgumentParser
import Foundation
import Logging
import SiteConfiguration
import Station

/// `vedette record`: raw samples of the devices into a capture.
struct RecordCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Records the raw samples of a site's devices into a capture.",
    discussion: """
      The devices must be free: stop the service first, or start it with --record. The capture also \
      carries the events of the run, so that a replay can be compared with it.
      """)

  @Option(help: "The site file.")
  var config = "/etc/vedette/site.yaml"

  @Option(help: "Folder with device profiles, besides those beside the site file.")
  var profiles: [String] = []

  @Option(name: .shortAndLong, help: "The capture to write.")
  var output: String

  @Option(help: "End after so many seconds.")
  var seconds: Double?

  func validate() throws {
    guard seconds.map({ $0 > 0 && $0 < 1e9 }) ?? true else {
      throw ValidationError("--seconds is a time above 0")
    }
  }

  mutating func run() async throws {
    SignalWatch.catchSignals()
    let (path, folders) = (config, profiles + LoadedSite.packageProfileFolders)
    let (output, seconds) = (output, seconds)
    _ = try await reporting {
      try await LiveRun(
        origin: .devices, recordPath: output, seconds: seconds,
        reader: { () throws(ConfigurationErrors) in
          try LoadedSite(path: path, profileFolders: folders)
        }
      ).run { say($0) }
    }
    say("recorded \(output)")
  }
}
