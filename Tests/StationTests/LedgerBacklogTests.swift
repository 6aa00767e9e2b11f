import Foundation
import Ledger
import Logging
import Model
import Publishing
import Rings
import SiteConfiguration
import Testing

@testable import Station

@Suite struct LedgerBacklogTests {
  private func status(_ ordinal: UInt64) -> PostEvent {
    let map = ClockMap(
      instant: Instant(monotonicNanos: 1), wall: WallTime(unixNanos: 1), uncertaintyNanos: 1,
      state: .synchronised)
    return .status(
      PostStatusEvent(
        kind: .heartbeat, time: Instant(monotonicNanos: 1), clock: map, ordinal: ordinal))
  }

  @Test func `while the storage fails the ring is emptied, and afterwards nothing is missing`()
    throws
  {
    let folder = NSTemporaryDirectory() + "vedette-backlog-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let site = Site(
      post: "river-2",
      origin: GeographicOrigin(latitudeDegrees: 47, longitudeDegrees: 9, heightMetres: 0),
      lines: [], sensors: [], links: [], configurationHash: "00")
    let ends = makeRing(of: PostEvent.self, capacity: 64)
    let consumer = Handover(ends.consumer)
    let doorbell = try Doorbell()
    let desk = LedgerDesk(doorbell: doorbell)
    let feed = EventFeed(durable: 0)
    let stop = StopFlag()
    let cells = MetricCells(LedgerLane.Cell.allCases.map(\.name))
    let board = HealthBoard()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let epoch: UInt64
    do {
      let log = try EventLog(directory: folder + "/ledger", post: site.post)
      epoch = log.epoch
    }
    // The disk is away: every attempt to open the log anew fails.
    try FileManager.default.moveItem(atPath: folder, toPath: folder + "-away")
    let lane = NamedThread("ledger") {
      var lane = LedgerLane(
        directory: folder + "/ledger", site: site, captureEpoch: 1,
        retention: StorageConfiguration(), erasureClock: ErasureClock(stateDirectory: folder),
        signingSeed: Array(1...32), log: nil, durable: 0,
        epoch: epoch, consumer: ConsumerBank(count: 1) { _ in consumer.take() }, desk: desk,
        feed: feed,
        board: board, cells: cells,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
      lane.run(stop: stop)
    }
    // Many times what the ring holds.
    let total: UInt64 = 1_000
    let fusion = MetricCells(FusionLane.Cell.allCases.map(\.name))
    var outlet = EventOutlet(producer: ends.producer, doorbell: doorbell, cells: fusion)
    for ordinal in 1...total { outlet.send(status(ordinal)) }
    #expect(feed.durable == 0 && !board.isHealthy)
    try FileManager.default.moveItem(atPath: folder + "-away", toPath: folder)
    stop.set()
    doorbell.ring()
    lane.join()
    let store = try LedgerStore(directory: folder + "/ledger")
    let events = try store.events(from: 1, through: total, limit: 2_000)
    #expect(try store.newestSequence() == total && events.count == Int(total))
    #expect(Set(events.map(\.id)).count == Int(total))
    #expect(cells[LedgerLane.Cell.signedSize.rawValue] == total)
    #expect(board.isHealthy)
  }

  @Test func `a fault that the lane before told is over with the first commit`() throws {
    let folder = NSTemporaryDirectory() + "vedette-fault-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let site = Site(
      post: "river-2",
      origin: GeographicOrigin(latitudeDegrees: 47, longitudeDegrees: 9, heightMetres: 0),
      lines: [], sensors: [], links: [], configurationHash: "00")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let board = HealthBoard()
    board.note(storageFault: "no space")
    let desk = LedgerDesk(doorbell: try Doorbell())
    desk.submit(status(1))
    let ends = makeRing(of: PostEvent.self, capacity: 1)
    let consumer = Handover(ends.consumer)
    let log = try EventLog(directory: folder + "/ledger", post: site.post)
    let epoch = log.epoch
    var lane = LedgerLane(
      directory: folder + "/ledger", site: site, captureEpoch: 1,
      retention: StorageConfiguration(), erasureClock: ErasureClock(stateDirectory: folder),
      signingSeed: nil, log: log, durable: 0, epoch: epoch,
      consumer: ConsumerBank(count: 1) { _ in consumer.take() }, desk: desk,
      feed: EventFeed(durable: 0), board: board,
      cells: MetricCells(LedgerLane.Cell.allCases.map(\.name)),
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let stop = StopFlag()
    stop.set()
    lane.run(stop: stop)
    #expect(board.isStoring && board.isHealthy)
  }

  @Test func `a sensor's change that was found on the disk after a fault is told all the same`()
    throws
  {
    let folder = NSTemporaryDirectory() + "vedette-found-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let sensor = Sensor(
      name: "pir-1", profile: "test/pir", place: .zero, coverage: [], detectionProbability: 0.9,
      falseAlarmRate: 0.1, latencyNanos: 0,
      detail: .motion(
        MotionDetail(
          technology: .pir, chip: "gpiochip0", line: "1", isActiveLow: false,
          debounceNanos: 1_000_000, holdNanos: 2_000_000_000)))
    let site = Site(
      post: "river-2",
      origin: GeographicOrigin(latitudeDegrees: 47, longitudeDegrees: 9, heightMetres: 0),
      lines: [], sensors: [sensor], links: [], configurationHash: "00")
    let map = ClockMap(
      instant: Instant(monotonicNanos: 1), wall: WallTime(unixNanos: 1), uncertaintyNanos: 1,
      state: .synchronised)
    let change = PostEvent.health(
      SensorHealthEvent(
        report: HealthReport(
          sensor: SensorID(0), state: .lost, reason: .deviceGone, systemError: 19,
          time: Instant(monotonicNanos: 1)),
        source: SourceID(0), sequence: 1, clock: map))
    // The sync failed after the write: the lane does not know that the event is there.
    let epoch: UInt64
    do {
      var log = try EventLog(directory: folder + "/ledger", post: site.post)
      var encoder = EventEncoder(site: site, captureEpoch: 1, softwareVersion: "1")
      try log.append(change, using: &encoder)
      try log.commit()
      epoch = log.epoch
    }
    let ends = makeRing(of: PostEvent.self, capacity: 64)
    let consumer = Handover(ends.consumer)
    let doorbell = try Doorbell()
    let fusion = MetricCells(FusionLane.Cell.allCases.map(\.name))
    var outlet = EventOutlet(producer: ends.producer, doorbell: doorbell, cells: fusion)
    outlet.send(change)
    let (stop, board) = (StopFlag(), HealthBoard())
    board.reset(site: site)
    let feed = EventFeed(durable: 0)
    stop.set()
    let lane = NamedThread("ledger") {
      var lane = LedgerLane(
        directory: folder + "/ledger", site: site, captureEpoch: 1,
        retention: StorageConfiguration(), erasureClock: ErasureClock(stateDirectory: folder),
        signingSeed: nil, log: nil, durable: 0, epoch: epoch,
        consumer: ConsumerBank(count: 1) { _ in consumer.take() },
        desk: LedgerDesk(doorbell: doorbell), feed: feed, board: board,
        cells: MetricCells(LedgerLane.Cell.allCases.map(\.name)),
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
      lane.run(stop: stop)
    }
    lane.join()
    #expect(feed.durable == 1)
    #expect(board.sensors.map(\.state) == ["lost"])
  }
}
