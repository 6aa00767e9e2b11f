import ArgumentParser
import Captures
import Foundation
import Model
import Publishing
import SiteConfiguration
import Station

/// `vedette report`: what happened, as one page.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes what happened at a post as one HTML page that opens without a network.",
    discussion: """
      Of a capture: crossings on a map, what each sensor told and its health over the time, and what \
      looks like a false alarm, and of each crossing what its cameras saw. With --state and --site instead of a capture: the same from the \
      events of a ledger that no daemon is writing, without what sensors told beside them.
      """)

  @Argument(help: "The capture; without it the ledger of --state is reported.")
  var capture: String?

  @Option(help: "The HTML file to write.")
  var out: String

  @Option(help: "The post's state folder.")
  var state = "/var/lib/vedette"

  @Option(help: "The site file; for a capture instead of its own configuration.")
  var site: String?

  @Option(help: "Of a ledger: first moment, UTC, such as 2026-03-01T18:00:00Z.")
  var from: String?

  @Option(help: "Of a ledger: last moment.")
  var to: String?

  @Flag(help: "Print the report as JSON too.")
  var json = false

  func validate() throws {
    if capture != nil {
      guard from == nil, to == nil else {
        throw ValidationError("--from and --to are for a ledger; cut the capture instead")
      }
    } else {
      guard site != nil else {
        throw ValidationError("the report of a ledger needs --site, for the map")
      }
    }
    for text in [from, to].compactMap(\.self) where PostReport.unixSeconds(of: text) == nil {
      throw ValidationError("'\(text)' is no time; expected UTC such as 2026-03-01T18:00:00Z")
    }
  }

  mutating func run() async throws {
    let command = self
    try await reporting {
      let (report, site) = try command.report()
      try Data(report.page(site: site).utf8).write(to: URL(filePath: command.out))
      say(command.json ? try report.json() : report.text)
      if !command.json { say("written to \(command.out)") }
    }
  }

  private func report() throws -> (PostReport, Site) {
    if let capture {
      let reader = try CaptureReader(path: capture)
      let bundle = reader.siteBundle
      let loaded =
        if let site { try Self.loaded(site) } else {
          try LoadedSite(bundle: SiteBundle(decoding: bundle))
        }
      var site = loaded.configuration.site
      site.exercise = site.exercise ?? reader.header.exercise
      let report = try PostReport(capture: capture, site: site, isOtherSite: self.site != nil)
      return (report, site)
    }
    let site = try Self.loaded(site ?? "").configuration.site
    let events = try storedEvents()
    let moments = events.compactMap { PostReport.unixSeconds(of: $0) }
    let start = from.flatMap(PostReport.unixSeconds) ?? moments.min() ?? 0
    let end = to.flatMap(PostReport.unixSeconds) ?? moments.max() ?? start
    let report = PostReport(
      events: events, source: state + "/ledger", site: site, from: start, to: max(start, end))
    return (report, site)
  }

  private static func loaded(_ path: String) throws -> LoadedSite {
    try LoadedSite(path: path, profileFolders: LoadedSite.packageProfileFolders)
  }

  private func storedEvents() throws -> [StoredEvent] {
    let store = try LedgerStore(directory: state + "/ledger")
    let newest = try store.newestSequence()
    var next = try store.oldestSequence()
    var all: [StoredEvent] = []
    let (first, last) = (from.flatMap(PostReport.unixSeconds), to.flatMap(PostReport.unixSeconds))
    func isWanted(_ event: StoredEvent) -> Bool {
      // What became of sensors' health before is known by earlier events.
      guard first != nil || last != nil, event.type.contains("crossing"),
        let moment = PostReport.unixSeconds(of: event)
      else { return true }
      return moment >= first ?? moment && moment <= last ?? moment
    }
    while next <= newest {
      let events = try store.events(from: next, through: newest, limit: 500)
      guard let last = events.last else { break }
      // Of a ledger of years only what is asked for is kept in memory.
      all += events.filter(isWanted)
      next = last.sequence + 1
    }
    return all
  }
}
