import Glibc
import Model
import TestSupport
import Testing

@testable import Ledger

/// The change of a log's key: a new epoch that cites the old one.
@Suite struct EpochTests {
  private static let post = "river-2"
  private static let oldSeed = [UInt8](repeating: 3, count: 32)
  private static let newSeed = [UInt8](repeating: 5, count: 32)
  private static let now = WallTime(unixNanos: 1_772_337_906_789_012_345)

  private let folder = TemporaryFolder()
  private var folders: EpochFolders { EpochFolders(state: folder.path, log: .ledger) }

  private func key(_ seed: [UInt8], of directory: String) throws -> NoteKey {
    let epoch = try EventLogReader(directory: directory).epoch
    return LogKey.key(of: Self.post, log: .ledger, epoch: epoch, seed: seed)
  }

  /// Appends records up to `last` to the log in its place and signs those up to `signed`.
  private func fill(_ seed: [UInt8], upTo last: UInt64, signed: UInt64) throws {
    var log = try EventLog(directory: folders.current, post: Self.post, options: smallOptions)
    func sign() throws {
      let signer = LogKey.signer(of: Self.post, log: .ledger, epoch: log.epoch, seed: seed)
      var seal = try LedgerSeal(
        directory: folders.current, signer: signer, durable: log.durableSequence)
      while try seal.take(through: log.durableSequence) {}
      _ = try seal.sign()
    }
    while log.nextSequence <= last {
      let record = TestRecord(log.nextSequence)
      try log.append(record.header, payload: record.payload.span.bytes)
      try log.commit()
      if log.durableSequence == signed { try sign() }
    }
  }

  private func change(
    to seed: [UInt8] = newSeed, from old: [[UInt8]] = [oldSeed], known: [UInt8]? = nil
  ) throws -> EpochChange.Outcome {
    try EpochChange(folders, post: Self.post, seed: seed, oldSeeds: old, oldKey: known)
      .run(at: Self.now)
  }

  @Test("the new log cites the old one's end, the old one names the new key, and all is verified")
  func withTheOldKey() throws {
    try fill(Self.oldSeed, upTo: 40, signed: 30)
    let old = try key(Self.oldSeed, of: folders.current)
    let outcome = try change()
    let new = try key(Self.newSeed, of: folders.current)
    guard case .begun(let ended, 41, new, true) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(ended.origin == old.name && ended.size == 41 && new.name != old.name)
    #expect(try change() == .notNeeded)
    // The log goes on, and the whole chain is sound.
    try fill(Self.newSeed, upTo: 12, signed: 12)
    let chain = try ChainVerification(folders, key: new)
    #expect(chain.isSound && chain.epochs.map(\.key) == [new, old])
    #expect(chain.epochs.map(\.found?.checked) == [12, 41])
    #expect(chain.epochs.map(\.found?.unsigned) == [0, 0])
    let other = try key(Self.oldSeed, of: folders.current)
    #expect(try !ChainVerification(folders, key: other).isSound)
  }

  @Test("without the old key, records that it did not sign are cited too, and cannot be changed")
  func withoutTheOldKey() throws {
    try fill(Self.oldSeed, upTo: 40, signed: 30)
    let old = try key(Self.oldSeed, of: folders.current)
    #expect(throws: LedgerError.self) { try change(from: [[UInt8](repeating: 9, count: 32)]) }
    #expect(try EventLogReader(directory: folders.current).newestSequence() == 40)
    let outcome = try change(from: [], known: old.publicKey)
    guard case .begun(let ended, 40, let new, false) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(ended.size == 30)
    let chain = try ChainVerification(folders, key: new)
    #expect(chain.isSound && chain.epochs.last?.found?.unsigned == 10)
    // One more record behind the end that was cited.
    let earlier = folders.earlier(try #require(LogKey.epoch(of: old.name)))
    var log = try EventLog(directory: earlier, post: Self.post, options: smallOptions)
    let record = TestRecord(41)
    try log.append(record.header, payload: record.payload.span.bytes)
    try log.commit()
    let longer = try ChainVerification(folders, key: new)
    #expect(!longer.isSound && longer.epochs.last?.faults.count == 1)
    try log.close()
    _ = system("rm -rf '\(earlier)'")
    let gone = try ChainVerification(folders, key: new)
    #expect(!gone.isSound && gone.epochs.count == 1)
  }

  @Test("who followed the old log is led to the new one, from any place in it, and by no other way")
  func succession() throws {
    try fill(Self.oldSeed, upTo: 20, signed: 20)
    let old = try key(Self.oldSeed, of: folders.current)
    let prover = try LedgerProver(directory: folders.current)
    var seen = SeenLog(key: old)
    #expect(seen.take(try prover.growth(from: 0)) == .taken)
    _ = try change()
    let new = try key(Self.newSeed, of: folders.current)
    let epoch = try #require(LogKey.epoch(of: old.name))
    let way = try #require(try Succession(from: epoch, size: 20, in: folders))
    #expect(Succession(way.json) == way)
    guard case .follows(new, let note, 21) = way.verdict(after: seen) else {
      Issue.record("\(way.verdict(after: seen))")
      return
    }
    #expect(SeenLog(key: new, note: note)?.size == 1)
    let fromNothing = try #require(try Succession(from: epoch, size: 0, in: folders))
    #expect(fromNothing.verdict(after: SeenLog(key: old)) == way.verdict(after: seen))
    #expect(try Succession(from: epoch, size: 22, in: folders) == nil)
    #expect(try Succession(from: epoch &+ 1, size: 0, in: folders) == nil)
    // Another epoch than the one that is asked for; without the old key's word; with a wrong one.
    #expect(way.verdict(after: seen, epoch: 1) != way.verdict(after: seen))
    var unsaid = way
    unsaid.handover = nil
    #expect(unsaid.verdict(after: seen) == .unknownKey(origin: new.name))
    #expect(unsaid.verdict(after: seen, expected: old.publicKey) == .unknownKey(origin: new.name))
    #expect(unsaid.verdict(after: seen, expected: new.publicKey) == way.verdict(after: seen))
    unsaid.handover = way.successor
    #expect(unsaid.verdict(after: seen) == .unknownKey(origin: new.name))
    // Who has seen another history is told so.
    var forked = SeenLog(key: old)
    var note2 = SignedNote(
      text: Checkpoint(origin: old.name, size: 20, root: .leaf([1])).description)!
    note2.sign(with: NoteSigner(name: old.name, algorithm: .ed25519, seed: Self.oldSeed)!)
    #expect(forked.take(ConsistencyProof(old: 0, hashes: [], note: note2)) == .taken)
    #expect(way.verdict(after: forked) == .brokenOff(.unproven))
  }

  @Test("no byte of a way can be changed")
  func changedWay() throws {
    try fill(Self.oldSeed, upTo: 3, signed: 3)
    let old = try key(Self.oldSeed, of: folders.current)
    var seen = SeenLog(key: old)
    _ = seen.take(try LedgerProver(directory: folders.current).growth(from: 0))
    _ = try change()
    let epoch = try #require(LogKey.epoch(of: old.name))
    let json = try #require(try Succession(from: epoch, size: 3, in: folders)).json
    var passed: [Int] = []
    for place in stride(from: 0, to: json.count, by: 5) {
      var changed = json
      changed[place] ^= 1
      guard let way = Succession(changed), case .follows = way.verdict(after: seen) else {
        continue
      }
      passed.append(place)
    }
    #expect(passed.isEmpty)
  }

  @Test("many changes are followed, also when retention took the first records of an epoch")
  func manyEpochs() throws {
    var seeds = [Self.oldSeed]
    try fill(Self.oldSeed, upTo: 5, signed: 5)
    for number in 0..<4 {
      seeds.append([UInt8](repeating: UInt8(20 + number), count: 32))
      _ = try change(to: seeds[number + 1], from: Array(seeds[...number]))
      try fill(seeds[number + 1], upTo: UInt64(60 + number), signed: UInt64(60 + number))
    }
    var log = try EventLog(directory: folders.current, post: Self.post, options: smallOptions)
    #expect(try log.eraseWhole(now: Self.now, sealedTo: 63))
    try log.close()
    let chain = try ChainVerification(folders, key: try key(seeds[4], of: folders.current))
    #expect(chain.isSound && chain.epochs.count == 5)
    #expect(chain.epochs[0].found?.erased == 63)
  }

  @Test("a change that was cut off is undone or done, and a log at work is left alone")
  func cutOff() throws {
    try fill(Self.oldSeed, upTo: 7, signed: 7)
    // Cut off before the old log has left its place.
    _ = system("cp -r '\(folders.current)' '\(folders.next)'")
    try folders.settle()
    #expect(try Set(folderNames()) == ["ledger"])
    // Cut off after it.
    _ = try change()
    _ = system("mv '\(folders.current)' '\(folders.next)'")
    try folders.settle()
    #expect(
      try ChainVerification(folders, key: try key(Self.newSeed, of: folders.current)).isSound)
    let log = try EventLog(directory: folders.current, post: Self.post)
    do throws(LedgerError) {
      _ = try EpochChange(
        folders, post: Self.post, seed: Self.oldSeed, oldSeeds: [Self.newSeed]
      ).run(at: Self.now)
      Issue.record("a log at work was changed")
    } catch { #expect(error.code == .inUse) }
    #expect(log.durableSequence == 1)
  }

  private func folderNames() throws -> [String] {
    try FolderStorage(folder.path, isWriter: false).names()
  }

  @Test("a log that nothing was signed of needs no change")
  func unsigned() throws {
    try fill(Self.oldSeed, upTo: 7, signed: 100)
    #expect(try change() == .notNeeded)
  }

  @Test("its records are read back, and nothing that is almost one")
  func records() throws {
    let key = NoteSigner(name: "a/ledger/1", algorithm: .ed25519, seed: Self.newSeed)!.key
    let record = EpochRecord(.ends(next: key), origin: "a/ledger/0", post: "a", time: Self.now)
    #expect(EpochRecord(record.payload) == record)
    #expect(record.header(at: Self.now).kind == .epoch)
    for place in record.payload.indices {
      var changed = record.payload
      changed.remove(at: place)
      #expect(EpochRecord(changed) != record)
    }
  }
}
