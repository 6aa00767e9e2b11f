import Captures
import Foundation
import Model
import SiteConfiguration
import Testing

@testable import Station

/// The recorder's thread between two turns: what it writes must find a segment of the ring.
@Suite struct FlightLaneTests {
  private func at(_ seconds: Double) -> Instant { Instant(monotonicNanos: Int64(seconds * 1e9)) }

  @Test func `a window that comes to its end costs the ring no sample`() throws {
    let site = try LoadedSite(bundle: DemoSite.bundle).configuration.site
    let folder = NSTemporaryDirectory() + "vedette-flight-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let clock = ClockMap(
      instant: at(0), wall: WallTime(unixNanos: 1_772_000_000_000_000_000),
      uncertaintyNanos: 1_000, state: .synchronised)
    var configuration = RecorderConfiguration(keepSeconds: 86_400)
    configuration.beforeSeconds = 1
    configuration.afterSeconds = 1
    let desk = try FlightDesk()
    let cells = MetricCells(RecorderLane.Cell.allCases.map(\.name))
    var lane = try FlightLane(
      folder: "\(folder)/ring",
      header: CaptureHeader(
        post: site.post, captureEpoch: 1, software: "test",
        configurationHash: site.configurationHash, siteBundle: [], exercise: nil,
        origin: .simulated, clock: clock, attachments: []),
      site: site, configuration: configuration, desk: desk, board: HealthBoard())
    for tenth in 0..<200 {
      let now = at(Double(tenth) / 10)
      lane.turn(at: now, cells)
      // A change of health every 4 s, with the first word of the sensor before.
      if tenth % 40 == 5 {
        let report = HealthReport(
          sensor: SensorID(0), state: .lost, reason: .deviceAbsent, systemError: 0, time: now)
        lane.note(
          .health(
            SensorHealthEvent(report: report, source: .clock, sequence: UInt64(tenth), clock: clock)
          ),
          id: "")
      }
      lane.write { writer throws(CaptureError) in
        try writer.append(
          edge: GPIOEdge(sensor: SensorID(0), isRising: true, time: now), source: SourceID(1))
      }
    }
    var kept = 0
    while let job = desk.next() {
      kept += 1
      #expect(!job.segments.isEmpty)
    }
    #expect(kept >= 4)
    #expect(cells[RecorderLane.Cell.passedOver.rawValue] == 0)
  }
}
