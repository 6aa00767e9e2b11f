import Ledger
import Model
import Synchronization

/// What the readers saw, for ever: no later look at the ledger may contradict it.
final class Witness: Sendable {
  private struct State {
    /// Digest of the event at each sequence, from 1; 0 where nobody looked yet.
    var digests: [UInt64] = []
    var seen = 0
    var checkpoints: [UInt64: Checkpoint] = [:]
    var proofs = 0
    var faults: [String] = []
  }

  private let state = Mutex(State())

  /// Events that a reader saw, each counted once.
  var seen: Int { state.withLock { $0.seen } }
  /// The newest sequence that a reader saw.
  var newest: UInt64 { state.withLock { UInt64($0.digests.count) } }
  /// Proofs that were checked.
  var proofs: Int { state.withLock { $0.proofs } }
  /// The checkpoints seen, the smallest first.
  var checkpoints: [Checkpoint] {
    state.withLock { $0.checkpoints.values.sorted { $0.size < $1.size } }
  }
  /// What was wrong, the first of it.
  var faults: [String] { state.withLock { $0.faults } }

  /// An event that was read at `sequence`: it must be the one that belongs there, whoever looks.
  func saw(_ record: LedgerRecord, _ payload: [UInt8], at sequence: UInt64) {
    guard record.sequence == sequence else {
      return fault("event \(record.sequence) came where \(sequence) was to come")
    }
    guard payload.firstRange(of: Array(#""ordinal":\#(sequence),"#.utf8)) != nil else {
      return fault("event \(sequence) is not the one that was written there")
    }
    let digest = Self.digest(record, payload)
    let isChanged = state.withLock { state in
      while UInt64(state.digests.count) < sequence { state.digests.append(0) }
      let before = state.digests[Int(sequence) - 1]
      if before == 0 { state.seen += 1 }
      state.digests[Int(sequence) - 1] = digest
      return before != 0 && before != digest
    }
    if isChanged { fault("event \(sequence) is another one than a reader saw before") }
  }

  /// A checkpoint that was served.
  func saw(_ checkpoint: Checkpoint) {
    let before = state.withLock { state in
      defer { state.checkpoints[checkpoint.size] = checkpoint }
      return state.checkpoints[checkpoint.size]
    }
    if let before, before != checkpoint {
      fault("two checkpoints of size \(checkpoint.size) contradict each other")
    }
  }

  /// A proof that was checked.
  func checkedProof() { state.withLock { $0.proofs += 1 } }

  /// Something that must not be.
  func fault(_ text: String) {
    state.withLock { if $0.faults.count < 20 { $0.faults.append(text) } }
  }

  /// FNV-1a (Fowler, Noll, Vo), 64 bits, never 0.
  private static func digest(_ record: LedgerRecord, _ payload: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in Array("\(record.header.cloudEventID) \(record.header.timeText)".utf8) + payload {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    return hash | 1
  }
}
