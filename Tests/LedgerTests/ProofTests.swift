import TestSupport
import Testing

@testable import Ledger

@Suite struct ProofTests {
  private static func record(_ number: Int) -> [UInt8] { Array("record \(number)".utf8) }

  private static func tree(_ size: Int) -> MerkleTree {
    var tree = MerkleTree()
    for number in 0..<size { tree.append(.leaf(record(number))) }
    return tree
  }

  private static let signer = NoteSigner(
    name: "river-2.example/crossings", algorithm: .ed25519, seed: Array(1...32))!
  private static let witness = NoteSigner(
    name: "centre.example", algorithm: .cosignature, seed: Array(2...33))!

  private static func proof(of index: UInt64, in tree: MerkleTree) -> LogProof {
    let checkpoint = Checkpoint(
      origin: signer.key.name, size: tree.size, root: tree.root(size: tree.size))
    var note = SignedNote(text: checkpoint.description)!
    note.sign(with: signer)
    note.sign(with: witness, seconds: 1_772_337_906)
    return LogProof(
      index: index, hashes: tree.inclusionProof(of: index, size: tree.size), note: note)
  }

  @Test("the tree of nothing and of one leaf are those of RFC 6962")
  func smallTrees() {
    let hex = { (hash: TreeHash) in
      hash.bytes.map { hexadecimal(UInt64($0), digits: 2) }.joined()
    }
    #expect(
      hex(.empty) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      hex(.leaf([])) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
  }

  @Test("every leaf of every tree up to 300 is proven, and no other leaf or place by its proof")
  func inclusion() {
    let tree = Self.tree(300)
    for size in UInt64(1)...300 {
      let root = tree.root(size: size)
      for index in 0..<size {
        let proof = tree.inclusionProof(of: index, size: size)
        let leaf = TreeHash.leaf(Self.record(Int(index)))
        let check = { (leaf: TreeHash, index: UInt64, proof: [TreeHash]) in
          ProofCheck.includes(leaf, index: index, size: size, root: root, proof: proof)
        }
        guard check(leaf, index, proof) else {
          Issue.record("leaf \(index) of \(size) is not proven")
          return
        }
        #expect(!check(.leaf([]), index, proof))
        #expect(!check(leaf, size, proof))
        #expect(!check(leaf, index, proof + [leaf]))
        if !proof.isEmpty { #expect(!check(leaf, index, Array(proof.dropLast()))) }
      }
    }
  }

  @Test("all pairs of trees up to 300 are consistent, and a changed old tree is not")
  func consistency() {
    let tree = Self.tree(300)
    let roots = (UInt64(0)...300).map { tree.root(size: $0) }
    for new in UInt64(0)...300 {
      for old in 0...new {
        let proof = tree.consistencyProof(from: old, to: new)
        let check = { (root: TreeHash) in
          ProofCheck.isConsistent(
            old: old, root, new: new, roots[Int(new)], proof: proof)
        }
        guard check(roots[Int(old)]), !check(.leaf([])) else {
          Issue.record("\(old) in \(new)")
          return
        }
      }
    }
  }

  @Test("tiles hold the roots of full subtrees")
  func tiles() {
    let tree = Self.tree(700)
    #expect(tree.tile(level: 0, index: 2, size: 700).count == 188)
    #expect(tree.tile(level: 1, index: 0, size: 700).count == 2)
    #expect(tree.tile(level: 1, index: 0, size: 700)[0] == tree.root(size: 256))
    #expect(tree.tile(level: 0, index: 2, size: 512).isEmpty)
    #expect(tree.tile(level: 9, index: 0, size: 700).isEmpty)
    #expect(tree.tile(level: 0, index: .max, size: 700).isEmpty)
  }

  @Test("a proof is read back, and every changed byte of it or of the record is refused")
  func changedBytes() {
    let tree = Self.tree(77)
    let proof = Self.proof(of: 41, in: tree)
    let verdict = { (proof: LogProof, record: [UInt8]) in
      proof.verdict(
        on: record, key: Self.signer.key, witnesses: [Self.witness.key], quorum: 1)
    }
    guard case .proven = verdict(proof, Self.record(41)) else {
      Issue.record("\(verdict(proof, Self.record(41)))")
      return
    }
    #expect(LogProof(proof.description) == proof)
    let bytes = Array(proof.description.utf8)
    for place in bytes.indices {
      for bit in [UInt8(1), 4, 32] {
        var changed = bytes
        changed[place] ^= bit
        guard let text = String(validating: changed, as: UTF8.self), let read = LogProof(text)
        else { continue }
        if case .proven = verdict(read, Self.record(41)) {
          Issue.record("byte \(place), bit \(bit)")
        }
      }
    }
    for place in Self.record(41).indices {
      var changed = Self.record(41)
      changed[place] ^= 1
      #expect(verdict(proof, changed) == .notIncluded)
    }
  }

  @Test("a witness counts once, and only with its own key")
  func witnesses() {
    let proof = Self.proof(of: 3, in: Self.tree(9))
    let twice = proof.verdict(
      on: Self.record(3), key: Self.signer.key,
      witnesses: [Self.witness.key, Self.witness.key], quorum: 2)
    #expect(twice == .tooFewWitnesses(found: 1))
    let other = NoteSigner(
      name: "centre.example", algorithm: .cosignature, seed: Array(3...34))!
    #expect(
      proof.verdict(
        on: Self.record(3), key: Self.signer.key, witnesses: [other.key], quorum: 1)
        == .tooFewWitnesses(found: 0))
  }

  @Test("any bytes at all as note, key, checkpoint or proof are refused or read, and never trap")
  func fuzz() {
    var random = SeededGenerator(seed: 88)
    let whole = Array(Self.proof(of: 5, in: Self.tree(20)).description.utf8)
    for _ in 0..<4000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = .random(in: 0...255, using: &random)
      }
      bytes.removeLast(.random(in: 0...bytes.count / 2, using: &random))
      let text = String(decoding: bytes, as: UTF8.self)
      if let proof = LogProof(text) { #expect(proof.description == text) }
      if let note = SignedNote(text) { #expect(note.description == text) }
      if let checkpoint = Checkpoint(text) { #expect(checkpoint.description == text) }
      if let key = NoteKey(text) { #expect(key.description == text) }
    }
    #expect(NoteKey(Self.signer.key.description) == Self.signer.key)
  }
}
