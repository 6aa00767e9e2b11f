import Devices
import Ledger
import Logging
import Model

/// The tree over the ledger and its checkpoints: grown behind the records, while nothing waits to be
/// stored. A fault of it is told and never keeps an event from being stored or offered.
extension LedgerLane {
  /// Least time between two checkpoints, nanoseconds.
  static let signNanos: Int64 = 1_000_000_000
  /// A checkpoint is made after so long even when events keep coming, nanoseconds.
  static let signNanosMax: Int64 = 60_000_000_000
  /// Time until the tree is tried again after a fault of the storage, nanoseconds.
  static let treeRetryNanos: Int64 = 1_000_000_000
  /// The same after one that only people can mend, when trying again may read the whole ledger.
  static let treeRetryNanosMax: Int64 = 10_000_000_000

  /// Records that the tree may be behind while the thread keeps its urgency: what a busy minute leaves.
  static let treeBacklogMax: UInt64 = 10_000

  /// Takes durable records into the tree and signs it when it is time.
  mutating func keepTree(isBusy: Bool) {
    guard let signingSeed, log != nil else { return }
    let now = MonotonicClock.now()
    let isForced = now.nanos(since: nextSign) > Self.signNanosMax
    guard now >= nextSeal, !isBusy || isForced else { return }
    do throws(LedgerError) {
      if seal == nil { try openSeal(signingSeed) }
      yield(durableBefore - min(durableBefore, seal!.size) > Self.treeBacklogMax)
      let hasMore = try seal!.take(through: durableBefore)
      guard !hasMore || isForced, now >= nextSign else { return }
      nextSign = now.advanced(byNanos: Self.signNanos)
      _ = try seal!.sign()
      cells.set(Cell.signedSize.rawValue, seal!.signedSize)
      if treeFault != nil {
        treeFault = nil
        logger.notice("the ledger is signed again")
      }
    } catch {
      seal = nil
      let isOfStorage = error.code == .diskFull || error.code == .inputOutput
      nextSeal = now.advanced(byNanos: isOfStorage ? Self.treeRetryNanos : Self.treeRetryNanosMax)
      cells.add(Cell.treeFailures.rawValue, 1)
      if treeFault == nil { logger.error("the ledger is not signed: \(error)") }
      treeFault = "\(error)"
    }
  }

  /// While a long tree is made anew, other threads come before it, for minutes on a slow machine.
  private mutating func yield(_ isYielding: Bool) {
    guard isYielding != self.isYielding else { return }
    self.isYielding = isYielding
    (isYielding ? ThreadPlacement.ordinary : .storing).apply()
  }

  private mutating func openSeal(_ seed: [UInt8]) throws(LedgerError) {
    let signer = LogKey.signer(of: site.post, log: .ledger, epoch: epoch, seed: seed)
    seal = try LedgerSeal(directory: directory, signer: signer, durable: durableBefore)
  }

  /// The last checkpoint before the end, over everything that is stored.
  mutating func finishTree() {
    nextSeal = .distantPast
    nextSign = .distantPast
    while log != nil, treeFault == nil, seal?.signedSize ?? 0 < durableBefore {
      let before = seal?.size ?? 0
      keepTree(isBusy: false)
      nextSign = .distantPast
      if signingSeed == nil || seal?.size ?? 0 == before { break }
    }
  }
}
