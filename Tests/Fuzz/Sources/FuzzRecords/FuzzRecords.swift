import Digests
import FuzzSupport
import Glibc
import Ledger
import Model

/// The fuzzer of what a ledger holds: payloads, and whole segments. Its arguments are libFuzzer's.
@main
struct FuzzRecords {
  static func main() { unsafe fuzz(read) }
}

private let signer = NoteSigner(
  name: "river-2/ledger/1", algorithm: .ed25519, seed: [UInt8](repeating: 5, count: 32))!
private let seed = (0..<EventRecord.seedBytes).map { UInt8(truncatingIfNeeded: $0 &* 7) }
/// The salts that it stands for.
private let salts = makeSalts()
private let template = SegmentTemplate()

/// What libFuzzer calls with each input; the first byte says what the others are.
private func read(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start = unsafe start, count > 1 else { return 0 }
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  if bytes[0] & 1 == 0 {
    discloseAll(kind: EventKind.allCases[Int(bytes[0] >> 1) % EventKind.allCases.count], bytes)
  } else {
    template.read(bytes)
  }
  return 0
}

private func makeSalts() -> [UInt8] {
  var salts = [UInt8](repeating: 0, count: EventRecord.saltBytes)
  var elements = salts.mutableSpan
  var bytes = unsafe elements.mutableBytes
  unsafe AES256Stream.fill(&bytes, key: seed.span.bytes)
  return salts
}

/// Any payload makes a record, the same of a seed as of its salts, and whatever of it can be disclosed can
/// be proven. An object that is read would be written as it stands.
private func discloseAll(kind: EventKind, _ bytes: [UInt8]) {
  let header = EventHeader(
    kind: kind, id: EventID(high: 1, low: 2), version: 1, time: WallTime(unixNanos: 0),
    isExercise: true)
  let payload = Array(bytes.dropFirst())
  if let object = CanonicalObject(payload[...]) {
    let members = object.members.map { Array("\"\($0.name)\":".utf8) + $0.value }
    precondition(
      Array("{".utf8) + members.joined(separator: Array(",".utf8)) + Array("}".utf8) == payload,
      "an object is read that would be written otherwise")
  }
  let record = EventRecord(header: header, salts: salts, payload: payload)
  precondition(
    record == EventRecord(header: header, salts: seed, payload: payload),
    "a seed gives another record than its salts")
  guard let text = String(validating: record.bytes, as: UTF8.self), !record.disclosures.isEmpty
  else { return }
  var tree = MerkleTree()
  tree.append(record.leaf)
  let checkpoint = Checkpoint(origin: signer.key.name, size: 1, root: tree.root(size: 1))
  var note = SignedNote(text: checkpoint.description)!
  note.sign(with: signer)
  let bundle = ReleaseBundle(
    record: text, disclosures: record.disclosures.map(\.text),
    proof: LogProof(index: 0, hashes: [], note: note))
  guard case .sound(_, let fields) = bundle.verdict(key: signer.key) else {
    preconditionFailure("a record of ours is not proven: \(bundle.verdict(key: signer.key))")
  }
  precondition(fields.map(\.name) == record.disclosures.map(\.name))
}
