import Ledger
import Model
import Testing

@testable import Receiving

/// A post `ford` with a ledger of real records, and what it gives of them with proofs.
struct PostSample {
  static let signer = NoteSigner(
    name: LogKey.origin(of: "ford", log: .ledger, epoch: 7), algorithm: .ed25519,
    seed: Array(1...32))!

  private var tree = MerkleTree()
  private var records: [EventRecord] = []

  /// With `count` events.
  init(count: Int) throws {
    for number in 1...UInt64(count) {
      let id = EventID(high: 0x42f7_a685_f844_876d, low: 0xa6fc_27ba_0000_0000 + number)
      let payload =
        #"{"geometry":null,"properties":{"class":"person","disposition":"reported","#
        + #""event_id":"\#(id)","exercise":false,"post":"ford","version":1},"type":"Feature"}"#
      let record = EventRecord(
        header: EventHeader(
          kind: .crossing, id: id, version: 1, time: WallTime(unixNanos: 0), isExercise: false),
        salts: (0..<EventRecord.saltBytes).map {
          UInt8(truncatingIfNeeded: $0 &* 7 &+ Int(number))
        },
        payload: Array(payload.utf8))
      records.append(record)
      tree.append(record.leaf)
    }
  }

  /// The event at `sequence`, as the post sends it; it may lie.
  func event(_ sequence: UInt64, as word: String = "person") -> ReceivedEvent {
    let id = EventID(high: 0x42f7_a685_f844_876d, low: 0xa6fc_27ba_0000_0000 + sequence)
    let text =
      #"{"data":{"geometry":null,"properties":{"class":"\#(word)","disposition":"reported","#
      + #""event_id":"\#(id)","exercise":false,"post":"ford","version":1},"type":"Feature"},"#
      + #""datacontenttype":"application/geo+json","exercise":false,"handling":"TLP:AMBER","#
      + #""id":"\#(id)/1","sequence":"\#(sequence)","source":"/posts/ford","specversion":"1.0","#
      + #""type":"org.vedette.crossing.v1"}"#
    return ReceivedEvent(Array(text.utf8)[...])!
  }

  /// What the post signed when it had `size` events.
  func note(_ size: UInt64) -> SignedNote {
    let checkpoint = Checkpoint(
      origin: Self.signer.key.name, size: size, root: tree.root(size: size))
    var note = SignedNote(text: checkpoint.description)!
    note.sign(with: Self.signer)
    return note
  }

  /// Proofs of `range` under the checkpoint of `size`, which continues that of `old`.
  func proofs(of range: ClosedRange<UInt64>, size: UInt64, from old: UInt64) -> PostClient.Proofs {
    let note = note(size)
    return PostClient.Proofs(
      consistency: ConsistencyProof(
        old: old, hashes: tree.consistencyProof(from: old, to: size), note: note),
      bundles: range.map { sequence in
        let record = records[Int(sequence - 1)]
        return ReleaseBundle(
          record: String(decoding: record.bytes, as: UTF8.self),
          disclosures: record.disclosures.filter { $0.name == "class" }.map(\.text),
          proof: LogProof(
            index: sequence - 1, hashes: tree.inclusionProof(of: sequence - 1, size: size),
            note: note)
        ).json[...]
      })
  }
}
