import Captures
import Foundation
import Logging
import Model
import SiteConfiguration
import Testing

@testable import Station

/// Keepers that follow one another, and one that has to leave.
@Suite struct FlightShiftTests {
  private let folder = NSTemporaryDirectory() + "vedette-shift-\(UUID().uuidString)"

  private func at(_ seconds: Int64) -> Instant { Instant(monotonicNanos: seconds * 1_000_000_000) }

  private func vault() throws(CaptureError) -> CaptureVault {
    try CaptureVault(
      folder: folder,
      budget: CaptureVault.Budget(ageNanosMax: 1 << 60, bytesMax: 1 << 30))
  }

  /// A shift with one stretch that is to be kept.
  private func shift(after last: FlightShift? = nil) throws -> FlightShift {
    let site = try LoadedSite(bundle: DemoSite.bundle).configuration.site
    let shift = try FlightShift(after: last) { () throws(CaptureError) in try vault() }
    let clock = ClockMap(
      instant: at(0), wall: WallTime(unixNanos: 1_772_000_000_000_000_000),
      uncertaintyNanos: 1_000, state: .synchronised)
    let cells = MetricCells(RecorderLane.Cell.allCases.map(\.name))
    var lane = try FlightLane(
      folder: shift.ringFolder,
      header: CaptureHeader(
        post: site.post, captureEpoch: 1, software: "test",
        configurationHash: site.configurationHash, siteBundle: [], origin: .live, clock: clock),
      site: site, configuration: RecorderConfiguration(keepSeconds: 86_400), desk: shift.desk,
      board: HealthBoard())
    lane.turn(at: at(1), cells)
    lane.write { writer throws(CaptureError) in
      try writer.append(
        edge: GPIOEdge(sensor: SensorID(0), isRising: true, time: at(2)), source: SourceID(1))
    }
    let report = HealthReport(
      sensor: SensorID(0), state: .lost, reason: .deviceAbsent, systemError: 0, time: at(2))
    lane.note(
      .health(SensorHealthEvent(report: report, source: .clock, sequence: 1, clock: clock)), id: "")
    lane.finish(at: at(3))
    shift.stop.set()
    return shift
  }

  private func keeper(of shift: FlightShift) -> NamedThread {
    NamedThread("keeper") { [folder] in
      var keeper = FlightKeeper(
        vault: shift.vault, crashed: CrashedRings(folder: folder), ringFolder: shift.ringFolder,
        desk: shift.desk, clock: ErasureClock(stateDirectory: folder), board: HealthBoard(),
        cells: MetricCells(FlightKeeper.Cell.allCases.map(\.name)),
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
      keeper.run(shift)
      shift.done.set()
    }
  }

  private func kept() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: folder).count { $0.hasSuffix("pir-west") }
  }

  @Test func `one keeper works at a time, each with a ring of its own`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = try shift()
    let second = try shift(after: first)
    #expect(first.ringFolder != second.ringFolder)
    #expect(try shift(after: second).ringFolder == first.ringFolder)
    let later = keeper(of: second)
    usleep(300_000)
    #expect(second.desk.pendingCount == 1 && !second.done.isSet)
    first.done.set()
    later.join()
    #expect(second.desk.pendingCount == 0 && second.done.isSet)
    #expect(try kept() == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: second.ringFolder).isEmpty)
  }

  @Test func `a keeper that is told to leave leaves the ring to the next start`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let shift = try shift()
    shift.leave.set()
    keeper(of: shift).join()
    #expect(try shift.desk.pendingCount == 1 && kept() == 0)
    let crashed = CrashedRings(folder: folder)
    #expect(try crashed.putAside(shift.ringFolder) == 0)
    let rescue = try crashed.rescue(into: try vault(), now: WallTime(unixNanos: 0)) { _ in }
    #expect(rescue != nil && rescue?.lostSegments == 0)
  }
}
