import ArgumentParser
import Calibration
import Captures
import Geodesy
import Model
import SiteConfiguration
import Station

/// `vedette calibrate coverage`: motion sensors' covers from a walk.
struct CalibrateCoverageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coverage",
    abstract:
      "Finds what motion sensors cover, how surely and how soon, from a walk with a receiver.",
    discussion: """
      WALK is a GPX track of somebody who walked through the covers from all sides, slowly and \
      running; CAPTURE is what the post recorded meanwhile. For each sensor that answered, azimuth, \
      angle and range, detection probability, latency and hold are fitted (Docs/Calibration.md). The \
      changes to the site file are printed as a diff that "patch" applies; nothing is changed. With \
      --map they are drawn: judge them by eye before you use them.
      """)

  @Argument(help: "The track (.gpx), with times.")
  var walk: String

  @Argument(help: "The capture of the same time (.mcap).")
  var capture: String

  @Option(help: "The site file to propose changes to; the one in the capture when absent.")
  var site: String?

  @Option(help: "Folder with device profiles, besides those beside the site file.")
  var profiles: [String] = []

  @Option(help: "Fit this sensor only; may be given again.")
  var sensor: [String] = []

  @Option(help: "SVG file for a map of the walk and the covers, as believed and as found.")
  var map: String?

  @Option(help: "File for the diff, instead of standard output.")
  var diff: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  mutating func run() async throws {
    let command = self
    try await reporting { try command.calibrate() }
  }

  private func calibrate() throws {
    let walked = try WalkedCapture(
      path: capture, site: site, profileFolders: profiles + LoadedSite.packageProfileFolders)
    let origin = walked.site.origin
    guard let bytes = WholeFile.read(walk, bytesMax: GPXReader.bytesMax) else {
      complain("\(walk): cannot be read, or holds more than \(GPXReader.bytesMax >> 20) MiB")
      throw ExitStatus.missing
    }
    let track: WalkTrack
    do {
      track = WalkTrack(
        try GPXReader.fixes(
          of: bytes,
          frame: LocalFrame(
            latitudeDegrees: origin.latitudeDegrees, longitudeDegrees: origin.longitudeDegrees,
            heightMetres: origin.heightMetres)))
    } catch {
      complain("\(walk): \(error)")
      throw ExitStatus.badData
    }
    guard track.end > walked.span.lowerBound, track.start < walked.span.upperBound else {
      complain(
        "\(walk): the walk and the capture \(capture) have no time in common; export the track with "
          + "times in UTC, and check the post's clock")
      throw ExitStatus.badData
    }
    let (fits, refusals) = try fit(walked, track)
    for refusal in refusals { complain("\(refusal)") }
    guard !fits.isEmpty else {
      complain("\(walk): no sensor's cover could be fitted")
      throw ExitStatus.badData
    }
    if let map {
      let svg = CoverageMap.svg(fits, track: track, lines: walked.site.lines)
      try TextOutput.write(Array(svg.utf8), to: map)
    }
    let proposal = CoverageProposal(
      fits, siteText: walked.siteText, path: site ?? "site.yaml",
      source: "walk test, \(fileName(walk))")
    if let diff { try TextOutput.write(Array(proposal.diff.utf8), to: diff) }
    let report = CoverageReport(
      fits: fits, clockSeconds: walked.clockUncertainty, diff: diff == nil ? proposal.diff : nil)
    say(json ? report.json : report.text)
    for name in proposal.unplaced {
      complain("warning: \(name): its entry in the site file is to be changed by hand")
    }
    for entry in fits {
      for warning in entry.fit.warnings { complain("warning: \(entry.sensor.name): \(warning)") }
    }
  }

  private func fit(
    _ walked: WalkedCapture, _ track: WalkTrack
  ) throws -> ([(sensor: Sensor, fit: CoverageFit)], [CalibrationRefusal]) {
    for name in sensor where !walked.site.sensors.contains(where: { $0.name == name }) {
      complain("no sensor \"\(name)\" at this site")
      throw ExitStatus.badData
    }
    var fits: [(sensor: Sensor, fit: CoverageFit)] = []
    var refusals: [CalibrationRefusal] = []
    for (index, one) in walked.site.sensors.enumerated() {
      guard let motion = one.motion, sensor.isEmpty || sensor.contains(one.name) else { continue }
      let pulses = MotionPulses.pulses(
        of: walked.edges[index], isActiveLow: motion.isActiveLow,
        debounceSeconds: Double(motion.debounceNanos) * 1e-9)
      do {
        fits.append((one, try CoverageFit(sensor: one, track: track, pulses: pulses)))
      } catch {
        refusals.append(error)
      }
    }
    return (fits, refusals)
  }

  private func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
