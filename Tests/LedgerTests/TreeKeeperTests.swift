import Model
import TestSupport
import Testing

@testable import Ledger

/// What a partner may rely on: a checkpoint that anybody has seen is the beginning of every later
/// one, whatever happened in between.
@Suite struct TreeKeeperTests {
  private static let signer = NoteSigner(
    name: "river-2/ledger/000000000000abcd", algorithm: .ed25519, seed: Array(1...32))!

  /// The root over the first `size` test records.
  private static func root(_ size: UInt64) -> TreeHash {
    var tree = MerkleTree()
    for number in 0..<size { tree.append(.leaf(TestRecord(number + 1).payload)) }
    return tree.root(size: size)
  }

  private func keeper(
    _ storage: FaultStorage, durable: UInt64, signer: NoteSigner = signer
  ) throws(LedgerError) -> TreeKeeper<FaultStorage> {
    try TreeKeeper(storage: storage, signer: signer, durable: durable)
  }

  /// A ledger of `count` records.
  private func ledger(_ count: UInt64) throws -> FaultStorage {
    let storage = FaultStorage()
    var writer = try openWriter(storage)
    try append(to: count, &writer)
    return storage
  }

  private func append(
    to last: UInt64, _ writer: inout LogWriter<FaultStorage>
  ) throws(LedgerError) {
    while writer.nextSequence <= last {
      try writer.append(TestRecord(writer.nextSequence))
      if writer.nextSequence % 5 == 0 { try writer.commit() }
    }
    try writer.commit()
  }

  private func sign(_ storage: FaultStorage, durable: UInt64) throws {
    var keeper = try keeper(storage, durable: durable)
    while try keeper.take(through: durable) {}
    _ = try keeper.sign()
  }

  private func checkpoint(_ storage: FaultStorage) throws -> Checkpoint? {
    try CheckpointFile.read(from: storage)?.1
  }

  @Test("the checkpoint is that of the tree in memory", arguments: [1, 7, 255, 256, 257, 700])
  func roots(count: UInt64) throws {
    let storage = try ledger(count)
    try sign(storage, durable: count)
    let found = try #require(try checkpoint(storage))
    #expect(found.size == count && found.root == Self.root(count))
    let files = try TreeFiles(storage: storage, size: count, isWriter: false)
    var tree = MerkleTree()
    for number in 0..<count { tree.append(.leaf(TestRecord(number + 1).payload)) }
    for index in stride(from: 0, to: count, by: 13) {
      #expect(
        try files.inclusion(of: index, size: count) == tree.inclusionProof(of: index, size: count))
      #expect(
        try files.consistency(from: index, to: count)
          == tree.consistencyProof(from: index, to: count))
    }
  }

  @Test("a tree that grows over many openings is the same, and lost files are rebuilt")
  func growth() throws {
    let storage = FaultStorage()
    var writer = try openWriter(storage)
    for size in stride(from: UInt64(40), through: 600, by: 70) {
      try append(to: size, &writer)
      if size % 3 == 0 { storage.lose("tree-00") }
      if size % 3 == 1 { storage.lose("tree-08") }
      try sign(storage, durable: size)
      #expect(try checkpoint(storage)?.root == Self.root(size))
    }
  }

  @Test("a ledger that was set back, changed or signed by another key is never signed")
  func refusals() throws {
    let storage = try ledger(60)
    try sign(storage, durable: 60)
    do throws(LedgerError) {
      _ = try keeper(storage, durable: 59)
      Issue.record("set back")
    } catch { #expect(error.code == .damaged) }
    let other = NoteSigner(name: Self.signer.key.name, algorithm: .ed25519, seed: Array(2...33))!
    do throws(LedgerError) {
      _ = try keeper(storage, durable: 60, signer: other)
      Issue.record("another key")
    } catch { #expect(error.code == .otherKey) }
    // Another history of the same length: the files of the tree are gone, the records differ.
    let changed = FaultStorage()
    var writer = try openWriter(changed)
    for number in UInt64(1)...60 { try writer.append(TestRecord(number + 1)) }
    try writer.commit()
    changed.put(CheckpointFile.name, storage.bytes(of: CheckpointFile.name))
    do throws(LedgerError) {
      var keeper = try keeper(changed, durable: 60)
      while try keeper.take(through: 60) {}
      Issue.record("changed")
    } catch { #expect(error.code == .damaged) }
  }

  @Test("records that retention took before there was a tree are leaves of nothing")
  func begunLate() throws {
    let storage = FaultStorage()
    var writer = try openWriter(storage)
    try append(to: 100, &writer)
    _ = try writer.removeOldest(
      bytesMax: 8_192, ageNanosMax: .max, now: .init(unixNanos: 0))
    let oldest = writer.manifest.oldest
    #expect(oldest > 1)
    try sign(storage, durable: 100)
    var tree = MerkleTree()
    for number in UInt64(1)...100 {
      tree.append(number < oldest ? .leaf([]) : .leaf(TestRecord(number).payload))
    }
    #expect(try checkpoint(storage)?.root == tree.root(size: 100))
    // What is not signed yet stays, what is signed may go.
    try append(to: 200, &writer)
    _ = try writer.removeOldest(
      bytesMax: 8_192, ageNanosMax: .max, now: .init(unixNanos: 0), sealedTo: 100)
    #expect(writer.manifest.oldest <= 101)
    try sign(storage, durable: 200)
    #expect(try checkpoint(storage)?.size == 200)
  }

  @Test("no power cut makes two checkpoints that contradict each other", arguments: 0..<200)
  func powerCuts(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var storage = FaultStorage()
    var seen: [Checkpoint] = []
    for _ in 0..<6 {
      storage.plan(.crash, at: storage.operations + .random(in: 0..<60, using: &random))
      do {
        var writer = try openWriter(storage)
        var keeper = try keeper(storage, durable: writer.durableSequence)
        while true {
          for _ in 0..<Int.random(in: 1...30, using: &random) {
            try writer.append(TestRecord(writer.nextSequence))
          }
          try writer.commit()
          while try keeper.take(through: writer.durableSequence) {}
          // What was written and synced may have been served.
          if try keeper.sign(), let signed = keeper.signed { seen.append(signed) }
        }
      } catch {}
      storage =
        Bool.random(using: &random) ? storage.afterPowerCut(&random) : storage.afterKill()
    }
    let writer = try openWriter(storage)
    try sign(storage, durable: writer.durableSequence)
    if let last = try checkpoint(storage) { seen.append(last) }
    for one in seen {
      #expect(one.root == Self.root(one.size))
      #expect(one.size <= writer.durableSequence)
    }
  }

  @Test("an error at any operation of the tree is told, and opening anew goes on where it was")
  func errors() throws {
    for fault in [FaultStorage.Fault.error, .full] {
      for number in 0..<24 {
        let storage = try ledger(300)
        try sign(storage, durable: 120)
        storage.plan(fault, at: storage.operations + number)
        try? sign(storage, durable: 300)
        storage.forgetPlans()
        try sign(storage, durable: 300)
        #expect(try checkpoint(storage)?.root == Self.root(300))
      }
    }
  }
}
