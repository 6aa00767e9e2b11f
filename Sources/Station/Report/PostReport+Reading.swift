public import Captures
import Foundation
import Fusion
public import Model
public import Publishing

extension PostReport {
  /// The report of a capture, which is replayed.
  public init(capture path: String, site: Site, isOtherSite: Bool) throws(CaptureError) {
    // What the replay tells while it runs; it does not outlive it.
    final class Box {
      var notes: ReportNotes
      init(_ notes: ReportNotes) { self.notes = notes }
    }
    let run = try CapturedRun(path: path)
    let box = Box(ReportNotes(site: site))
    _ = try CaptureReplay(
      path: path, site: site, isOtherSite: isOtherSite,
      witness: CaptureReplay.Witness { box.notes.take($0) },
      observe: { box.notes.take($0.observation) }
    ).run(speed: nil) { _, data in
      if let feature = EventFeature(Array(copying: data)) { box.notes.take(feature) }
    }
    let first = run.start ?? Instant(monotonicNanos: 0)
    let seconds = run.end?.seconds(since: first) ?? 0
    let start = run.maps.first.map { Double($0.wallTime(at: first).unixNanos) / 1e9 } ?? 0
    self.init(
      box.notes, of: site, source: path, from: start, to: start + seconds, first: first)
    let found = try EventPictures.of(
      crossings.map { crossing in
        EventPictures.Moment(
          unixSeconds: EventFeature.unixSeconds(of: crossing.time) ?? 0, sensors: crossing.sensors)
      }, in: path)
    for (crossing, some) in zip(crossings, found) where !some.isEmpty {
      pictures[crossing.id] = some
    }
  }

  /// The report of events of a ledger between two moments, seconds since 1970.
  public init(
    events: [StoredEvent], source: String, site: Site, from start: Double, to end: Double
  ) {
    var notes = ReportNotes(site: site)
    for event in events {
      if let feature = EventFeature(event.data) { notes.take(feature) }
    }
    self.init(notes, of: site, source: source, from: start, to: end, first: nil)
  }

  private init(
    _ notes: ReportNotes, of site: Site, source: String, from start: Double, to end: Double,
    first: Instant?
  ) {
    post = site.post
    self.source = source
    self.start = Self.utc(start)
    self.end = Self.utc(end)
    seconds = end - start
    isExercise = notes.isExercise
    crossings = notes.crossings(from: start, to: end)
    sensors = notes.sensors(from: start, to: end, first: first, crossings: crossings)
    suspects = ReportSuspects.found(crossings, sensors, site: site, seconds: end - start)
  }

  /// Seconds since 1970 of an RFC 3339 text in UTC; `nil` when it is none.
  public static func unixSeconds(of text: String) -> Double? { EventFeature.unixSeconds(of: text) }

  /// When an event happened, seconds since 1970; `nil` when its text cannot be read.
  public static func unixSeconds(of event: StoredEvent) -> Double? {
    EventFeature(event.data)?.unixSeconds
  }
}
