import ArgumentParser
import SiteConfiguration
import Station

/// `vedette check`: a site file and its profiles, each mistake explained.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a site file and its device profiles, and explains each mistake.")

  @Argument(help: "The site file.")
  var file: String

  @Option(help: "Folder with device profiles, besides those beside the site file.")
  var profiles: [String] = []

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() throws {
    let report = CheckReport.check(
      sitePath: file, profileFolders: profiles + LoadedSite.packageProfileFolders,
      hash: LoadedSite.sha256)
    say((json ? report.json : report.text).trimmingSuffix { $0.isNewline })
    if report.exitStatus != 0 { throw ExitCode(report.exitStatus) }
  }
}
