import ArgumentParser
import Station

/// The technician's and the center's command line.
@main
struct Vedette: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vedette",
    abstract: "Tools of the sentry: try, check, record, replay, look into.",
    version: SoftwareVersion.text,
    subcommands: [
      DemoCommand.self, CheckCommand.self, DevicesCommand.self, CalibrateCommand.self,
      RecordCommand.self, ReplayCommand.self, ExplainCommand.self, ReportCommand.self,
      CaptureCommand.self, FuseCommand.self, DetectCommand.self, SimulateCommand.self,
      ScoreCommand.self, MAVLinkCommand.self,
      EventsCommand.self, VerifyCommand.self, ProofCommand.self, IncidentCommand.self,
      AgreementCommand.self, AuditCommand.self, LedgerCommand.self, ReceiveCommand.self,
      HubCommand.self,
    ])
}
