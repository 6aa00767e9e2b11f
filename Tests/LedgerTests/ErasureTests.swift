import Glibc
import Model
import TestSupport
import Testing

@testable import Ledger

/// Content that is erased, on record.
@Suite struct ErasureTests {
  private static let post = "river-2"
  private static let seed = [UInt8](repeating: 3, count: 32)
  private static let second: Int64 = 1_000_000_000

  private let folder = TemporaryFolder()
  private var folders: EpochFolders { EpochFolders(state: folder.path, log: .ledger) }

  /// A log of `count` records, record n of second n, signed to its end; its key.
  private func fill(_ count: UInt64, seed: [UInt8] = seed) throws -> NoteKey {
    var log = try EventLog(
      directory: folders.current, post: Self.post, records: .plain, options: smallOptions)
    while log.nextSequence <= count {
      let record = TestRecord(log.nextSequence)
      try log.append(record.header, payload: record.payload.span.bytes)
      try log.commit()
    }
    return try sign(&log, seed)
  }

  @discardableResult
  private func sign(_ log: inout EventLog, _ seed: [UInt8] = seed) throws -> NoteKey {
    let signer = LogKey.signer(of: Self.post, log: .ledger, epoch: log.epoch, seed: seed)
    var seal = try LedgerSeal(
      directory: folders.current, signer: signer, durable: log.durableSequence)
    while try seal.take(through: log.durableSequence) {}
    _ = try seal.sign()
    return signer.key
  }

  @Test("what is erased is on record before it goes, verifies, and is told with its rule")
  func onRecord() throws {
    let key = try fill(60)
    var log = try EventLog(directory: folders.current, post: Self.post, options: smallOptions)
    let now = WallTime(unixNanos: 140 * Self.second)
    let bounds = RetentionBounds(bytesMax: .max, ageNanosMax: 100 * Self.second)
    let due = try #require(try log.dueErasure(bounds, now: now))
    #expect(due.from == 1 && due.through > 10 && due.rule == "storage.retention.age 100 s")
    // Nothing of it is signed: nothing is due.
    let unsealed = RetentionBounds(bytesMax: .max, ageNanosMax: 0, sealedTo: 3)
    #expect(try log.dueErasure(unsealed, now: now) == nil)
    #expect(try log.erase(bounds, origin: key.name, now: now) == due)
    #expect(log.oldestSequence == due.through + 1 && log.durableSequence == 61)
    #expect(try log.erase(bounds, origin: key.name, now: now) == nil)
    try sign(&log)
    let found = try LedgerVerification(directory: folders.current, key: key)
    #expect(found.isSound && found.erased == due.through && found.signed == 61)
    let prover = try LedgerProver(directory: folders.current)
    let id = EventID(high: 5, low: ~5)
    for name in ["5", "\(id)", "\(id)/6"] {
      let erased = try #require(try prover.erased(name), "\(name)")
      #expect(erased.sequence == 5 && erased.leaf == .leaf(TestRecord(5).payload))
      #expect(erased.erasure?.rule == due.rule && erased.erasure?.through == due.through)
      guard case .proven = erased.proof.verdict(on: TestRecord(5).payload, key: key) else {
        Issue.record("the leaf of an erased record is not proven")
        return
      }
    }
    #expect(try prover.erased("\(due.through + 1)") == nil)
    #expect(try prover.erased("4000") == nil)
    let bySize = RetentionBounds(bytesMax: 4096, ageNanosMax: .max)
    #expect(
      try log.erase(bySize, origin: key.name, now: now)?.rule == "storage.retention.size 4096 bytes"
    )
  }

  @Test("events of a quiet post go with their age, though they fill no segment")
  func quiet() throws {
    // Records of seconds 1 to 3, all in one segment.
    let key = try fill(3)
    let options = LedgerOptions()
    var log = try EventLog(directory: folders.current, post: Self.post, options: options)
    func erased(at second: Int64) throws -> ClosedRange<UInt64>? {
      try log.erase(
        RetentionBounds(bytesMax: .max, ageNanosMax: 320 * Self.second), origin: key.name,
        now: WallTime(unixNanos: second * Self.second)
      ).map { $0.from...$0.through }
    }
    // A thirty-second of the age after its first event the segment ends.
    #expect(try erased(at: 10) == nil && erased(at: 12) == nil)
    for number in [12, 300] as [UInt64] {
      let record = TestRecord(number)
      try log.append(record.header, payload: record.payload.span.bytes)
      try log.commit()
    }
    #expect(try erased(at: 322) == nil)
    #expect(try erased(at: 324) == 1...3)
    // The records of second 12 and of second 300 share a segment: nobody looked between.
    #expect(try erased(at: 333) == nil)
    #expect(try erased(at: 621) == 4...5)
    // What is left is the records of the erasures; nothing came after, and they go, too.
    #expect(try erased(at: 941) == 6...6 && log.durableSequence == 8)
  }

  @Test("the content of earlier epochs is erased too, and the chain of epochs still verifies")
  func earlierEpochs() throws {
    _ = try fill(40)
    let newSeed = [UInt8](repeating: 9, count: 32)
    let now = WallTime(unixNanos: 1_000 * Self.second)
    _ = try EpochChange(folders, post: Self.post, seed: newSeed, oldSeeds: [Self.seed]).run(at: now)
    let key = try fill(3, seed: newSeed)
    var log = try EventLog(directory: folders.current, post: Self.post, options: smallOptions)
    let age = 100 * Self.second
    // Segment by segment, as before: the last of its content is of the change.
    let first = try log.eraseEarlier(in: folders, ageNanosMax: age, now: now)
    let middle = try #require(first.erased.first)
    #expect(first.erased.count == 1 && first.obstacles.isEmpty)
    #expect(middle.from == 1 && (20..<41).contains(middle.through) && !middle.isWhole)
    #expect(try log.eraseEarlier(in: folders, ageNanosMax: age, now: now).erased.isEmpty)
    try sign(&log, newSeed)
    #expect(try ChainVerification(folders, key: key).isSound)
    let later = WallTime(unixNanos: 1_101 * Self.second)
    let due = try log.eraseEarlier(in: folders, ageNanosMax: age, now: later).erased
    #expect(due.map(\.from) == [middle.through + 1] && due.map(\.through) == [41])
    #expect(try log.eraseEarlier(in: folders, ageNanosMax: age, now: later).erased.isEmpty)
    try sign(&log, newSeed)
    let chain = try ChainVerification(folders, key: key)
    #expect(chain.isSound && chain.epochs.count == 2)
    #expect(chain.epochs.last?.found?.erased == 41)
    let place = folders.earlier(due[0].epoch)
    _ = system("cat '\(place)'/*.vlog '\(place)'/spare >'\(folder.path)/left' 2>/dev/null")
    let left = try FolderStorage(folder.path, isWriter: false)
    let bytes = try #require(
      try LogFiles.contents(of: "left", bytesMax: 1 << 20, in: left))
    #expect(!bytes.isEmpty && bytes[64...].allSatisfy { $0 == 0 })
  }

  @Test("what the old key did not sign any more is erased, too, under the root that was cited")
  func unsignedTail() throws {
    let old = try fill(40)
    var tail = try EventLog(
      directory: folders.current, post: Self.post, records: .plain, options: smallOptions)
    while tail.nextSequence <= 90 {
      let record = TestRecord(tail.nextSequence)
      try tail.append(record.header, payload: record.payload.span.bytes)
      try tail.commit()
    }
    try tail.close()
    let newSeed = [UInt8](repeating: 9, count: 32)
    let change = EpochChange(
      folders, post: Self.post, seed: newSeed, oldSeeds: [], oldKey: old.publicKey)
    _ = try change.run(at: WallTime(unixNanos: 1_000 * Self.second))
    let key = try fill(3, seed: newSeed)
    var log = try EventLog(directory: folders.current, post: Self.post, options: smallOptions)
    let age = 100 * Self.second
    for (seconds, isWhole) in [(170, false), (500, true)] as [(Int64, Bool)] {
      let now = WallTime(unixNanos: seconds * Self.second)
      let (erased, obstacles) = try log.eraseEarlier(in: folders, ageNanosMax: age, now: now)
      #expect(erased.map(\.isWhole) == [isWhole] && obstacles.isEmpty, "\(obstacles)")
      #expect(isWhole || (41..<90).contains(erased[0].through))
      try sign(&log, newSeed)
      let chain = try ChainVerification(folders, key: key)
      #expect(chain.isSound && chain.epochs.count == 2, "\(chain.epochs)")
    }
  }

  @Test("what no next epoch vouches for stays, and that is told")
  func obstacle() throws {
    let old = try fill(40)
    var tail = try EventLog(
      directory: folders.current, post: Self.post, records: .plain, options: smallOptions)
    let record = TestRecord(41)
    try tail.append(record.header, payload: record.payload.span.bytes)
    try tail.close()
    let newSeed = [UInt8](repeating: 9, count: 32)
    _ = try EpochChange(
      folders, post: Self.post, seed: newSeed, oldSeeds: [], oldKey: old.publicKey
    ).run(at: WallTime(unixNanos: 50 * Self.second))
    let epoch = try #require(try folders.earlierEpochs().first)
    _ = system("rm '\(folders.earlier(epoch))/successor'")
    var log = try EventLog(directory: folders.current, post: Self.post, options: smallOptions)
    let found = try log.eraseEarlier(
      in: folders, ageNanosMax: Self.second, now: WallTime(unixNanos: 500 * Self.second))
    #expect(found.erased.isEmpty && found.obstacles.count == 1)
    #expect(found.obstacles.first?.contains("successor") == true)
  }

  @Test("its records are read back, and nothing that is almost one")
  func records() {
    let record = ErasureRecord(
      from: 3, through: 9, rule: "the legal hold of \"A\" ended on 2027-03-01",
      origin: "a/ledger/0",
      post: "a", time: WallTime(unixNanos: 5))
    #expect(ErasureRecord(record.payload) == record)
    for place in record.payload.indices {
      var changed = record.payload
      changed.remove(at: place)
      #expect(ErasureRecord(changed) != record)
    }
  }
}
