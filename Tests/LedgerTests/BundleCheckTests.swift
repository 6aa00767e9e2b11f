import Model
import TestSupport
import Testing

@testable import Ledger

@Suite("Checks of many bundles") struct BundleCheckTests {
  @Test("what is proven once is compared, and each answer is that of a check of its own")
  func provenPath() {
    var random = SeededGenerator(seed: 31)
    var tree = MerkleTree()
    for number in 0..<130 { tree.append(.leaf(Array("record \(number)".utf8))) }
    var (right, wrong) = (0, 0)
    for size in UInt64(1)...130 {
      let root = tree.root(size: size)
      var path = ProvenPath(size: size, root: root)
      let isOrdered = Bool.random(using: &random)
      for number in 0..<2 * size {
        let index = isOrdered ? number % size : UInt64.random(in: 0..<size, using: &random)
        var leaf = TreeHash.leaf(Array("record \(index)".utf8))
        var proof = tree.inclusionProof(of: index, size: size)
        var place = index
        switch Int.random(in: 0..<8, using: &random) {
        case 0: leaf = .leaf(Array("record \(index + 1)".utf8))
        case 1: place = UInt64.random(in: 0...size, using: &random)
        case 2 where !proof.isEmpty: proof.removeLast()
        case 3: proof.append(leaf)
        case 4 where !proof.isEmpty:
          proof[Int.random(in: 0..<proof.count, using: &random)] = root
        case 5 where proof.count > 1: proof.swapAt(0, proof.count - 1)
        default: break
        }
        let expected = ProofCheck.includes(
          leaf, index: place, size: size, root: root, proof: proof)
        #expect(path.includes(leaf, index: place, proof: proof) == expected)
        if expected { right += 1 } else { wrong += 1 }
      }
    }
    #expect(right > 4_000 && wrong > 4_000)
  }

  private static func records() -> [EventRecord] {
    (1...9).map { version in
      EventRecord(
        header: EventHeader(
          kind: .crossing, id: Fixtures.crossingEventID, version: version,
          time: WallTime(unixNanos: 0), isExercise: true),
        salts: Fixtures.salts.map { $0 &+ UInt8(version) }, payload: Array(Fixtures.crossing.utf8))
    }
  }

  /// What a record says behind its digests.
  private static func tail(_ record: EventRecord) -> [UInt8] {
    let text = String(decoding: record.bytes, as: UTF8.self)
    return Array(text[text.firstIndex(of: "]")!...].utf8)
  }

  @Test("a sound bundle opens what it says, and no other text of it is taken for sound")
  func bundles() throws {
    let records = Self.records()
    var tree = MerkleTree()
    for record in records { tree.append(record.leaf) }
    let signer = NoteSigner(name: "river-2/ledger/1", algorithm: .ed25519, seed: Array(1...32))!
    let checkpoint = Checkpoint(
      origin: signer.key.name, size: tree.size, root: tree.root(size: tree.size))
    var note = SignedNote(text: checkpoint.description)!
    note.sign(with: signer)
    var check = BundleCheck(note, checkpoint)
    for (index, record) in records.enumerated() {
      let names = index % 3 == 0 ? [] : ["class", "lat_lon_1km", "time_min"]
      let chosen = record.disclosures.filter { index == 1 || names.contains($0.name) }
      let bundle = ReleaseBundle(
        record: String(decoding: record.bytes, as: UTF8.self), disclosures: chosen.map(\.text),
        proof: LogProof(
          index: UInt64(index),
          hashes: tree.inclusionProof(of: UInt64(index), size: tree.size), note: note))
      let tail = Self.tail(record)
      let isOpen = check.open(bundle.json[...], tail: tail)
      #expect(isOpen)
      #expect(check.index == UInt64(index))
      guard case .sound(_, let fields) = bundle.verdict(under: checkpoint) else {
        Issue.record("not sound")
        return
      }
      #expect(
        check.fields.map {
          EventFields.Field(
            name: String(decoding: check.plain[$0.name], as: UTF8.self),
            value: Array(check.plain[$0.value]))
        } == fields)
      let isOther = check.open(bundle.json[...], tail: Self.tail(records[(index + 1) % 9]))
      #expect(!isOther)
      guard index < 3 else { continue }
      let json = bundle.json
      for place in json.indices {
        var changed = json
        changed[place] ^= [1, 0x20, 0x80][index]
        if check.open(changed[...], tail: tail) { Issue.record("byte \(place)") }
        if place % 50 == 0, check.open(json[..<place], tail: tail) {
          Issue.record("cut at \(place)")
        }
      }
    }
  }

  @Test("a field that is opened twice is not taken for sound")
  func twice() {
    let record = Self.records()[0]
    var tree = MerkleTree()
    tree.append(record.leaf)
    let signer = NoteSigner(name: "river-2/ledger/1", algorithm: .ed25519, seed: Array(1...32))!
    let checkpoint = Checkpoint(origin: signer.key.name, size: 1, root: tree.root(size: 1))
    let note = SignedNote(text: checkpoint.description)!
    var check = BundleCheck(note, checkpoint)
    let text = record.disclosures[0].text
    for (disclosures, isRight) in [([text], true), ([text, text], false)] {
      let bundle = ReleaseBundle(
        record: String(decoding: record.bytes, as: UTF8.self), disclosures: disclosures,
        proof: LogProof(index: 0, hashes: [], note: note))
      let isOpen = check.open(bundle.json[...], tail: Self.tail(record))
      #expect(isOpen == isRight)
    }
  }
}
