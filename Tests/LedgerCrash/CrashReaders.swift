import Glibc
import Ledger
import Model
import Synchronization
import TestSupport

/// The readers that go on while the writer is killed and comes back, as centers do.
enum CrashReaders {
  /// Follows the events; now and then begins again somewhere with a new reader.
  static func follow(
    _ folder: String, _ board: Board, _ witness: Witness, seed: UInt64, until stop: () -> Bool
  ) {
    var random = SeededGenerator(seed: seed)
    var reader: EventLogReader?
    var next: UInt64 = 1
    while !stop() {
      let durable = board.durable
      guard durable >= next else {
        usleep(300)
        continue
      }
      do throws(LedgerError) {
        if reader == nil { reader = try EventLogReader(directory: folder) }
        guard let reader else { continue }
        try read(reader, from: &next, durable: durable, limit: 300, witness)
      } catch {
        witness.fault("a reader at event \(next) of \(durable): \(error)")
        reader = nil
        usleep(10_000)
      }
      if Int.random(in: 0..<40, using: &random) == 0 {
        next = .random(in: 1...durable, using: &random)
        reader = nil
      }
    }
  }

  /// Reads events from `next` on and shows them to the witness.
  static func read(
    _ reader: EventLogReader, from next: inout UInt64, durable: UInt64, limit: Int,
    _ witness: Witness
  ) throws(LedgerError) {
    var expected = next
    let reading = try reader.read(from: next, limit: limit, durable: durable) { record, payload in
      witness.saw(record, payload.withUnsafeBytes { Array($0) }, at: expected)
      expected += 1
    }
    guard reading == .events(count: Int(expected - next), next: expected), expected > next else {
      return witness.fault("events from \(next) to \(durable) were asked for, got \(reading)")
    }
    next = expected
  }

  /// Fetches the checkpoint again and again, and proves each against the one before and a record
  /// against it.
  static func watchCheckpoints(
    _ folder: String, _ board: Board, _ witness: Witness, seed: UInt64, until stop: () -> Bool
  ) {
    var random = SeededGenerator(seed: seed)
    var before: Checkpoint?
    while !stop() {
      usleep(1_500)
      guard board.durable > 0 else { continue }
      do throws(LedgerError) {
        let prover = try LedgerProver(directory: folder)
        let checkpoint = prover.checkpoint
        witness.saw(checkpoint)
        if let before { try check(prover, after: before, witness) }
        before = checkpoint
        try checkInclusion(prover, of: .random(in: 1...checkpoint.size, using: &random), witness)
      } catch {
        // Before the first checkpoint there is none.
        if error.code != .missing || before != nil { witness.fault("a checkpoint: \(error)") }
      }
    }
  }

  /// Whether `old` is the beginning of the prover's checkpoint.
  static func check(
    _ prover: LedgerProver, after old: Checkpoint, _ witness: Witness
  ) throws(LedgerError) {
    let new = prover.checkpoint
    guard old.size <= new.size else {
      return witness.fault("a checkpoint of size \(new.size) came after one of \(old.size)")
    }
    let proof = try prover.consistency(from: old.size)
    let isConsistent = ProofCheck.isConsistent(
      old: old.size, old.root, new: new.size, new.root, proof: proof)
    if isConsistent { return witness.checkedProof() }
    witness.fault("the checkpoints of sizes \(old.size) and \(new.size) are not consistent")
  }

  private static func checkInclusion(
    _ prover: LedgerProver, of sequence: UInt64, _ witness: Witness
  ) throws(LedgerError) {
    guard let (found, record) = try prover.record(at: sequence) else {
      return witness.fault("event \(sequence) is signed and not there")
    }
    guard try prover.sequence(of: "\(found.header.id)") == sequence else {
      return witness.fault("event \(sequence) is not found by its id")
    }
    let isIncluded = ProofCheck.includes(
      record.leaf, index: sequence - 1, size: prover.checkpoint.size, root: prover.checkpoint.root,
      proof: try prover.proof(of: sequence).hashes)
    if isIncluded { return witness.checkedProof() }
    witness.fault("event \(sequence) is not in the tree of size \(prover.checkpoint.size)")
  }
}
