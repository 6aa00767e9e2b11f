import Devices
import Ledger
import Logging
import Model
import Publishing
import Rings
import Sharing
import SiteConfiguration
import Synchronization

/// The post's release log: what became of which event for which partner, durable before anything
/// leaves. A ledger of its own beside that of the events.
///
/// Lines come from any task; a thread of its own appends and syncs them in groups. The thread and the
/// log's files begin with the first line: a post without partners has neither.
final class ReleaseDesk: Sendable {
  /// Groups of lines that may wait for the thread.
  static let waitingMax = 1_024
  private static let retentionNanos: Int64 = 60_000_000_000
  /// Time between two attempts to make room on a full disk, nanoseconds.
  private static let roomNanos: Int64 = 1_000_000_000
  /// Least time between two checkpoints: each costs several syncs, which releases would wait for.
  private static let signingNanos: Int64 = 1_000_000_000

  /// Lines that wait to be durable.
  private struct Job {
    var entries: [ReleaseEntry]
    /// What of a partner's allowance they take.
    var claim: Claim?
    /// Their texts, one behind the other, and where each ends.
    var text: [UInt8]
    var ends: [Int]
    var done: CheckedContinuation<Void, any Error>
  }

  /// How much a partner got within a minute.
  private struct Allowance {
    var minuteEnd: Instant
    var given: Int
  }

  /// Events that are counted against a partner's allowance.
  private struct Claim {
    var partner: String
    var count: Int
    var minuteEnd: Instant
  }

  private struct State {
    var jobs: [Job] = []
    var isStopped = false
    var thread: NamedThread?
    /// Events of which each partner has a version.
    var held: PartnerHoldings
    var allowances: [String: Allowance] = [:]
    /// How far each partner said that it has stored what it got, of each of its feeds.
    var acknowledged: [PartnerFeedName: UInt64] = [:]
    var counts: [String: UInt64] = [:]
    var failures: UInt64 = 0
    var unreadable: UInt64 = 0
    /// What of earlier epochs cannot be erased; told once.
    var toldObstacles: Set<String> = []

    /// The allowance of `partner` in this minute.
    mutating func allowance(of partner: String, at now: Instant) -> Allowance {
      if let known = allowances[partner], now < known.minuteEnd { return known }
      let fresh = Allowance(minuteEnd: now.advanced(byNanos: 60_000_000_000), given: 0)
      allowances[partner] = fresh
      return fresh
    }

    /// Nothing of `claim` was given.
    mutating func giveBack(_ claim: Claim) {
      guard allowances[claim.partner]?.minuteEnd == claim.minuteEnd else { return }
      allowances[claim.partner]!.given -= claim.count
    }
  }

  /// What of each feed is on record.
  let feeds = FeedRecords()
  /// Since when the feeds know of each event.
  let looks = FirstLooks()
  private let state: Mutex<State>
  private let folders: EpochFolders
  private let directory: String
  private let post: String
  private let retention: StorageConfiguration
  private let signingSeed: [UInt8]
  private let doorbell: Doorbell
  private let clock: ErasureClock
  private let logger: Logger

  /// A desk over the log in `folders`; reads which partner has what of the part that is not signed yet.
  ///
  /// - Parameter generationMax: events of a generation of ``PartnerHoldings``.
  init(
    folders: EpochFolders, post: String, retention: StorageConfiguration, clock: ErasureClock,
    signingSeed: [UInt8], logger: Logger, generationMax: Int = PartnerHoldings.generationMax
  ) throws {
    self.folders = folders
    directory = folders.current
    self.post = post
    self.retention = retention
    self.clock = clock
    self.signingSeed = signingSeed
    self.logger = logger
    doorbell = try Doorbell()
    var initial = State(held: PartnerHoldings(generationMax: generationMax))
    do throws(LedgerError) {
      for epoch in try folders.earlierEpochs() {
        try Self.read(unsignedOf: folders.earlier(epoch), into: &initial.held, nil)
      }
      try Self.read(unsignedOf: directory, into: &initial.held, feeds)
    } catch {
      guard error.code == .noLedger || error.code == .missing else { throw error }
    }
    state = Mutex(initial)
  }

  // MARK: - For the feeds

  /// Returns when `entries` are durable.
  ///
  /// - Parameter perMinute: the limit of the agreement against which what is given of them, to one partner,
  ///   is counted; `nil` for lines that do not count, as those of proofs of what was given.
  /// - Throws: ``DecideAnew`` when other connections of the partner were given what was left of the limit
  ///   meanwhile; anything else when they are not on record. Nothing of them may leave then.
  func record(_ entries: [ReleaseEntry], perMinute: Int? = nil) async throws {
    guard !entries.isEmpty else { return }
    // Written here, on the core of who asks: the thread only appends.
    var text: [UInt8] = []
    text.reserveCapacity(512 * entries.count)
    var ends: [Int] = []
    ends.reserveCapacity(entries.count)
    for entry in entries {
      entry.append(to: &text)
      ends.append(text.count)
    }
    let lines = (text: text, ends: ends)
    let given = entries.count { $0.outcome == "released" || $0.outcome == "recalled" }
    let partner = entries[0].partner
    let now = MonotonicClock.now()
    try await withCheckedThrowingContinuation { done in
      let fault = state.withLock { state -> (any Error)? in
        guard !state.isStopped, state.jobs.count < Self.waitingMax else {
          return StationError(.releaseLog, "the release log takes no more lines; try again")
        }
        var claim: Claim?
        if let perMinute, given > 0 {
          let allowance = state.allowance(of: partner, at: now)
          guard allowance.given + given <= perMinute else { return DecideAnew() }
          state.allowances[partner]!.given += given
          claim = Claim(partner: partner, count: given, minuteEnd: allowance.minuteEnd)
        }
        state.jobs.append(
          Job(entries: entries, claim: claim, text: lines.text, ends: lines.ends, done: done))
        if state.thread == nil {
          state.thread = NamedThread("releases", placement: .publishing) { [self] in run() }
        }
        return nil
      }
      if let fault { return done.resume(throwing: fault) }
      doorbell.ring()
    }
  }

  /// Whether `partner` has a version of event `id`. What was released lately is known; for the rest the log
  /// is read.
  ///
  /// - Throws: ``LedgerError`` when it cannot be: then nobody knows what must be taken back.
  func has(_ partner: String, _ id: EventID) throws -> Bool {
    if state.withLock({ $0.held.has(partner, id) }) { return true }
    if try PartnerHoldings.isGiven(id, to: partner, in: directory) { return true }
    for epoch in try folders.earlierEpochs() {
      if try PartnerHoldings.isGiven(id, to: partner, in: folders.earlier(epoch)) { return true }
    }
    // What went from memory into the log meanwhile was in neither.
    return state.withLock { $0.held.has(partner, id) }
  }

  /// Events that are held in memory.
  var heldCount: Int { state.withLock { $0.held.count } }

  /// Which of `events` were given in `feed`: what was given since the start is known, for the rest the log
  /// is read, once for each event.
  ///
  /// - Throws: ``LedgerError`` when it cannot be.
  func given(
    _ events: [(id: EventID, sequence: UInt64)], in feed: FeedRecords.Feed
  ) throws -> Set<UInt64> {
    var given: Set<UInt64> = []
    var unknown: [(id: EventID, sequence: UInt64)] = []
    for event in events {
      switch feeds.isGiven(event.sequence, in: feed) {
      case true?: given.insert(event.sequence)
      case false?: break
      case nil: unknown.append(event)
      }
    }
    guard !unknown.isEmpty else { return given }
    // Not in earlier epochs: the ledger had others then, too, and their events other sequences.
    let found = try PartnerHoldings.given(unknown, in: feed, folder: directory)
    for event in unknown {
      if found.contains(event.sequence) {
        feeds.noteGiven(event.sequence, in: feed)
      } else {
        feeds.noteAbsent(event.sequence, in: feed)
      }
    }
    return given.union(found)
  }

  /// How many more events `partner` may get in this minute, as far as is known before they are recorded.
  func room(for partner: String, perMinute: Int) -> Int {
    let now = MonotonicClock.now()
    return state.withLock { max(0, perMinute - $0.allowance(of: partner, at: now).given) }
  }

  /// Whether the partner has not said before of this feed that it has everything up to there.
  func isNews(_ acknowledgement: ReleaseEntry) -> Bool {
    state.withLock {
      acknowledgement.sequence > $0.acknowledged[PartnerFeedName(of: acknowledgement)] ?? 0
    }
  }

  /// An event could not be read and was withheld.
  func countUnreadable() { state.withLock { $0.unreadable += 1 } }

  // MARK: - For metrics

  /// Lines by outcome since the start, by name.
  var counts: [(outcome: String, count: UInt64)] {
    state.withLock { $0.counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }

  /// How far each feed was acknowledged since the start, by name.
  var acknowledgements: [(feed: PartnerFeedName, sequence: UInt64)] {
    state.withLock { $0.acknowledged.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }

  /// Groups of lines that could not be stored.
  var failures: UInt64 { state.withLock { $0.failures } }

  /// Events that could not be read and were withheld.
  var unreadable: UInt64 { state.withLock { $0.unreadable } }

  /// Ends the thread after what waits is stored.
  func stop() {
    let thread = state.withLock { state in
      state.isStopped = true
      return state.thread
    }
    doorbell.ring()
    thread?.join()
  }

  // MARK: - The thread

  private func run() {
    var log: EventLog?
    var seal: LedgerSeal?
    var (epoch, durable): (UInt64, UInt64) = (0, 0)
    var nextRetention = MonotonicClock.now()
    var nextSigning = nextRetention
    var nextRoom = nextRetention
    while true {
      let (jobs, isStopped) = state.withLock { state in
        defer { state.jobs = [] }
        return (state.jobs, state.isStopped)
      }
      if jobs.isEmpty {
        // In small steps, so that no release waits long for the tree.
        if log != nil, keepTree(epoch, durable, &seal, &nextSigning, isLast: isStopped) { continue }
        if isStopped { return }
        keepHouse(&log, epoch, seal?.signedSize ?? 0, &nextRetention)
        if log != nil, (try? log!.prepare()) == true { continue }
        _ = doorbell.wait(timeoutMilliseconds: 1_000)
        continue
      }
      do throws(LedgerError) {
        if log == nil {
          let opened = try EventLog(directory: directory, post: post, records: .plain)
          epoch = opened.epoch
          log = consume opened
        }
        for job in jobs {
          let text = job.text
          var start = 0
          for (entry, end) in zip(job.entries, job.ends) {
            try unsafe log!.append(
              entry.header, payload: text.span.bytes.extracting(start..<end))
            start = end
          }
        }
        durable = try log!.commit()
        for job in jobs { note(job.entries) }
        let signed = seal?.signedSize ?? 0
        state.withLock { $0.held.tidy(durable: durable, signed: signed) }
        for job in jobs { job.done.resume() }
      } catch {
        var isUsable = false
        if log != nil { isUsable = log!.isUsable(after: error) }
        if isUsable {
          // Nothing of them was given, so nothing of them stays. What is due may make room, at once.
          log!.dropGroup()
          nextRetention = min(nextRetention, nextRoom)
          if MonotonicClock.now() >= nextRoom {
            nextRoom = MonotonicClock.now().advanced(byNanos: Self.roomNanos)
            keepHouse(&log, epoch, seal?.signedSize ?? 0, &nextRetention)
          }
        } else {
          log = nil
          seal = nil
        }
        logger.error("releases cannot be put on record, so nothing is released: \(error)")
        state.withLock { state in
          state.failures += 1
          for job in jobs { if let claim = job.claim { state.giveBack(claim) } }
        }
        for job in jobs { job.done.resume(throwing: error) }
      }
    }
  }

  /// Grows the tree over the log by a step, and signs it when it has all and it is time to; whether
  /// there is more to take in. A fault of it keeps no release from its record.
  private func keepTree(
    _ epoch: UInt64, _ durable: UInt64, _ seal: inout LedgerSeal?, _ next: inout Instant,
    isLast: Bool
  ) -> Bool {
    do throws(LedgerError) {
      if seal == nil {
        let signer = LogKey.signer(of: post, log: .releases, epoch: epoch, seed: signingSeed)
        seal = try LedgerSeal(directory: directory, signer: signer, durable: durable)
      }
      if try seal!.take(through: durable) { return true }
      let now = MonotonicClock.now()
      guard isLast || now >= next else { return false }
      if try seal!.sign() { next = now.advanced(byNanos: Self.signingNanos) }
    } catch {
      seal = nil
      logger.error("the release log is not signed: \(error)")
    }
    return false
  }

  private func keepHouse(
    _ log: inout EventLog?, _ epoch: UInt64, _ sealedTo: UInt64, _ next: inout Instant
  ) {
    let now = MonotonicClock.now()
    guard log != nil, now >= next else { return }
    next = now.advanced(byNanos: Self.retentionNanos)
    let time = clock.read().now
    do throws(LedgerError) {
      let bounds = RetentionBounds(
        bytesMax: UInt64(retention.ledgerRetentionBytes),
        ageNanosMax: retention.releaseRetentionSeconds * 1_000_000_000, sealedTo: sealedTo)
      let origin = LogKey.origin(of: post, log: .releases, epoch: epoch)
      _ = try log!.erase(bounds, origin: origin, now: time)
      let earlier = try log!.eraseEarlier(
        in: folders, ageNanosMax: bounds.ageNanosMax, now: time)
      for text in earlier.obstacles where isNew(obstacle: text) { logger.error("\(text)") }
    } catch {
      logger.error("the release log cannot be kept in order: \(error)")
      if error.code != .diskFull { log = nil }
    }
  }

  private func isNew(obstacle: String) -> Bool {
    state.withLock { $0.toldObstacles.insert(obstacle).inserted }
  }

  private func note(_ entries: [ReleaseEntry]) {
    state.withLock { state in
      for entry in entries {
        state.counts[entry.outcome, default: 0] += 1
        if entry.outcome == "acknowledged" {
          let feed = PartnerFeedName(of: entry)
          state.acknowledged[feed] = max(state.acknowledged[feed] ?? 0, entry.sequence)
        }
        guard entry.outcome == "released" || entry.outcome == "recalled" else { continue }
        state.held.insert(entry.partner, entry.event.id)
      }
    }
  }
}
