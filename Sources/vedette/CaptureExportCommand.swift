import ArgumentParser
import Captures
import SiteConfiguration
import Station

/// `vedette capture export`: what a capture tells, for other programs.
struct CaptureExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a capture's events, positions and detections for other programs.",
    discussion: """
      csv: one table of all that has a time: events in every version, positions of own drones and \
      patrols, aircraft, detections, edges, motion, health. geojson: the site, every version of \
      every event with its path, detections with a place, tracks of positions. kml and gpx: \
      crossings in their newest version without those retracted, their paths, tracks of positions; \
      kml also the site. Places are WGS84, times UTC. The file tells where patrols were: what a \
      partner may see is given by an agreement, not by an export.
      """)

  @Argument(help: "The capture; it is left as it is.")
  var capture: String

  @Option(help: "csv, geojson, kml or gpx.")
  var format: String

  @Option(help: "The file to write; one that is there is not overwritten.")
  var out: String

  @Flag(help: "Print the summary as JSON.")
  var json = false

  func validate() throws {
    guard CaptureExport.Format(rawValue: format) != nil else {
      throw ValidationError("--format takes csv, geojson, kml or gpx, not '\(format)'")
    }
  }

  mutating func run() async throws {
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
}
