import ArgumentParser
import Captures
import SiteConfiguration
import Station

/// `vedette capture export`: what a capture tells, for other programs.
struct CaptureExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a capture for other programs: events, positions, detections, or a film.",
    discussion: """
      csv: one table of all that has a time: events in every version, positions of own drones and \
      patrols, aircraft, detections, edges, motion, health. geojson: the site, every version of \
      every event with its path, detections with a place, tracks of positions. kml and gpx: \
      crossings in their newest version without those retracted, their paths, tracks of positions; \
      kml also the site. mp4: a film of one camera (H.264 by ffmpeg), the capture replayed: green boxes \
      are what vision found, crosses the tracks where the camera sees them, below stand the events for \
      five seconds each; silences of the camera above five seconds are cut short. Places are WGS84, times UTC. The file tells where patrols were: what a \
      partner may see is given by an agreement, not by an export.
      """)

  @Argument(help: "The capture; it is left as it is.")
  var capture: String

  @Option(help: "csv, geojson, kml, gpx or mp4.")
  var format: String

  @Option(help: "With mp4: the camera; may be left out where there is one only.")
  var camera: String?

  @Option(help: "With mp4: begin so many seconds after the capture's beginning.")
  var from = 0.0

  @Option(help: "With mp4: end so many seconds after the capture's beginning.")
  var to: Double?

  @Option(help: "The file to write; one that is there is not overwritten.")
  var out: String

  @Flag(help: "Print the summary as JSON.")
  var json = false

  func validate() throws {
    let isFilm = format == "mp4"
    guard isFilm || CaptureExport.Format(rawValue: format) != nil else {
      throw ValidationError("--format takes csv, geojson, kml, gpx or mp4, not '\(format)'")
    }
    guard isFilm || (camera == nil && from == 0 && to == nil) else {
      throw ValidationError("--camera, --from and --to belong to --format mp4")
    }
    guard from >= 0, from < 1e9, (to ?? from) >= from, (to ?? 0) < 1e9 else {
      throw ValidationError(
        "--from and --to are seconds from the beginning, --to not before --from")
    }
  }

  mutating func run() async throws {
    if format == "mp4" { return try await film() }
    let (capture, format, out, json) = (capture, format, out, json)
    let report = try await reporting {
      let bundle = try CaptureReader(path: capture).siteBundle
      let loaded = try LoadedSite(bundle: SiteBundle(decoding: bundle))
      return try CaptureExport(
        CaptureExport.Format(rawValue: format) ?? .csv, site: loaded.configuration.site
      ).run(from: capture, to: out)
    }
    if json {
      say(
        #"{"changes":\#(report.changes),"detections":\#(report.detections),"#
          + #""events":\#(report.events),"is_truncated":\#(report.truncation != nil),"#
          + #""left_out":\#(report.leftOut),"positions":\#(report.positions)}"#)
    } else {
      say(
        "\(out): \(report.events) events, \(report.positions) positions, "
          + "\(report.detections) detections, \(report.changes) changes of sensors; "
          + "\(report.leftOut) records left out, for which \(format) has no place")
    }
    if let truncation = report.truncation {
      complain(
        "the capture is cut off at byte \(truncation.offset), \(truncation.bytesLost) bytes lost; "
          + "\(out) holds the part before")
      throw ExitStatus.wrong
    }
  }

  private func film() async throws {
    let (name, report, truncation) = try await reporting {
      try CaptureFilm.make(of: capture, camera: camera, to: out, from: from, to: to)
    }
    if json {
      say(
        #"{"camera":\#(quoted(name)),"damaged":\#(report.damaged),"frames":\#(report.frames),"#
          + #""gaps":\#(report.gaps),"is_truncated":\#(truncation != nil),"#
          + #""skipped":\#(report.skipped)}"#)
    } else {
      say(
        "\(out): \(report.frames) pictures of \(name); \(report.skipped) of the same moment left out, "
          + "\(report.damaged) damaged, \(report.gaps) silences cut short")
    }
    if let truncation {
      complain("the capture is cut off \(truncation); \(out) shows the part before")
      throw ExitStatus.wrong
    }
  }
}
