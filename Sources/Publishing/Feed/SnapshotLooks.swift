import Synchronization

/// What snapshots have looked at, kept for their next pages, whatever the connection: each event is looked at
/// once a feed, and not again for each page.
///
/// One look is under way at a time, over all feeds: who asks for snapshots only takes the time of others who
/// do, and never more than one core.
public final class SnapshotLooks: Sendable {
  /// Feeds of which it is known; the one that nobody asked for longest goes for another. Some five
  /// megabytes each.
  static let feedsMax = 4
  /// What nobody asks for so long is let go.
  static let keptTime = Duration.seconds(120)

  private struct Look {
    var feed: String
    var latest: LatestEvents
    var used: ContinuousClock.Instant
  }

  private struct State {
    var looks: [Look] = []
    var isBusy = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Nothing looked at.
  public init() {}

  /// What a page of a snapshot gives: the newest versions of the events of `feed` after `sequence`, up to
  /// `last`, at most `limit`.
  ///
  /// - Parameters:
  ///   - feed: whose events these are; under another name nothing is known of them.
  ///   - look: looks at what comes after ``LatestEvents/through`` and does not come to `last`: in pieces,
  ///     each as much as it wants; `false` when there is nothing more to look at, `nil` when what comes
  ///     next is not kept any more.
  /// - Returns: the versions, and the last event that was looked at of those up to `last`.
  /// - Throws: ``FeedRefusal`` when they are too many, and what `look` throws.
  public func page(
    of feed: String, after sequence: UInt64, through last: UInt64, limit: Int,
    look: (inout LatestEvents) throws -> Bool?
  ) async throws -> (sequences: [UInt64], through: UInt64) {
    try LatestEvents.check(after: sequence, through: last)
    await begin()
    defer { end() }
    var latest = take(feed, after: sequence)
    while latest.through < last {
      guard let isMore = try look(&latest) else {
        // Retention has overtaken it, and perhaps only what is known of an earlier stretch.
        guard latest.after < sequence else { break }
        latest = LatestEvents(after: sequence)
        continue
      }
      guard isMore else { break }
      // Others have their turn between two pieces.
      await Task.yield()
    }
    let sequences = latest.sequences(after: sequence, through: last, limit: limit)
    let through = max(sequence, min(latest.through, last))
    keep(feed, latest)
    return (sequences, through)
  }

  /// What is known of `feed`, from `sequence` on or from before it; nothing else holds it then, so that it
  /// grows in place.
  private func take(_ feed: String, after sequence: UInt64) -> LatestEvents {
    state.withLock { state in
      let now = ContinuousClock.now
      state.looks.removeAll { $0.used + Self.keptTime < now }
      if let place = state.looks.firstIndex(where: { $0.feed == feed }) {
        let known = state.looks.remove(at: place).latest
        if known.after <= sequence, known.through >= sequence,
          known.through - known.after <= 2 * LatestEvents.recordsMax
        {
          return known
        }
      }
      return LatestEvents(after: sequence)
    }
  }

  private func keep(_ feed: String, _ latest: LatestEvents) {
    state.withLock { state in
      if state.looks.count >= Self.feedsMax { state.looks.removeFirst() }
      state.looks.append(Look(feed: feed, latest: latest, used: .now))
    }
  }

  private func begin() async {
    await withCheckedContinuation { continuation in
      let isMine = state.withLock { state in
        if state.isBusy {
          state.waiting.append(continuation)
          return false
        }
        state.isBusy = true
        return true
      }
      if isMine { continuation.resume() }
    }
  }

  private func end() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if state.waiting.isEmpty {
        state.isBusy = false
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
