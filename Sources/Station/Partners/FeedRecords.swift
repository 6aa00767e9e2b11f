import Ledger
import Sharing
import Synchronization

/// What of each feed is on record: which events were given, so that only those are proven, and which
/// refusals, delays and proofs, so that who asks for the same again and again does not have them written
/// again and again: the release log would let go the lines of others for it.
///
/// Memory only, a bit an event: what was given before the start is looked for in the release log.
final class FeedRecords: Sendable {
  /// A feed: what a partner gets for a purpose.
  struct Feed: Hashable {
    var partner: String
    var purpose: String
    var isExercise: Bool
  }

  private struct Marks {
    /// Under which agreements what follows was decided; others decide anew, and put that on record.
    var edition: Int
    var refused = SequenceMarks()
    var proven = SequenceMarks()
    /// The event that was put on record as held back last.
    var delayed: UInt64 = 0

    /// Events that were given.
    var given = SequenceMarks()
    /// Events that were not given when that was looked for in the log.
    var absent = SequenceMarks()

    /// Whether what `entry` says is on record.
    func isOnRecord(_ entry: ReleaseEntry, isProof: Bool) -> Bool {
      if isProof { return proven.contains(entry.sequence) }
      switch entry.outcome {
      case "refused": return refused.contains(entry.sequence)
      case "delayed": return delayed == entry.sequence
      default: return false
      }
    }
  }

  private let marks = Mutex<[Feed: Marks]>([:])

  /// Those of `entries`, decided under `edition`, that are not on record yet.
  ///
  /// - Parameter isProof: whether they are about proofs of events that were given.
  func unrecorded(
    _ entries: [ReleaseEntry], of feed: Feed, edition: Int, isProof: Bool
  ) -> [ReleaseEntry] {
    marks.withLock { all in
      guard let marks = all[feed], marks.edition == edition else { return entries }
      // Most often all of them are new, and copying lines costs more than looking at them.
      guard entries.contains(where: { marks.isOnRecord($0, isProof: isProof) }) else {
        return entries
      }
      return entries.filter { !marks.isOnRecord($0, isProof: isProof) }
    }
  }

  /// `entries`, decided under `edition`, are on record.
  func note(_ entries: [ReleaseEntry], of feed: Feed, edition: Int, isProof: Bool) {
    guard !entries.isEmpty else { return }
    marks.withLock { all in
      var marks = all.removeValue(forKey: feed) ?? Marks(edition: edition)
      if marks.edition != edition {
        (marks.refused, marks.proven, marks.delayed) = (SequenceMarks(), SequenceMarks(), 0)
        marks.edition = edition
      }
      for entry in entries {
        if isProof {
          marks.proven.insert(entry.sequence)
        } else {
          switch entry.outcome {
          case "released", "recalled": marks.given.insert(entry.sequence)
          case "refused": marks.refused.insert(entry.sequence)
          case "delayed": marks.delayed = entry.sequence
          default: break
          }
        }
      }
      all[feed] = marks
    }
  }

  /// The log says that event `sequence` was given.
  func noteGiven(_ sequence: UInt64, in feed: Feed) {
    marks.withLock { $0[feed, default: Marks(edition: 0)].given.insert(sequence) }
  }

  /// The log does not say that event `sequence` was given; whoever gives it later notes that.
  func noteAbsent(_ sequence: UInt64, in feed: Feed) {
    marks.withLock { $0[feed, default: Marks(edition: 0)].absent.insert(sequence) }
  }

  /// Whether event `sequence` was given; `nil` when only the log can tell.
  func isGiven(_ sequence: UInt64, in feed: Feed) -> Bool? {
    marks.withLock { all in
      guard let marks = all[feed] else { return nil }
      if marks.given.contains(sequence) { return true }
      return marks.absent.contains(sequence) ? false : nil
    }
  }
}
