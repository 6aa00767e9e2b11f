import ArgumentParser
import Captures
import Foundation
import Model
import SiteConfiguration
import Station

/// `vedette explain`: why an event came, or why none did.
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tells why an event came, or with --why-not why none did.",
    discussion: """
      vedette explain EVENT --capture demo.mcap replays the capture and tells each observation that \
      entered the event's track, how far it was from it, what the odds were before and after, and \
      what the decision needed. EVENT is the event's id or its beginning. Without --capture the \
      flight recorder's captures of --state are looked through, newest first.

      vedette explain --why-not 2026-03-01T02:10:00Z 52.2411,23.4210 --capture demo.mcap tells the \
      track nearest to that place and time, what kept it from becoming an event, and what the \
      sensors that covered the place told. The time may be seconds from the capture's beginning.
      """)

  @Argument(help: "The event's id or its beginning; with --why-not the place, LATITUDE,LONGITUDE.")
  var subject: String

  @Option(help: "Ask why there was no event at this time, at the place given.")
  var whyNot: String?

  @Option(help: "The capture.")
  var capture: String?

  @Option(help: "The post's state folder, when no capture is given.")
  var state = "/var/lib/vedette"

  @Option(help: "Use this site file instead of the configuration in the capture.")
  var site: String?

  @Flag(help: "Print one JSON object with every step.")
  var json = false

  /// Latitude and longitude, degrees.
  private var place: (Double, Double)? {
    let parts = subject.split(separator: ",").compactMap {
      Double($0.trimmingCharacters(in: .whitespaces))
    }
    guard parts.count == 2, abs(parts[0]) <= 85, abs(parts[1]) <= 180 else { return nil }
    return (parts[0], parts[1])
  }

  func validate() throws {
    if whyNot != nil {
      guard place != nil else {
        throw ValidationError(
          "--why-not takes a time and a place, LATITUDE,LONGITUDE in degrees, not '\(subject)'")
      }
      guard capture != nil else { throw ValidationError("--why-not needs --capture") }
    } else {
      let isID = subject.utf8.count >= 4 && subject.allSatisfy { $0.isHexDigit || $0 == "-" }
      guard isID else {
        throw ValidationError("'\(subject)' is no event id; expected at least its first 4 digits")
      }
    }
  }

  mutating func run() async throws {
    let command = self
    try await reporting {
      if let time = command.whyNot, let place = command.place, let capture = command.capture {
        let site = try command.loaded(for: capture)
        let absence = try Absence(
          at: time, latitude: place.0, longitude: place.1, capture: capture, site: site,
          isOtherSite: command.site != nil)
        say(command.json ? try absence.json() : absence.text)
        return
      }
      let capture = try command.capture ?? command.keptCapture()
      let explanation = try Explanation(
        of: command.subject, capture: capture, site: try command.loaded(for: capture),
        isOtherSite: command.site != nil)
      say(command.json ? try explanation.json() : explanation.text)
    }
  }

  private func loaded(for capture: String) throws -> Site {
    let reader = try CaptureReader(path: capture)
    let bundle = reader.siteBundle
    let loaded =
      if let site {
        try LoadedSite(path: site, profileFolders: LoadedSite.packageProfileFolders)
      } else {
        try LoadedSite(bundle: SiteBundle(decoding: bundle))
      }
    var site = loaded.configuration.site
    site.exercise = site.exercise ?? reader.header.exercise
    return site
  }

  /// The newest capture of the flight recorder that was kept for the event.
  private func keptCapture() throws -> String {
    let folder = state + "/captures"
    let entries = try CaptureVault.entries(of: folder, now: WallTime(unixNanos: 0))
    for entry in entries.reversed() {
      let path = "\(folder)/\(entry.name)/\(entry.name).mcap"
      let reason = try CaptureReader(path: path).header.part?.reason ?? ""
      if reason.split(separator: ", ").contains(where: { $0.hasPrefix(subject.lowercased()) }) {
        return path
      }
    }
    throw CaptureError(
      .inputOutput, operation: "find", subject: folder,
      reason: "none of its \(entries.count) captures was kept for event \(subject); it may have "
        + "been let go by age or room, or give --capture")
  }
}
