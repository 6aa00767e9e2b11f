import ArgumentParser
import Captures
import Foundation
import Model
import SiteConfiguration
import Station

/// `vedette capture`: looks into captures and makes them from other recordings.
struct CaptureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capture", abstract: "Looks into captures and makes them from other recordings.",
    subcommands: [
      CaptureInfoCommand.self, CaptureRepairCommand.self, CaptureCutCommand.self,
      CaptureMergeCommand.self, CaptureAnonymiseCommand.self, CaptureExportCommand.self,
      CaptureImportCommand.self,
      CaptureListCommand.self,
      CaptureHoldCommand.self,
    ])
}

struct CaptureInfoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Says what a capture holds and whether it is whole.",
    discussion: "Of a merged capture each run is told of, with --json one object a line.")

  @Argument(help: "The capture.")
  var capture: String

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let (capture, json) = (capture, json)
    let infos = try await reporting {
      let runs = try CaptureInfo.runs(of: capture)
      let paths = runs.isEmpty ? [capture] : runs.map { "\(capture)#\($0)" }
      return try paths.map { try CaptureInfo(path: $0) }
    }
    for info in infos {
      say(String(decoding: json ? info.json : Array(info.text.utf8), as: UTF8.self))
    }
    if infos.contains(where: { $0.truncation != nil }) { throw ExitStatus.wrong }
  }
}

struct CaptureImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Makes one capture of other recordings: telemetry, videos, GPIO levels, occupancy.",
    discussion: """
      Each input names a sensor or link of the site and may start later than the others, in \
      seconds: --video mast-west=clip.mp4@2.5 --tlog drone-link=flight.tlog@0 \
      --serial drone-link=bytes.bin --gpio edges.csv

      --occupancy takes tables of presence detectors: rows of time, sensor, state, or of time and a \
      column for each sensor. What their headings do not say, --columns does: \
      time=Date+Time,pir-west=S6_PIR,pir-east=S7_PIR or time=When,sensor=Device,state=Value; numbers \
      from 1 on for a table without headings. The first row is the beginning; between two rows a \
      sensor stays as it was.
      """)

  @Option(help: "The site file that the recordings are taken to come from.")
  var site: String

  @Option(help: "Folder with device profiles, besides those beside the site file.")
  var profiles: [String] = []

  @Option(help: "camera=file[@start]: a video, read through ffmpeg, or Y4M.")
  var video: [String] = []

  @Option(help: "link=file[@start]: a MAVLink telemetry log.")
  var tlog: [String] = []

  @Option(help: "link=file[@start]: raw serial bytes, spread by the link's baud rate.")
  var serial: [String] = []

  @Option(
    help: "file[@start]: GPIO levels: a table time_s,sensor,level, gpiomon's output, or a VCD dump."
  )
  var gpio: [String] = []

  @Option(help: "file[@start]: a table of presence, of time and states of motion sensors.")
  var occupancy: [String] = []

  @Option(help: "Which columns of --occupancy hold what, where its headings do not say it.")
  var columns: String?

  @Option(help: "UTC of the start, seconds since 1970.")
  var utc: Double = 0

  @Option(name: .shortAndLong, help: "The capture to write.")
  var output: String

  func validate() throws {
    guard (0..<4e9).contains(utc) else {
      throw ValidationError("--utc is in seconds since 1970, 0 to 4000000000")
    }
  }

  mutating func run() async throws {
    let command = self
    try await reporting {
      let loaded = try LoadedSite(
        path: command.site, profileFolders: command.profiles + LoadedSite.packageProfileFolders)
      let site = loaded.configuration.site
      let start = Instant(monotonicNanos: 1_000_000_000)
      let plan = ImportPlan(
        inputs: try command.inputs(),
        clock: ClockMap(
          instant: start, wall: WallTime(unixNanos: Int64(command.utc * 1e9)),
          uncertaintyNanos: 1_000_000_000, state: .unsynchronised))
      let count = try plan.run(
        to: command.output,
        header: CaptureHeader(
          post: site.post, captureEpoch: 1, software: SoftwareVersion.text,
          configurationHash: site.configurationHash, siteBundle: loaded.bundle,
          exercise: site.exercise, origin: .imported),
        site: site)
      say("imported \(count) samples into \(command.output)")
    }
  }

  private func inputs() throws -> [ImportPlan.Input] {
    var inputs: [ImportPlan.Input] = []
    for text in video {
      let (name, path, start) = try named(text)
      inputs.append(
        .init(.video(camera: name, framesPerSecond: nil), path: path, startNanos: start))
    }
    for text in tlog {
      let (name, path, start) = try named(text)
      inputs.append(.init(.telemetryLog(link: name), path: path, startNanos: start))
    }
    for text in serial {
      let (name, path, start) = try named(text)
      inputs.append(.init(.serialBytes(link: name, baud: nil), path: path, startNanos: start))
    }
    let known = try columns.map { try OccupancyColumns($0) } ?? OccupancyColumns()
    for text in occupancy {
      let (path, start) = try started(text[...])
      inputs.append(.init(.occupancy(known), path: path, startNanos: start))
    }
    for text in gpio {
      let (path, start) = try started(text[...])
      inputs.append(.init(.gpioLevels, path: path, startNanos: start))
    }
    return inputs
  }

  private func named(_ text: String) throws -> (String, String, Int64) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw ValidationError("'\(text)' does not name its sensor or link: write name=file")
    }
    let (path, start) = try started(text[text.index(after: equals)...])
    return (String(text[..<equals]), path, start)
  }

  private func started(_ text: Substring) throws -> (String, Int64) {
    guard let at = text.lastIndex(of: "@") else { return (String(text), 0) }
    guard let seconds = Double(text[text.index(after: at)...]), seconds >= 0, seconds < 1e6 else {
      throw ValidationError("'\(text)': after @ stands the start in seconds, e.g. clip.mp4@2.5")
    }
    return (String(text[..<at]), Int64(seconds * 1e9))
  }
}
