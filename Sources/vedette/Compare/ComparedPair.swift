import Captures
import Foundation
import Model
import Scoring
import SiteConfiguration
import Station

/// What `vedette replay --compare` compares: each side a capture that is replayed, a site file under
/// which the other side's capture is replayed, or the events of a run.
struct ComparedPair {
  /// A capture, or events.
  var a: String
  /// A capture, events, or a site file.
  var b: String
  /// A site file for all captures, instead of their own configurations.
  var site: String?
  var from: Double
  var to: Double?
  /// What of the samples of `b` is taken, and what not; all where both are empty.
  var only: [String] = []
  var without: [String] = []

  private var isAll: Bool { only.isEmpty && without.isEmpty }

  private enum Kind { case capture, site, events }

  /// What a run was made of.
  private struct Run {
    var record: RunRecord
    var site: Site?
  }

  /// Replays what is to be replayed and compares.
  func comparison() throws -> RunComparison {
    let left: Run
    let right: Run
    switch (try kind(of: a), try kind(of: b)) {
    case (.site, _):
      throw CaptureError(
        .notACapture, operation: "compare", subject: a,
        reason: "--compare takes a capture or events; a site file stands in --against")
    case (.events, .site):
      throw CaptureError(
        .notACapture, operation: "compare", subject: a,
        reason: "events cannot be replayed under a site file; --compare takes their capture")
    case (_, .events) where !isAll:
      throw CaptureError(
        .notACapture, operation: "compare", subject: b,
        reason: "of events no channel can be left out; --against takes their capture")
    case (.capture, .site):
      // Under another site recorded arrivals do not apply: neither side follows them.
      left = try replay(a, under: site, isOtherSite: true)
      right = try replay(a, under: b, isOtherSite: true, isAgainst: true)
    case (let first, let second):
      left = try first == .events ? events(a) : replay(a, under: site, isOtherSite: site != nil)
      right =
        try second == .events
        ? events(b) : replay(b, under: site, isOtherSite: site != nil, isAgainst: true)
    }
    var settings: [String] = []
    if let a = left.site, let b = right.site {
      settings = ValueDifferences.between(a, b).filter { !$0.hasPrefix("configurationHash") }
    }
    return try RunComparison(left.record, right.record, settings: settings)
  }

  private func kind(of path: String) throws(CaptureError) -> Kind {
    guard let file = FileHandle(forReadingAtPath: CaptureInfo.file(of: path)),
      let head = try? file.read(upToCount: 8) ?? Data()
    else {
      throw CaptureError(
        .inputOutput, operation: "read", subject: path,
        reason: "there is no such file, or it cannot be read")
    }
    if head.starts(with: [0x89] + Array("MCAP".utf8)) { return .capture }
    // A run may have had no event at all.
    return head.isEmpty || head.first == UInt8(ascii: "{") ? .events : .site
  }

  func isCapture(_ path: String) throws -> Bool { try kind(of: path) == .capture }

  private func events(_ path: String) throws -> Run {
    let lines = try Data(contentsOf: URL(filePath: path)).split(separator: UInt8(ascii: "\n"))
    return Run(
      record: RunRecord(name: path, events: lines.map { RunRecord.Event(data: Array($0)) }))
  }

  private func replay(
    _ path: String, under sitePath: String?, isOtherSite: Bool, isAgainst: Bool = false
  ) throws -> Run {
    let reader = try CaptureReader(path: path)
    let bundle = reader.siteBundle
    let loaded =
      if let sitePath {
        try LoadedSite(path: sitePath, profileFolders: LoadedSite.packageProfileFolders)
      } else {
        try LoadedSite(bundle: SiteBundle(decoding: bundle))
      }
    var site = loaded.configuration.site
    site.exercise = site.exercise ?? reader.header.exercise
    let post = site.sensors.count
    // Neither side then follows the arrivals of the run: what differs is what was left out.
    let inputs =
      isAll
      ? nil
      : try ReplayInputs(
        of: site, only: isAgainst ? only : [], without: isAgainst ? without : [])
    var record = RunRecord(
      name: name(of: path, under: sitePath, isAgainst),
      configuration: site.configurationHash, software: SoftwareVersion.text,
      sensors: site.sensors.map(\.name) + ["the post"])
    var observations: [RunRecord.Observation] = []
    var events: [RunRecord.Event] = []
    let span = from > 0 || to != nil ? try CaptureSpan.of(path, from: from, to: to) : nil
    let report = try CaptureReplay(
      path: path, site: site, isOtherSite: isOtherSite, span: span, inputs: inputs,
      observe: { arrival in
        let observation = arrival.observation
        guard let said = observation.content.said else { return }
        observations.append(
          RunRecord.Observation(
            nanos: observation.time.monotonicNanos, sensor: min(observation.sensor.index, post),
            said: said, digest: observation.content.digest))
      }
    ).run(speed: nil) { event, data in
      events.append(
        RunRecord.Event(
          data: data.withUnsafeBytes { Array($0) }, nanos: event.time.monotonicNanos))
    }
    if let truncation = report.truncation {
      complain("\(path) is cut off \(truncation); what is compared is the part before")
    }
    record.observations = observations
    record.events = events
    return Run(record: record, site: site)
  }
}

extension ComparedPair {
  private func name(of path: String, under site: String?, _ isAgainst: Bool) -> String {
    var name = path + (site.map { " under \($0)" } ?? "")
    guard isAgainst else { return name }
    if !only.isEmpty { name += " with \(only.joined(separator: ", ")) alone" }
    if !without.isEmpty { name += " without \(without.joined(separator: ", "))" }
    return name
  }
}

extension PostEvent {
  /// When it happened.
  fileprivate var time: Instant {
    switch self {
    case .crossing(let crossing): crossing.time
    case .health(let health): health.report.time
    case .status(let status): status.time
    }
  }
}
