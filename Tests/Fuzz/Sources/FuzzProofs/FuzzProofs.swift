import FuzzSupport
import Ledger
import Model

/// The fuzzer of what a verifier reads: keys, notes, checkpoints, proofs, bundles, what a log says of
/// itself and the way from one log to the next. Its arguments are libFuzzer's.
@main
struct FuzzProofs {
  static func main() { unsafe fuzz(read) }
}

/// A log that signs nothing: no proof of it can hold, and all witnesses are strangers.
private let log = NoteSigner(
  name: "river-2/ledger/1", algorithm: .ed25519, seed: [UInt8](repeating: 5, count: 32))!.key

/// What libFuzzer calls with each input: what is read must be written as it was read, so that no two
/// texts say the same, and nothing is proven that the log did not sign.
private func read(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start = unsafe start, count > 0 else { return 0 }
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  if let bundle = ReleaseBundle(bytes) {
    precondition(bundle.json == bytes, "a bundle is read that would be written otherwise")
    if case .sound = bundle.verdict(key: log) { preconditionFailure("a bundle was forged") }
  }
  checkOwnRecords(bytes)
  guard let text = String(validating: bytes, as: UTF8.self) else { return 0 }
  if let proof = LogProof(text) {
    precondition(proof.description == text, "a proof is read that would be written otherwise")
    if case .proven = proof.verdict(on: bytes, key: log) {
      preconditionFailure("a proof was forged")
    }
    check(proof)
  }
  if let note = SignedNote(text) {
    precondition(note.description == text, "a note is read that would be written otherwise")
    precondition(!note.isSigned(by: log), "a signature was forged")
  }
  if let checkpoint = Checkpoint(text) {
    precondition(checkpoint.description == text, "a checkpoint that would be written otherwise")
  }
  if let key = NoteKey(text) {
    precondition(key.description == text, "a key is read that would be written otherwise")
  }
  return 0
}

/// What a log says of itself, and the way to its successor.
private func checkOwnRecords(_ bytes: [UInt8]) {
  if let record = EpochRecord(bytes) {
    precondition(record.payload == bytes, "an epoch is read that would be written otherwise")
    _ = record.header(at: WallTime(unixNanos: 0))
  }
  if let record = ErasureRecord(bytes) {
    precondition(record.payload == bytes, "an erasure is read that would be written otherwise")
    precondition(record.from >= 1 && record.from <= record.through, "an erasure of nothing")
  }
  guard let way = Succession(bytes) else { return }
  precondition(way.json == bytes, "a way is read that would be written otherwise")
  if case .follows = way.verdict(after: SeenLog(key: log)) {
    preconditionFailure("a successor was forged")
  }
}

/// The hashes of a proof against any sizes that it names: no answer matters, only that there is one.
private func check(_ proof: LogProof) {
  guard let checkpoint = Checkpoint(proof.note.text) else { return }
  _ = ProofCheck.includes(
    .empty, index: proof.index, size: checkpoint.size, root: checkpoint.root, proof: proof.hashes)
  _ = ProofCheck.isConsistent(
    old: proof.index, .empty, new: checkpoint.size, checkpoint.root, proof: proof.hashes)
}
