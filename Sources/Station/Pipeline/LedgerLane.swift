import Devices
import Ledger
import Logging
import Model
import Publishing
import Rings
import SiteConfiguration
import Synchronization

/// What the ledger thread shares with the rest of the post.
final class LedgerDesk: Sendable {
  /// Events of the post itself, which do not come from fusion; few, and never on the hot path.
  private let inbox = Mutex<[PostEvent]>([])
  /// Site whose texts events are to carry from now on.
  private let nextSite = Mutex<Site?>(nil)
  let doorbell: Doorbell

  init(doorbell: Doorbell) { self.doorbell = doorbell }

  /// Events of the post itself that may wait for the ledger; what is beyond is counted, not kept.
  static let inboxMax = 256

  private let refused = Atomic<UInt64>(0)

  /// Events of the post itself that found the inbox full.
  var refusedCount: UInt64 { refused.load(ordering: .relaxed) }

  /// Puts an event of the post on record.
  func submit(_ event: PostEvent) {
    let isTaken = inbox.withLock { inbox in
      guard inbox.count < Self.inboxMax else { return false }
      inbox.append(event)
      return true
    }
    if !isTaken { refused.add(1, ordering: .relaxed) }
    doorbell.ring()
  }

  /// Lets later events carry the texts of `site`, which has the same sensors and lines.
  func adopt(_ site: Site) {
    nextSite.withLock { $0 = site }
    doorbell.ring()
  }

  func takeSite() -> Site? {
    nextSite.withLock { site in
      defer { site = nil }
      return site
    }
  }

  func takeAll() -> [PostEvent] {
    inbox.withLock { inbox in
      defer { inbox.removeAll() }
      return inbox
    }
  }
}

/// The thread that seals events and puts them on disk: a group, one sync, and only then does
/// anybody hear of them.
struct LedgerLane: ~Copyable {
  /// Places of its metric cells.
  enum Cell: Int, CaseIterable {
    case appended, commits, syncFailures, turns, freeBytes, signedSize, treeFailures, clockDoubted

    var name: StaticString {
      switch self {
      case .appended: "appended_total"
      case .commits: "commits_total"
      case .syncFailures: "failures_total"
      case .turns: "turns_total"
      case .freeBytes: "free_bytes"
      case .signedSize: "signed_size"
      case .treeFailures: "tree_failures_total"
      case .clockDoubted: "clock_doubted"
      }
    }
  }

  /// Events in one group at most.
  static let groupMax = 64
  /// Events that are kept in memory while the storage fails, before fusion has to wait: some 25 MB,
  /// taken only then.
  static let backlogMax = 16_384
  /// Time between two attempts to get the storage back, nanoseconds.
  private static let retryNanos: Int64 = 500_000_000
  /// Time between two looks at the room that is left, nanoseconds.
  private static let roomNanos: Int64 = 1_000_000_000
  /// Time between two looks for segments that are too old, nanoseconds.
  private static let retentionNanos: Int64 = 60_000_000_000

  let directory: String
  let site: Site
  private let captureEpoch: UInt64
  var log: EventLog?
  /// The tree over the log; `nil` until it is opened, and after a fault of it.
  var seal: LedgerSeal?
  /// The seed of the post's signing key; `nil` for a post that signs nothing.
  let signingSeed: [UInt8]?
  private var encoder: EventEncoder
  private let consumer: ConsumerBank<PostEvent>
  private let desk: LedgerDesk
  let feed: EventFeed
  private let board: HealthBoard
  let cells: MetricCells
  private let latencies: EventLatencies
  let logger: Logger
  private var group: [PostEvent] = []
  var durableBefore: UInt64 = 0
  /// Of the ledger that acknowledged up to `durableBefore`.
  let epoch: UInt64
  /// When the tree is looked at next, and when it may be signed.
  var nextSeal = Instant.distantPast
  var nextSign = Instant.distantPast
  /// Whether the thread has given up its urgency for the tree's sake.
  var isYielding = false
  /// Why nothing is signed; `nil` while all is well.
  var treeFault: String?
  let retention: StorageConfiguration
  let holds: EventHolds
  let erasureClock: ErasureClock
  var wasDoubted = false
  /// Copies whose hold has ended and that could not be removed.
  var stuckHolds: Set<EventCursor> = []
  private var nextRetention = Instant.distantPast
  /// What of earlier epochs cannot be erased; told once.
  var toldObstacles: Set<String> = []
  private var nextRoom = Instant.distantPast
  private var nextTry = Instant.distantPast
  /// Whether events could not be stored lately; told once, until they are stored again.
  private var isFailing: Bool
  /// What is wrong with the storage though events are stored; told once, until it is over.
  private var isWarned = false

  init(
    directory: String, site: Site, captureEpoch: UInt64, retention: StorageConfiguration,
    erasureClock: ErasureClock, signingSeed: [UInt8]?, log: consuming EventLog?, durable: UInt64,
    epoch: UInt64,
    consumer: ConsumerBank<PostEvent>, desk: LedgerDesk, feed: EventFeed, board: HealthBoard,
    cells: MetricCells, latencies: EventLatencies = EventLatencies(), logger: Logger
  ) {
    self.directory = directory
    self.site = site
    self.captureEpoch = captureEpoch
    self.retention = retention
    self.erasureClock = erasureClock
    holds = EventHolds(ledgerAt: directory)
    self.signingSeed = signingSeed
    durableBefore = durable
    self.epoch = epoch
    self.log = consume log
    encoder = EventEncoder(
      site: site, captureEpoch: captureEpoch, softwareVersion: SoftwareVersion.text)
    self.consumer = consumer
    self.desk = desk
    self.feed = feed
    self.board = board
    // What the lane before told is over only with a commit.
    isFailing = !board.isStoring
    self.cells = cells
    self.latencies = latencies
    self.logger = logger
    group.reserveCapacity(Self.groupMax * 2)
  }

  /// Runs until `stop` is set and everything handed over is durable.
  mutating func run(stop: StopFlag) {
    while true {
      let isLast = stop.isSet
      cells.add(Cell.turns.rawValue, 1)
      if group.isEmpty, let site = desk.takeSite() {
        encoder = EventEncoder(
          site: site, captureEpoch: captureEpoch, softwareVersion: SoftwareVersion.text)
      }
      // While the storage fails the ring is emptied all the same: detection goes on.
      let room = (isFailing ? Self.backlogMax : Self.groupMax) - group.count
      if room > 0 {
        _ = consumer.drain(0, upTo: room) { group.append($0) }
        if isLast || group.isEmpty { group.append(contentsOf: desk.takeAll()) }
      }
      if !group.isEmpty {
        if isFailing, !isLast, MonotonicClock.now() < nextTry {
          _ = desk.doorbell.wait(timeoutMilliseconds: 100)
          continue
        }
        if store() {
          keepTree(isBusy: true)
          continue
        }
        if isLast {
          logger.critical("\(group.count) events could not be stored before the end")
          break
        }
        nextTry = MonotonicClock.now().advanced(byNanos: Self.retryNanos)
        continue
      }
      if isLast { break }
      keepTree(isBusy: false)
      keepHouse()
      _ = desk.doorbell.wait(timeoutMilliseconds: 250)
    }
    finishTree()
  }

  /// While nothing is to be stored: writes the next segment ahead, looks at the room that is left,
  /// and lets go what is too old.
  private mutating func keepHouse() {
    let now = MonotonicClock.now()
    // After a failure the next attempt waits as long as the next look.
    guard log != nil, !isWarned || now >= nextRoom else { return }
    do throws(LedgerError) {
      // First: on a full disk the next segment's room comes from what is let go.
      if now >= nextRetention {
        nextRetention = now.advanced(byNanos: Self.retentionNanos)
        try applyRetention()
      }
      if try log!.prepare() { return }
      if now >= nextRoom { try lookAtRoom(now) }
    } catch {
      cells.add(Cell.syncFailures.rawValue, 1)
      nextRoom = now.advanced(byNanos: Self.roomNanos)
      warn("the ledger cannot be kept in order: \(error)")
      // No room for the next segment leaves the log in use; a failed log is opened anew.
      if error.code != .diskFull { log = nil }
    }
  }

  /// Warns before the disk is full, while events are still stored in what was written ahead.
  private mutating func lookAtRoom(_ now: Instant) throws(LedgerError) {
    nextRoom = now.advanced(byNanos: Self.roomNanos)
    let room = try log!.room()
    cells.set(Cell.freeBytes.rawValue, room.free)
    guard room.free < room.segment else { return warn(nil) }
    warn(
      "\(directory): the disk is full but for \(room.free) bytes; "
        + "\(room.prepared) bytes are written ahead for events. Make room")
  }

  /// Puts a warning on the board, or takes it off; people are told when it comes.
  private mutating func warn(_ text: String?) {
    board.note(storageWarning: text ?? treeFault)
    if let text, !isWarned { logger.error("\(text)") }
    if text == nil, isWarned {
      logger.notice("the ledger's disk has room again")
      // The tree, too, may have lacked nothing but room.
      nextSeal = .distantPast
    }
    isWarned = text != nil
  }

  /// Appends and syncs the group; false when the storage failed and the group is still to be kept.
  private mutating func store() -> Bool {
    var taken = 0
    do throws(LedgerError) {
      if log == nil {
        let reopened = try reopen()
        log = consume reopened
      }
      for event in group {
        try log!.append(event, using: &encoder)
        taken += 1
      }
      durableBefore = try log!.commit()
    } catch {
      cells.add(Cell.syncFailures.rawValue, 1)
      if !isFailing { logger.error("events cannot be stored, trying again: \(error)") }
      isFailing = true
      board.note(storageFault: "\(error)")
      var isUsable = false
      if log != nil { isUsable = log!.isUsable(after: error) }
      if isUsable {
        makeRoom(taken)
      } else {
        // After a failed write or sync the descriptor is never trusted again.
        log = nil
      }
      return false
    }
    if isFailing {
      isFailing = false
      let first = durableBefore - UInt64(group.count) + 1
      logger.notice("events are stored again, numbering goes on at \(first)")
      board.note(storageFault: nil)
    }
    settle(group.count)
    return true
  }

  /// The segment is full and there is no room for the next: keeps the first `taken` events of the group,
  /// which were appended, and lets go what is due.
  private mutating func makeRoom(_ taken: Int) {
    do throws(LedgerError) {
      durableBefore = try log!.commit()
      settle(taken)
      let now = MonotonicClock.now()
      guard now >= nextRoom else { return }
      nextRoom = now.advanced(byNanos: Self.roomNanos)
      try applyRetention()
    } catch {
      if !log!.isUsable(after: error) { log = nil }
    }
  }

  /// The first `count` events of the group are durable, everything up to `durableBefore` is.
  private mutating func settle(_ count: Int) {
    let now = MonotonicClock.now()
    for event in group[..<count] {
      latencies.note(event, durable: now)
      if case .health(let event) = event { tell(event) }
    }
    cells.add(Cell.appended.rawValue, UInt64(count))
    cells.add(Cell.commits.rawValue, 1)
    if count == group.count {
      group.removeAll(keepingCapacity: true)
    } else {
      group.removeFirst(count)
    }
    feed.advance(to: durableBefore)
  }

  /// Tells people and the board what became of a sensor.
  private func tell(_ event: SensorHealthEvent) {
    board.note(event)
    let (report, sensors) = (event.report, site.sensors)
    guard sensors.indices.contains(report.sensor.index) else { return }
    logger.log(
      level: report.state == .ok ? .notice : .warning,
      "sensor \(sensors[report.sensor.index].name): \(report.state.name), \(report.reason.name)")
  }

  /// Opens the log anew. What of the group had reached the disk before the failure is found again
  /// there and is not written twice.
  private mutating func reopen() throws(LedgerError) -> EventLog {
    let log = try EventLog.reopened(
      directory: directory, post: site.post, epoch: epoch, acknowledged: durableBefore)
    let found = try events(in: log, after: durableBefore)
    durableBefore = log.durableSequence
    // People and the board hear of those as of all others.
    settle(min(found, group.count))
    return log
  }

  /// Events of the group among the records after `sequence`; what the log says of itself is none.
  private func events(
    in log: borrowing EventLog, after sequence: UInt64
  ) throws(LedgerError) -> Int {
    let reader = try EventLogReader(directory: directory)
    var next = sequence + 1
    var count = 0
    while next <= log.durableSequence {
      let reading = try reader.read(from: next, durable: log.durableSequence) { record, _ in
        if record.header.kind != .erasure, record.header.kind != .epoch { count += 1 }
      }
      guard case .events(_, let following) = reading, following > next else { break }
      next = following
    }
    return count
  }
}
