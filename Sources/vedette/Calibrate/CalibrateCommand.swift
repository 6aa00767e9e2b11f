import ArgumentParser

/// `vedette calibrate`: sensors fitted to what was measured at the site.
struct CalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate", abstract: "Fits sensors to what was measured at the site.",
    subcommands: [CalibrateCameraCommand.self, CalibrateCoverageCommand.self])
}
