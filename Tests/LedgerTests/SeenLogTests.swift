import TestSupport
import Testing

@testable import Ledger

/// What a witness takes and refuses of a log.
@Suite struct SeenLogTests {
  private static let signer = NoteSigner(
    name: "ford/ledger/0000000000000001", algorithm: .ed25519, seed: Array(1...32))!

  private static func tree(_ size: Int, word: String = "record") -> MerkleTree {
    var tree = MerkleTree()
    for number in 0..<size { tree.append(.leaf(Array("\(word) \(number)".utf8))) }
    return tree
  }

  private static func growth(
    of tree: MerkleTree, from old: UInt64, by signer: NoteSigner = signer, origin: String? = nil
  ) -> ConsistencyProof {
    let checkpoint = Checkpoint(
      origin: origin ?? signer.key.name, size: tree.size, root: tree.root(size: tree.size))
    var note = SignedNote(text: checkpoint.description)!
    note.sign(with: signer)
    let hashes = old <= tree.size ? tree.consistencyProof(from: old, to: tree.size) : []
    return ConsistencyProof(old: old, hashes: hashes, note: note)
  }

  private static func seen(_ tree: MerkleTree) -> SeenLog {
    var seen = SeenLog(key: signer.key)
    #expect(seen.take(growth(of: tree, from: 0)) == .taken)
    return seen
  }

  @Test("a log that grows is taken, whatever the steps, and the proof reads back as it is written")
  func growing() throws {
    let whole = Self.tree(70)
    for first in 1...70 {
      var tree = MerkleTree()
      for number in 0..<first { tree.append(.leaf(Array("record \(number)".utf8))) }
      var seen = Self.seen(tree)
      let proof = Self.growth(of: whole, from: UInt64(first))
      let read = try #require(ConsistencyProof(proof.description))
      #expect(read == proof)
      #expect(seen.take(read) == (first == 70 ? .known : .taken))
      #expect(seen.size == 70)
    }
  }

  @Test("two signed trees of one size are an equivocation, and the first one stays")
  func equivocation() {
    var seen = Self.seen(Self.tree(9))
    let before = seen
    #expect(seen.take(Self.growth(of: Self.tree(9, word: "other"), from: 9)) == .equivocation)
    #expect(seen == before)
  }

  @Test("a log that was rewritten cannot prove that it continues what was seen")
  func rewritten() {
    for size in 1..<40 {
      var seen = Self.seen(Self.tree(size))
      let other = Self.tree(40, word: "other")
      #expect(seen.take(Self.growth(of: other, from: UInt64(size))) == .unproven)
      #expect(seen.size == UInt64(size))
    }
  }

  @Test("a smaller log was set back")
  func setBack() {
    var seen = Self.seen(Self.tree(9))
    #expect(seen.take(Self.growth(of: Self.tree(5), from: 0)) == .setBack(to: 5))
  }

  @Test("another signer, another origin and a proof from elsewhere are refused")
  func foreign() {
    var seen = Self.seen(Self.tree(9))
    let other = NoteSigner(name: Self.signer.key.name, algorithm: .ed25519, seed: Array(3...34))!
    #expect(seen.take(Self.growth(of: Self.tree(12), from: 9, by: other)) == .unsigned)
    #expect(
      seen.take(Self.growth(of: Self.tree(12), from: 9, origin: "x/ledger/1")) == .notOfThisLog)
    #expect(seen.take(Self.growth(of: Self.tree(12), from: 8)) == .unproven)
    #expect(SeenLog(key: other.key, note: seen.note!) == nil)
    #expect(SeenLog(key: Self.signer.key, note: seen.note!) == seen)
  }

  @Test("no changed byte of a proof is taken")
  func changedBytes() {
    let proof = Self.growth(of: Self.tree(13), from: 9)
    let text = Array(proof.description.utf8)
    for place in text.indices {
      var changed = text
      changed[place] ^= 1
      guard let text = String(validating: changed, as: UTF8.self),
        let read = ConsistencyProof(text)
      else { continue }
      var seen = Self.seen(Self.tree(9))
      #expect(seen.take(read) != .taken, "byte \(place)")
    }
  }
}
