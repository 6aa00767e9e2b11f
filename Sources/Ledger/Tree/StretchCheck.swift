import Synchronization

/// Stretches of a ledger's leaves, checked by several threads: each reads, hashes and compares the
/// records of one stretch after the other and gives the roots of its leaves.
final class StretchCheck: Sendable {
  /// Leaves of a stretch, a power of two.
  static let length: UInt64 = 1 << 14
  /// Leaves that are read at once.
  private static let batch = 4_096

  /// What was found in a stretch.
  struct Outcome: Sendable {
    /// The tree of its leaves.
    var frontier = TreeFrontier()
    /// Records that were read.
    var checked: UInt64 = 0
    /// What is wrong with records.
    var findings: [LedgerVerification.Finding] = []
    /// Why the stretch could not be read to its end.
    var error: LedgerError?
  }

  private let storage: FolderStorage
  private let tree: TreeFiles<FolderStorage>
  private let oldest: UInt64
  private let next = Atomic<UInt64>(0)
  private let outcomes = Mutex<[UInt64: Outcome]>([:])

  /// Over all leaves of `tree`; records from sequence `oldest` on are there.
  init(storage: FolderStorage, tree: TreeFiles<FolderStorage>, oldest: UInt64) {
    self.storage = storage
    self.tree = tree
    self.oldest = oldest
  }

  /// Checks everything; the outcomes in the order of the leaves.
  func run(threads: Int) -> [Outcome] {
    let count = (tree.size + Self.length - 1) / Self.length
    Workers.run(Int(min(UInt64(threads), max(count, 1)))) { [self] in
      var state = Worker()
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let start = index * Self.length
        let outcome = check(start..<min(start + Self.length, tree.size), &state)
        outcomes.withLock { $0[index] = outcome }
      }
    }
    return outcomes.withLock { outcomes in (0..<count).compactMap { outcomes[$0] } }
  }

  /// What one thread uses again for each of its stretches.
  private struct Worker: ~Copyable {
    var reader: LogReader<FolderStorage>?
    var writer = LeafWriter()
  }

  private func check(_ range: Range<UInt64>, _ worker: inout Worker) -> Outcome {
    var outcome = Outcome()
    do throws(LedgerError) {
      let kept = try tree.leaves(range)
      let erased = min(max(oldest - 1, range.lowerBound), range.upperBound)
      for leaf in kept[..<Int(erased - range.lowerBound)] { outcome.frontier.append(leaf) }
      guard erased < range.upperBound else { return outcome }
      try check(kept, of: range, from: erased + 1, &worker, &outcome)
    } catch { outcome.error = error }
    return outcome
  }

  /// Reads the records from sequence `first` to the end of the range.
  private func check(
    _ kept: [TreeHash], of range: Range<UInt64>, from first: UInt64, _ worker: inout Worker,
    _ outcome: inout Outcome
  ) throws(LedgerError) {
    let reader = if let reader = worker.reader { reader } else { try LogReader(storage: storage) }
    worker.reader = reader
    var next = first
    while next <= range.upperBound {
      let reading: LedgerReading
      do throws(LedgerError) {
        reading = try reader.read(
          from: next, limit: Self.batch, bytesMax: .max, durable: range.upperBound
        ) { record, salts, payload in
          worker.writer.append(record.header, salts: salts, payload: payload)
        }
      } catch {
        // What stood before the damage counts all the same.
        outcome.compare(worker.writer.take(), from: next, with: kept, after: range.lowerBound)
        throw error
      }
      outcome.compare(worker.writer.take(), from: next, with: kept, after: range.lowerBound)
      guard case .events(_, let following) = reading, following > next else {
        outcome.tell(next, "the record was removed while it was looked for; verify again")
        break
      }
      next = following
    }
  }
}

extension StretchCheck.Outcome {
  /// Takes in the leaves of the records from sequence `first` on; `kept` begin behind leaf `start`.
  fileprivate mutating func compare(
    _ leaves: [TreeHash], from first: UInt64, with kept: [TreeHash], after start: UInt64
  ) {
    for (place, leaf) in leaves.enumerated() {
      let sequence = first + UInt64(place)
      if leaf != kept[Int(sequence - 1 - start)] {
        tell(sequence, "the record is not the one that was signed")
      }
      frontier.append(leaf)
      checked += 1
    }
  }

  /// Notes what is wrong with a record.
  fileprivate mutating func tell(_ sequence: UInt64, _ text: String) {
    guard findings.count < LedgerVerification.findingsMax else { return }
    findings.append(LedgerVerification.Finding(sequence: sequence, text: text))
  }
}
