import ArgumentParser
import Captures
import Foundation
import Model
import Scoring
import SiteConfiguration
import Station

/// `vedette replay`: a capture into events, compared with those of its own run.
struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Replays a capture into events: the same capture gives the same events.",
    discussion: """
      vedette replay --compare A.mcap --against new.yaml replays one capture under its own \
      configuration (or that of --site) and under another; --against B.mcap compares with another \
      capture, --against events.jsonl with the events of another run or build. Told are the events \
      lost, gained and changed, with the reason where the runs part; exit 1 when there are any.

      --channel and --without replay as if there had been no other sensors, or not these. With --compare \
      they are those of --against: with the same capture on both sides, --without pir-west tells which \
      events there were only by that sensor.

      On a terminal the replay is shown: how far it is, the site with its tracks, the last events. \
      There space pauses and goes on, s goes on to the next observation of a sensor, e to the next \
      event, q ends; --plain gives lines instead, as into a file. What is decided does not depend on it.
      """)

  @Argument(help: "The capture.")
  var capture: String?

  @Option(help: "Compare this capture, or events that --events wrote, with --against.")
  var compare: String?

  @Option(help: "With --compare: a capture, a site file, or events that --events wrote.")
  var against: String?

  @Option(help: "1 is real time, 4 four times as fast, max as fast as it goes.")
  var speed = "max"

  @Option(help: "Begin so many seconds after the capture's beginning.")
  var from = 0.0

  @Option(help: "End so many seconds after the capture's beginning.")
  var to: Double?

  @Option(
    help: """
      Take only this: a channel of raw samples (gpio, camera/NAME, serial/LINK), channels that begin so \
      (camera/), a camera or a motion sensor; may be repeated.
      """)
  var channel: [String] = []

  @Option(help: "Leave this out, named as with --channel; may be repeated.")
  var without: [String] = []

  @Option(help: "Use this site file instead of the configuration in the capture.")
  var site: String?

  @Option(help: "Write the events' data to this file, one JSON object a line.")
  var events: String?

  @Option(help: "With --compare: write the comparison to this file, one HTML page.")
  var html: String?

  @Flag(
    help: """
      Feed the whole daemon in real time: edges and frames from the file, serial bytes through a \
      pseudo-terminal.
      """)
  var live = false

  @Flag(help: "On a terminal too: events as plain lines, no view. The keys work all the same.")
  var plain = false

  @Option(help: "With --live: record the run into this capture.")
  var record: String?

  @Option(help: "With --live: keep ledger, captures and snapshots of the run in this folder.")
  var state: String?

  @Flag(help: "Print the summary as JSON, and no events.")
  var json = false

  func validate() throws {
    guard speed == "max" || (Double(speed).map { $0 > 0 && $0 <= 1_000 } ?? false) else {
      throw ValidationError("--speed takes max or a number above 0 and at most 1000")
    }
    guard from >= 0, from < 1e9, (to ?? from) >= from, (to ?? 0) < 1e9 else {
      throw ValidationError(
        "--from and --to are seconds from the beginning, --to not before --from")
    }
    guard (compare == nil) == (against == nil) else {
      throw ValidationError("--compare and --against belong together")
    }
    guard (capture == nil) != (compare == nil) else {
      throw ValidationError(
        capture == nil ? "a capture is needed" : "with --compare there is no further capture")
    }
    guard html == nil || compare != nil else { throw ValidationError("--html needs --compare") }
    guard !live || channel.isEmpty && without.isEmpty else {
      throw ValidationError("--channel and --without go without --live")
    }
    guard compare == nil || (!live && record == nil && events == nil && speed == "max") else {
      throw ValidationError("--compare goes without --live, --record, --events and --speed")
    }
  }

  mutating func run() async throws {
    // Only a live run looks for them; all else ends by them as any program does.
    if live { SignalWatch.catchSignals() }
    if let compare, let against {
      try await tellComparison(of: compare, with: against)
    } else if let capture {
      try await replay(capture)
    }
  }

  private func tellComparison(of a: String, with b: String) async throws {
    let pair = ComparedPair(
      a: a, b: b, site: site, from: from, to: to, only: channel, without: without)
    let comparison = try await reporting { try pair.comparison() }
    if let html {
      try await reporting {
        let page = comparison.page(over: try pair.ground(of: comparison))
        try write(Array(page.utf8), to: html)
      }
    }
    say(json ? try comparison.json() : comparison.text)
    if !comparison.isSame { throw ExitStatus.wrong }
  }

  private func replay(_ capture: String) async throws {
    try await reporting {
      let reader = try CaptureReader(path: capture)
      let bundle = reader.siteBundle
      let loaded =
        if let site {
          try LoadedSite(path: site, profileFolders: LoadedSite.packageProfileFolders)
        } else {
          try LoadedSite(bundle: SiteBundle(decoding: bundle))
        }
      if live {
        try await replayLive(capture, loaded)
      } else {
        try replay(capture, loaded, exercise: reader.header.exercise)
      }
    }
  }

  private func replay(_ capture: String, _ loaded: LoadedSite, exercise: String?) throws {
    var site = loaded.configuration.site
    // What was recorded in an exercise stays one.
    site.exercise = site.exercise ?? exercise
    var lines: [UInt8] = []
    let showsEvents = !json
    let span = from > 0 || to != nil ? try CaptureSpan.of(capture, from: from, to: to) : nil
    let isAll = channel.isEmpty && without.isEmpty
    let run = try CaptureReplay(
      path: capture, site: site, isOtherSite: self.site != nil, span: span,
      inputs: isAll ? nil : ReplayInputs(of: site, only: channel, without: without))
    let desk =
      json || !Terminal.isThere
      ? nil
      : ReplayDesk(
        title: title(of: capture, site), site: site, seconds: try length(of: capture),
        speed: Double(speed), isPlain: plain)
    defer { desk?.close() }
    let report = try run.run(speed: Double(speed), audience: desk) { event, data in
      let data = data.withUnsafeBytes { Array($0) }
      if events != nil { lines += data + [UInt8(ascii: "\n")] }
      if showsEvents, desk == nil { say(EventLine(data: data).text) }
    }
    desk?.close()
    if let events { try write(lines, to: events) }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      say(String(decoding: try encoder.encode(report), as: UTF8.self))
    } else {
      summarise(report)
    }
    if report.isIdentical == false || report.truncation != nil { throw ExitStatus.wrong }
  }

  private func title(of capture: String, _ site: Site) -> String {
    let name = capture.split(separator: "/").last.map(String.init) ?? capture
    return "\(name)  post \(site.post)" + (site.exercise.map { "  EXERCISE \($0)" } ?? "")
  }

  /// Seconds that the replay goes over; nothing for an empty capture.
  private func length(of capture: String) throws -> Double? {
    let index = try CaptureReader(path: capture).index()
    guard let first = index.start, let last = index.end, last > first else { return nil }
    let all = Double(last - first) * 1e-9
    return max(0, min(all, to ?? all) - from)
  }

  private func summarise(_ report: CaptureReplay.Report) {
    let times = report.captureSeconds / max(report.replaySeconds, 1e-9)
    say(
      "\(report.samples) samples, \(report.arrivals) observations, \(report.crossings) crossing "
        + "reports, \(report.events) events in all; \(String(format: "%.1f", report.captureSeconds))"
        + " s replayed in \(String(format: "%.2f", report.replaySeconds)) s"
        + " (\(String(format: "%.1f", times)) times real time)")
    if report.arrivalsUnmatched > 0 {
      say("\(report.arrivalsUnmatched) observations of the run are not in the capture's samples")
    }
    switch report.isIdentical {
    case true?: say("IDENTICAL to the \(report.eventsRecorded) events of the recorded run")
    case false?: say("DIFFERENT from the \(report.eventsRecorded) events of the recorded run")
    case nil: break
    }
    if let seconds = report.endedAtSeconds {
      say("ended at second \(String(format: "%.3f", seconds)); all this is of the part before")
    }
    say("digest \(report.digest)")
    if let truncation = report.truncation {
      say("the capture is cut off \(truncation); all this is of the part before")
    }
  }

  private func replayLive(_ capture: String, _ loaded: LoadedSite) async throws {
    let info = try CaptureInfo(path: capture)
    let run = LiveRun(
      origin: .capture(path: capture), recordPath: record, seconds: info.durationSeconds + 3,
      stateDirectory: state,
      reader: { () throws(ConfigurationErrors) in loaded })
    let data = try await run.run { say($0) }
    if let events { try write(data.flatMap { $0 + [UInt8(ascii: "\n")] }, to: events) }
    say("live replay over, \(data.count) events")
  }

  private func write(_ lines: [UInt8], to path: String) throws {
    try Data(lines).write(to: URL(filePath: path))
  }
}
