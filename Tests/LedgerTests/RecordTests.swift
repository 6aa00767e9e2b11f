import Digests
import Model
import TestSupport
import Testing

@testable import Ledger

@Suite struct RecordTests {
  private static let header = EventHeader(
    kind: .crossing, id: Fixtures.crossingEventID, version: 2, time: WallTime(unixNanos: 0),
    isExercise: true)

  private static func record() -> EventRecord {
    EventRecord(header: header, salts: Fixtures.salts, payload: Array(Fixtures.crossing.utf8))
  }

  @Test("what the tree commits to is frozen, as another language works it out")
  func frozen() {
    let record = Self.record()
    #expect(TreeHash.sha256(record.bytes) == Fixtures.committedDigest)
    #expect(record.leaf.hexadecimalText == Fixtures.leaf)
    #expect(record.disclosures.count == 34)
    let id = CanonicalObject(record.bytes[...])?["id"]
    #expect(id?.elementsEqual("\"42f7a685-f844-876d-a6fc-27ba6a062e3c/2\"".utf8) == true)
  }

  @Test("the leaves of events, whole and damaged, are frozen, and one writer makes them all")
  func frozenLeaves() {
    let root = FrozenLeaves.tree { EventRecord(header: $0, salts: $1, payload: $2).leaf }
    #expect(root.hexadecimalText == FrozenLeaves.root)
    var writer = LeafWriter()
    _ = FrozenLeaves.tree {
      writer.append($0, salts: $1.span.bytes, payload: $2.span.bytes)
      return .empty
    }
    var tree = MerkleTree()
    for leaf in writer.take() { tree.append(leaf) }
    #expect(tree.root(size: tree.size) == root)
    let rest = writer.take()
    #expect(rest.isEmpty)
  }

  @Test("a seed stands for the salts that AES-256 gives under it")
  func seeded() {
    var salts = [UInt8](repeating: 0, count: EventRecord.saltBytes)
    let seed = Array(Fixtures.salts.prefix(EventRecord.seedBytes))
    var elements = salts.mutableSpan
    var span = elements.mutableBytes
    AES256Stream.fill(&span, key: seed.span.bytes)
    let payload = Array(Fixtures.crossing.utf8)
    let record = EventRecord(header: Self.header, salts: seed, payload: payload)
    #expect(record == EventRecord(header: Self.header, salts: salts, payload: payload))
    #expect(record.disclosures.count == 34)
    var writer = LeafWriter()
    writer.append(Self.header, salts: seed.span.bytes, payload: payload.span.bytes)
    let leaves = writer.take()
    #expect(leaves == [record.leaf])
  }

  @Test("without salts, or for a payload that is no event, the record is the payload")
  func plain() {
    let payload = Array("{\"a\":1}".utf8)
    for salts in [[], Fixtures.salts] {
      let record = EventRecord(header: Self.header, salts: salts, payload: payload)
      #expect(record.bytes == payload && record.disclosures.isEmpty)
    }
  }

  @Test("a bundle discloses what was chosen, and every changed byte of it is refused")
  func bundles() {
    let record = Self.record()
    var tree = MerkleTree()
    for number in 0..<20 { tree.append(.leaf([UInt8(number)])) }
    tree.append(record.leaf)
    tree.append(.leaf([21]))
    let signer = NoteSigner(name: "river-2/ledger/1", algorithm: .ed25519, seed: Array(1...32))!
    let checkpoint = Checkpoint(origin: signer.key.name, size: 22, root: tree.root(size: 22))
    var note = SignedNote(text: checkpoint.description)!
    note.sign(with: signer)
    let chosen = record.disclosures.filter { ["class", "time_min"].contains($0.name) }
    let bundle = ReleaseBundle(
      record: String(decoding: record.bytes, as: UTF8.self), disclosures: chosen.map(\.text),
      proof: LogProof(index: 20, hashes: tree.inclusionProof(of: 20, size: 22), note: note))
    #expect(
      bundle.verdict(key: signer.key)
        == .sound(
          checkpoint,
          fields: [
            EventFields.Field(name: "class", value: Array("\"person\"".utf8)),
            EventFields.Field(name: "time_min", value: Array("\"2026-03-01T04:05:00Z\"".utf8)),
          ]))
    let bytes = bundle.json
    #expect(ReleaseBundle(bytes) == bundle)
    for place in bytes.indices {
      // The other bit makes what is no UTF-8.
      for bit: UInt8 in [0x01, 0x80] {
        var changed = bytes
        changed[place] ^= bit
        guard let read = ReleaseBundle(changed) else { continue }
        if read.json != changed { Issue.record("byte \(place) has two texts") }
        if case .sound = read.verdict(key: signer.key) { Issue.record("byte \(place)") }
      }
    }
  }

  @Test(
    "cells hold their place and are as wide as their name says",
    arguments: [(100_000, 1_000.0), (1_000_000, 10_000.0)])
  func cells(row: Int64, metres: Double) throws {
    var random = SeededGenerator(seed: 5)
    var centres: Set<SIMD2<Int64>> = []
    for number in 0..<20_000 {
      let place = (
        longitude: Int64.random(in: -1_800_000_000...1_800_000_000, using: &random),
        latitude: number < 100
          ? (number % 2 == 0 ? 900_000_000 : -900_000_000)
          : Int64.random(in: -900_000_000...900_000_000, using: &random)
      )
      let centre = CoarseValue.centre(of: place, rowDegrees7: row)
      let (longitude, latitude) = centre
      centres.insert(SIMD2(longitude, latitude))
      #expect((latitude - place.latitude).magnitude <= row / 2)
      // The same cell again from its own centre, and from there a cell's width away another one.
      #expect(CoarseValue.centre(of: centre, rowDegrees7: row) == centre)
      if longitude != 0 || latitude.magnitude < 860_000_000 {
        let cosine = Self.cosine(Double(latitude.magnitude + UInt64(row / 2)) / 1e7)
        let step = Int64(metres / (111_320 * cosine) * 1e7 * 0.999) / 2
        for side in [-step, step] {
          let near = (longitude: longitude + side, latitude: latitude)
          guard near.longitude.magnitude < 1_800_000_000 else { continue }
          #expect(CoarseValue.centre(of: near, rowDegrees7: row) == centre)
        }
      }
    }
    #expect(centres.count > 5_000)
  }

  /// Cosine by its series, degrees.
  private static func cosine(_ degrees: Double) -> Double {
    let squared = (degrees * .pi / 180) * (degrees * .pi / 180)
    var (term, sum) = (1.0, 1.0)
    for step in 1..<20 {
      term *= -squared / Double((2 * step - 1) * (2 * step))
      sum += term
    }
    return sum
  }

  @Test("any bytes at all are an object of canonical form or none, and never trap")
  func fuzz() {
    var random = SeededGenerator(seed: 12)
    let whole = Array(Fixtures.crossing.utf8)
    for _ in 0..<3_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = .random(in: 0...127, using: &random)
      }
      bytes.removeLast(.random(in: 0...bytes.count / 2, using: &random))
      if let object = CanonicalObject(bytes[...]) {
        #expect(object.members.map(\.name) == object.members.map(\.name).sorted())
      }
      _ = EventFields(kind: .crossing, feature: bytes)
      _ = ReleaseBundle(bytes)
      _ = CanonicalString.text(of: bytes.prefix(20))
    }
  }

  @Test("every event that the post can write has its fields, at most as many as there are slots")
  func allEvents() {
    var random = SeededGenerator(seed: 13)
    var encoder = EventEncoder(
      site: FixtureSite.site(exercise: "Aurora"), captureEpoch: 1, softwareVersion: "1")
    for _ in 0..<1_000 {
      let header = encoder.encode(FixtureSite.event(&random))
      let payload = encoder.withPayload { [UInt8](copying: $0) }
      let record = EventRecord(header: header, salts: Fixtures.salts, payload: payload)
      #expect(!record.disclosures.isEmpty)
    }
  }
}
