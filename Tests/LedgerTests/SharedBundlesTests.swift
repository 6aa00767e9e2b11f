import Foundation
import Model
import TestSupport
import Testing

@testable import Ledger

@Suite("Bundles that share a proof") struct SharedBundlesTests {
  @Test("a shared proof gives each leaf's own proof, of any leaves of any tree")
  func paths() {
    var random = SeededGenerator(seed: 27)
    var tree = MerkleTree()
    let leaves = (0..<100).map { TreeHash.leaf(Array("record \($0)".utf8)) }
    for leaf in leaves { tree.append(leaf) }
    for size in UInt64(0)...100 {
      let share = Int.random(in: 1...10, using: &random)
      let chosen = (0..<size).filter { _ in Int.random(in: 0..<10, using: &random) < share }
      let hashes = SharedPath.hashes(of: chosen[...], size: size) { height, index in
        tree.root(of: height, index)
      }
      let named = chosen.map { (index: $0, hash: leaves[Int($0)]) }
      let paths = SharedPath.paths(of: named, size: size, hashes: hashes)
      #expect(paths == chosen.map { tree.inclusionProof(of: $0, size: size) })
      // Neither fewer nor more, nor leaves that are out of order or outside.
      if !hashes.isEmpty {
        #expect(SharedPath.paths(of: named, size: size, hashes: hashes.dropLast()) == nil)
      }
      #expect(
        SharedPath.paths(of: named, size: size, hashes: hashes + [TreeHash.empty]) == nil)
      #expect(
        SharedPath.paths(of: named + [(size, .empty)], size: size, hashes: hashes) == nil)
      if named.count > 1 {
        #expect(SharedPath.paths(of: named.reversed(), size: size, hashes: hashes) == nil)
        #expect(
          SharedPath.paths(of: [named[0]] + named, size: size, hashes: hashes) == nil)
      }
    }
  }

  @Test("of leaves that follow each other it is short")
  func count() {
    var tree = MerkleTree()
    for number in 0..<1_000 { tree.append(.leaf(Array("\(number)".utf8))) }
    let hashes = SharedPath.hashes(of: Array(301..<429)[...], size: 1_000) {
      tree.root(of: $0, $1)
    }
    #expect(hashes.count <= 2 * 10)
  }

  @Test("out of a shared text come the very bundles that are written one by one")
  func bundles() throws {
    let ledger = try SignedSample(events: 300)
    defer { ledger.remove() }
    let prover = try LedgerProver(directory: ledger.directory)
    var wanted: [(sequence: UInt64, fields: [String]?)] = []
    for sequence in UInt64(1)...300 where sequence % 7 != 3 {
      wanted.append((sequence, sequence % 5 == 0 ? nil : ["class", "time_min"]))
    }
    let parts = try prover.sharedBundles(of: wanted, from: 10)
    let plain = try prover.bundles(of: wanted)
    #expect(parts.count == 3 && parts.map(\.last).last == 300)
    let read = try parts.map { try #require(SharedBundles($0.json)) }
    #expect(read.flatMap(\.bundles) == plain)
    #expect(read[0].consistency == (try prover.growth(from: 10)))
    #expect(
      read[1...].allSatisfy {
        $0.consistency
          == ConsistencyProof(old: prover.checkpoint.size, hashes: [], note: prover.note)
      })
    #expect(parts.reduce(0) { $0 + $1.json.count } < plain.reduce(0) { $0 + $1.count } * 9 / 10)
  }

  @Test(
    "the program of Docs/Centers.md makes the same bundles out of it, and finds a changed record")
  func python() throws {
    let ledger = try SignedSample(events: 150)
    defer { ledger.remove() }
    let prover = try LedgerProver(directory: ledger.directory)
    let wanted: [(sequence: UInt64, fields: [String]?)] = [9, 10, 11, 13, 64, 65, 150].map {
      ($0, ["class", "lat_lon_1km"])
    }
    let message = try prover.sharedBundles(of: wanted, from: 5)[0].json
    let folder = ledger.directory + "-python"
    defer { system("rm -rf \(folder)") }
    system("mkdir -p \(folder)")
    let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let page = try String(
      contentsOf: repository.appending(path: "Docs/Centers.md"), encoding: .utf8)
    let program = try #require(
      page.split(separator: "```python\n").dropFirst().map {
        $0.prefix(upTo: $0.ranges(of: "```")[0].lowerBound)
      }
      .first { $0.contains("tlog-proof") })
    try program.write(toFile: folder + "/check.py", atomically: true, encoding: .utf8)
    func run(_ bytes: [UInt8]) throws -> Int32 {
      try Data(bytes).write(to: URL(filePath: folder + "/message.json"))
      return system("cd \(folder) && python3 check.py message.json 2>/dev/null")
    }
    #expect(try run(message) == 0)
    let plain = try prover.bundles(of: wanted)
    for (event, bundle) in zip(wanted, plain) {
      let found = try Data(contentsOf: URL(filePath: folder + "/\(event.sequence).json"))
      #expect(Array(found) == bundle)
    }
    let text = String(decoding: message, as: UTF8.self)
    #expect(try run(Array(text.replacing("crossing.v1", with: "crossing.v2").utf8)) != 0)
  }

  @Test("a changed text proves nothing, whatever was changed")
  func changes() throws {
    let ledger = try SignedSample(events: 20)
    defer { ledger.remove() }
    let prover = try LedgerProver(directory: ledger.directory)
    let text = try prover.sharedBundles(of: (3...9).map { ($0, nil) }, from: 0)[0].json
    let plain = try #require(SharedBundles(text)).bundles
    var random = SeededGenerator(seed: 28)
    for _ in 0..<300 {
      var changed = text
      let place = Int.random(in: 0..<text.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: changed[place] ^= 1 << UInt8.random(in: 0..<7, using: &random)
      case 1: changed.remove(at: place)
      default: changed.insert(UInt8.random(in: 0x20..<0x7F, using: &random), at: place)
      }
      guard changed != text, let read = SharedBundles(changed) else { continue }
      // A note that was changed has no signature of the log; else no bundle is sound that is another.
      guard read.consistency.note == prover.note else { continue }
      for bundle in read.bundles where !plain.contains(bundle) {
        let verdict = ReleaseBundle(bundle)?.verdict(under: prover.checkpoint)
        if case .sound = verdict { Issue.record("a changed bundle is sound") }
      }
    }
  }
}

/// A signed ledger of crossings in a folder of its own.
private struct SignedSample {
  let directory: String

  init(events count: UInt64) throws {
    directory = "/tmp/vedette-shared-\(getpid())-\(count)"
    remove()
    var log = try EventLog(directory: directory, post: "river-2")
    for number in 1...count {
      let header = EventHeader(
        kind: .crossing, id: Fixtures.crossingEventID, version: UInt32(number),
        time: WallTime(unixNanos: 0), isExercise: false)
      try unsafe log.append(header, payload: Array(Fixtures.crossing.utf8).span.bytes)
    }
    try log.commit()
    let signer = LogKey.signer(
      of: "river-2", log: .ledger, epoch: log.epoch, seed: [UInt8](repeating: 3, count: 32))
    var seal = try LedgerSeal(directory: directory, signer: signer, durable: count)
    while try seal.take(through: count) {}
    _ = try seal.sign()
  }

  func remove() { system("rm -rf \(directory)") }
}

extension MerkleTree {
  /// The root of a full subtree.
  fileprivate func root(of height: Int, _ index: UInt64) -> TreeHash {
    guard height > 0 else {
      return tile(level: 0, index: index / 256, size: size)[Int(index % 256)]
    }
    return .node(root(of: height - 1, 2 * index), root(of: height - 1, 2 * index + 1))
  }
}
