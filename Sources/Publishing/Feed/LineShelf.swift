import NIOCore
import Synchronization

/// What was decided and encoded lately, kept for all connections that are given the same: an event is
/// decided, put on record and encoded once a feed, however many connections follow it.
///
/// Holds runs of events, the newest ones of all feeds, up to `bytesMax`. Who comes for what is not
/// there decides it; who comes meanwhile waits for that one. While a client is busy with a run, the next
/// one is decided already, and goes on record when it is asked for.
final class LineShelf: Sendable {
  /// Bytes that the runs take at most.
  static let bytesMax = 50_331_648
  /// Runs that are decided before they are asked for, over all feeds.
  static let aheadMax = 8
  /// How long such a decision holds.
  private static let aheadTime = Duration.seconds(1)
  /// How long it is believed at most that what comes next is held back.
  private static let heldTime = Duration.seconds(5)
  /// What a run takes beside its bytes, about.
  private static let runBytes = 512

  /// A run that may not be on record yet.
  private struct Prepared: Sendable {
    var lines: FeedLines
    var batch: FeedBatch
    var record: @Sendable () async throws -> Void
  }

  /// What is to be done for somebody who asks what comes after an event.
  private enum Turn {
    /// Nothing: it is on the shelf.
    case given(FeedStep)
    /// He decides, up to that event.
    case mine(through: UInt64)
    /// He waits: somebody decides it already.
    case others
  }

  /// A run that somebody may come for next.
  private struct Ahead {
    var feed: String
    var after: UInt64
    var limit: Int
    var made: ContinuousClock.Instant
    var run: Task<Prepared, any Error>
  }

  /// The runs of a feed, and who waits for one that is being decided.
  private struct Shelf {
    var runs: [FeedLines] = []
    var deciding: [UInt64: [CheckedContinuation<Void, Never>]] = [:]
    /// What comes after that event is held back until then.
    var held: (after: UInt64, until: ContinuousClock.Instant)?

    /// Whether nothing is lost with it.
    var isIdle: Bool { runs.isEmpty && deciding.isEmpty && held.map { $0.until < .now } != false }

    /// The index of the first run that ends at `sequence` or after it.
    func place(of sequence: UInt64) -> Int {
      var (low, high) = (0, runs.count)
      while low < high {
        let middle = (low + high) / 2
        if runs[middle].through < sequence { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  private struct State {
    var feeds: [String: Shelf] = [:]
    /// The runs by age.
    var order: [(feed: String, first: UInt64)] = []
    var bytes = 0
    var ahead: [Ahead] = []
  }

  private let state = Mutex(State())
  private let epoch: UInt64
  private let text: CloudEventText

  /// An empty shelf for the events of ledger `epoch`, which `text` encodes.
  init(epoch: UInt64, text: CloudEventText) {
    self.epoch = epoch
    self.text = text
  }

  /// Bytes on the shelf.
  var bytes: Int { state.withLock { $0.bytes } }

  /// What comes after event `after`, up to `durable`, for the client of `source`: at most `limit`
  /// events and about `bytesMax` bytes. All of it is on record.
  ///
  /// - Throws: ``FeedRefusal``, and what deciding throws.
  func step(
    of source: any FeedSource, after: UInt64, through durable: UInt64, limit: Int,
    bytesMax: Int = .max
  ) async throws -> FeedStep {
    guard let feed = try source.sharing() else {
      let run = try await recorded {
        try await prepare(source, after: after, through: durable, limit: limit)
      }
      return step(run, after: after, limit: limit, bytesMax: bytesMax)
    }
    guard after < durable else { return FeedStep(parts: [], through: after) }
    while true {
      // In one step: what others put there between a look and a turn would be decided again, as nothing.
      let turn = state.withLock { state -> Turn in
        let found = Self.look(state.feeds[feed] ?? Shelf(), after, limit, bytesMax)
        return found.map { .given($0) } ?? Self.begin(feed, after, durable, &state)
      }
      let end: UInt64
      switch turn {
      case .given(let step): return step
      case .mine(let through): end = through
      case .others:
        await ended(feed, after)
        continue
      }
      do {
        let run = try await decide(source, feed, after: after, through: end, limit: limit)
        finish(feed, after, run)
        if run.batch.hold == nil, run.lines.through < durable, run.lines.through > after {
          lookAhead(source, feed, after: run.lines.through, through: durable, limit: limit)
        }
        return step(run, after: after, limit: limit, bytesMax: bytesMax)
      } catch {
        finish(feed, after, nil)
        throw error
      }
    }
  }

  /// The newest versions of what comes after event `after`, up to `durable`, for the client of `source`, who
  /// alone is given them: at most `limit` events. All of it is on record.
  ///
  /// - Throws: ``FeedRefusal``, and what deciding throws.
  @concurrent func latest(
    of source: any FeedSource, after: UInt64, through durable: UInt64, limit: Int
  ) async throws -> FeedStep {
    let prepared = try await PreparedBatch.recorded {
      try await source.prepareLatest(after: after, through: durable, limit: limit)
    }
    let lines = FeedLines(prepared.batch, after: after, epoch: epoch, text: text)
    return FeedStep(
      parts: lines.lines.isEmpty ? [] : [lines], through: prepared.batch.through,
      isOvertaken: prepared.batch.isOvertaken, hold: prepared.batch.hold)
  }

  /// What is on the shelf after event `after`; `nil` when the next event is not.
  private static func look(
    _ shelf: Shelf, _ after: UInt64, _ limit: Int, _ bytesMax: Int
  ) -> FeedStep? {
    var place = shelf.place(of: after + 1)
    var step = FeedStep(parts: [], through: after)
    var (left, bytesLeft) = (limit, bytesMax)
    while place < shelf.runs.count, left > 0, bytesLeft > 0,
      shelf.runs[place].first <= step.through + 1
    {
      let part = shelf.runs[place].after(step.through, limit: left, bytesMax: bytesLeft)
      step.through = part.through
      if let first = part.lines.first, let last = part.lines.last {
        step.parts.append(part)
        left -= part.lines.count
        bytesLeft -= last.end - first.start
      }
      guard part.through == shelf.runs[place].through else { break }
      place += 1
    }
    if step.through > after { return step }
    guard let held = shelf.held, held.after == after else { return nil }
    step.hold = held.until - .now
    return step.hold! > .zero ? step : nil
  }

  private func step(
    _ run: Prepared, after: UInt64, limit: Int, bytesMax: Int
  ) -> FeedStep {
    let part = run.lines.after(after, limit: limit, bytesMax: bytesMax)
    let isWhole = part.through == run.lines.through
    return FeedStep(
      parts: part.lines.isEmpty ? [] : [part], through: part.through,
      isOvertaken: run.batch.isOvertaken, hold: isWhole ? run.batch.hold : nil)
  }

  // MARK: - Deciding

  /// Begins to decide what comes after event `after` and is not on the shelf, unless somebody does it
  /// already.
  private static func begin(
    _ feed: String, _ after: UInt64, _ durable: UInt64, _ state: inout State
  ) -> Turn {
    guard state.feeds[feed]?.deciding[after] == nil else { return .others }
    if state.feeds[feed] == nil { state.feeds = state.feeds.filter { !$0.value.isIdle } }
    state.feeds[feed, default: Shelf()].deciding[after] = []
    let shelf = state.feeds[feed]!
    let place = shelf.place(of: after + 1)
    guard place < shelf.runs.count else { return .mine(through: durable) }
    return .mine(through: min(durable, shelf.runs[place].first - 1))
  }

  /// Returns when what comes after event `after` was decided by somebody else.
  private func ended(_ feed: String, _ after: UInt64) async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        guard state.feeds[feed]?.deciding[after] != nil else { return true }
        state.feeds[feed]!.deciding[after]!.append(continuation)
        return false
      }
      if isOver { continuation.resume() }
    }
  }

  /// Ends what ``begin(_:_:_:_:)`` began; keeps the run where it can be shared.
  private func finish(_ feed: String, _ after: UInt64, _ run: Prepared?) {
    let waiting = state.withLock { state in
      let waiting = state.feeds[feed]?.deciding.removeValue(forKey: after)
      if let run, run.batch.isShareable {
        if run.lines.through > after { Self.keep(run.lines, feed, &state) }
        if let hold = run.batch.hold {
          // Not for long: the wall clock may be stepped.
          state.feeds[feed]?.held = (run.lines.through, .now + min(hold, Self.heldTime))
        }
      }
      if state.feeds[feed]?.isIdle == true { state.feeds[feed] = nil }
      return waiting ?? []
    }
    for continuation in waiting { continuation.resume() }
  }

  private static func keep(_ lines: FeedLines, _ feed: String, _ state: inout State) {
    let place = state.feeds[feed]!.place(of: lines.first)
    // Never over another one: who decided it took less or more at once.
    guard
      place == state.feeds[feed]!.runs.count
        || state.feeds[feed]!.runs[place].first > lines.through
    else { return }
    state.feeds[feed]!.runs.insert(lines, at: place)
    state.order.append((feed, lines.first))
    state.bytes += cost(of: lines)
    if state.bytes > bytesMax { clear(&state) }
  }

  private static func cost(of lines: FeedLines) -> Int { lines.bytes.storageCapacity + runBytes }

  /// Lets the oldest runs go until a quarter is free again.
  private static func clear(_ state: inout State) {
    var oldest: [String: Set<UInt64>] = [:]
    var count = 0
    var bytes = state.bytes
    while bytes > bytesMax / 4 * 3, count < state.order.count - 1 {
      let (feed, first) = state.order[count]
      oldest[feed, default: []].insert(first)
      if let shelf = state.feeds[feed] {
        let place = shelf.place(of: first)
        if place < shelf.runs.count, shelf.runs[place].first == first {
          bytes -= cost(of: shelf.runs[place])
        }
      }
      count += 1
    }
    state.order.removeFirst(count)
    state.bytes = bytes
    for (feed, firsts) in oldest {
      state.feeds[feed]?.runs.removeAll { firsts.contains($0.first) }
      if state.feeds[feed]?.isIdle == true { state.feeds[feed] = nil }
    }
  }

  /// Decides, or takes what was decided ahead, and puts it on record.
  private func decide(
    _ source: any FeedSource, _ feed: String, after: UInt64, through durable: UInt64, limit: Int
  ) async throws -> Prepared {
    let ahead = state.withLock { state -> Ahead? in
      let now = ContinuousClock.now
      state.ahead.removeAll { $0.made + Self.aheadTime < now }
      let place = state.ahead.firstIndex {
        $0.feed == feed && $0.after == after && $0.limit <= limit
      }
      return place.map { state.ahead.remove(at: $0) }
    }
    var run = try? await ahead?.run.value
    // One that goes into what others have decided meanwhile is let go.
    if run.map({ $0.lines.through > durable }) != false { run = nil }
    return try await recorded {
      if let decided = run {
        run = nil
        return decided
      }
      return try await prepare(source, after: after, through: durable, limit: limit)
    }
  }

  /// As ``PreparedBatch/recorded(_:)``.
  private func recorded(_ decide: () async throws -> Prepared) async throws -> Prepared {
    while true {
      let prepared = try await decide()
      do {
        try await prepared.record()
        return prepared
      } catch is DecideAnew {}
    }
  }

  @concurrent private func prepare(
    _ source: any FeedSource, after: UInt64, through durable: UInt64, limit: Int
  ) async throws -> Prepared {
    let prepared = try await source.prepare(after: after, through: durable, limit: limit)
    return Prepared(
      lines: FeedLines(prepared.batch, after: after, epoch: epoch, text: text),
      batch: prepared.batch, record: prepared.record)
  }

  private func lookAhead(
    _ source: any FeedSource, _ feed: String, after: UInt64, through durable: UInt64, limit: Int
  ) {
    state.withLock { state in
      let isThere =
        state.feeds[feed].map { Self.look($0, after, 1, 1) != nil || $0.deciding[after] != nil }
        ?? false
      guard !isThere, !state.ahead.contains(where: { $0.feed == feed && $0.after == after }) else {
        return
      }
      if state.ahead.count >= Self.aheadMax { state.ahead.removeFirst() }
      let run = Task {
        try await prepare(source, after: after, through: durable, limit: limit)
      }
      state.ahead.append(
        Ahead(feed: feed, after: after, limit: limit, made: .now, run: run))
    }
  }
}
