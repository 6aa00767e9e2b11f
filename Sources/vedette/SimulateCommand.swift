import ArgumentParser
import Captures
import Model
import Simulation
import SiteConfiguration
import Station

/// `vedette simulate`: a scene of a scenario as a capture or an observation case.
struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Makes a scene of a scenario: raw samples as a capture, or an observation case.",
    discussion: """
      A scenario says who moves about a site, in what weather, and what fails; a seed makes one of \
      many scenes of it (Docs/Simulation.md; examples in Docs/examples/scenarios). The same seed \
      gives the same bytes. --output writes what the devices would have given, with the truth \
      attached; --case what the sensors said after perception, with the truth beside it, for \
      vedette fuse and vedette score. A capture is always marked as an exercise.
      """)

  @Argument(help: "The scenario's file.")
  var scenario: String

  @Option(name: .shortAndLong, help: "The capture to write (.mcap).")
  var output: String?

  @Option(name: .customLong("case"), help: "Folder for the observation case; made when absent.")
  var caseFolder: String?

  @Option(help: "Seed of the scene; the scenario's own when absent.")
  var seed: UInt64?

  @Option(help: "Folder with device profiles, besides those beside the site file.")
  var profiles: [String] = []

  func validate() throws {
    guard output != nil || caseFolder != nil else {
      throw ValidationError("Say what to write: --output FILE.mcap, --case FOLDER, or both.")
    }
  }

  mutating func run() async throws {
    let command = self
    try await reporting { try command.simulate() }
  }

  private func simulate() throws {
    let file = try ScenarioFile.read(path: scenario)
    let capture = try SceneCapture(
      scenario: file, path: scenario, seed: seed ?? file.seed,
      profileFolders: profiles + LoadedSite.packageProfileFolders)
    let scene = capture.scene
    let crossings = scene.crossings().count
    let movers = scene.movers.count
    if let caseFolder {
      try SceneCase(scene).write(to: caseFolder)
      say(
        "\(caseFolder): \(file.name), seed \(scene.seed), \(movers) targets, \(crossings) crossings"
      )
    }
    if let output {
      let samples = try capture.write(to: output)
      say(
        "\(output): \(file.name), seed \(scene.seed), \(movers) targets, \(crossings) crossings, "
          + "\(samples) samples, exercise \(scene.site.exercise ?? "")")
    }
  }
}
