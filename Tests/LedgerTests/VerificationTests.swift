import Glibc
import Model
import TestSupport
import Testing

@testable import Ledger

/// What `vedette verify` says of a whole ledger, on a real folder.
@Suite struct VerificationTests {
  private static let seed = [UInt8](repeating: 3, count: 32)
  /// Segments of some 2,700 records.
  private static let options = LedgerOptions(
    segmentBytes: 256 << 10, groupBytesMax: 64 << 10, groupRecordsMax: 4096)
  /// More than two stretches, the last one not full.
  private static let count = StretchCheck.length * 2 + 777

  /// A signed ledger of `count` records in a folder of its own, and its key.
  private func ledger(_ count: UInt64, _ name: String) throws -> (folder: String, key: NoteKey) {
    let folder = "/tmp/vedette-verify-\(getpid())-\(name)"
    system("rm -rf \(folder)")
    var log = try EventLog(
      directory: folder, post: "river-2", records: .plain, options: Self.options)
    for number in 1...count {
      let record = TestRecord(number, bytes: 40)
      try log.append(record.header, payload: record.payload.span.bytes)
    }
    try log.commit()
    let signer = LogKey.signer(of: "river-2", log: .ledger, epoch: log.epoch, seed: Self.seed)
    var seal = try LedgerSeal(directory: folder, signer: signer, durable: count)
    while try seal.take(through: count) {}
    #expect(try seal.sign())
    return (folder, signer.key)
  }

  @Test("a manifest or checkpoint that cannot be read is found, not thrown")
  func unreadable() throws {
    for name in ["manifest", "checkpoint"] {
      let (folder, key) = try ledger(30, "unreadable")
      defer { system("rm -rf \(folder)") }
      try change("\(folder)/\(name)", at: 3)
      let found = try LedgerVerification(directory: folder, key: key)
      #expect(found.findings.count == 1 && found.findings[0].text.contains(name), "\(found)")
    }
    #expect(throws: LedgerError.self) {
      try LedgerVerification(directory: "/nowhere", key: ledger(1, "none").key)
    }
    system("rm -rf /tmp/vedette-verify-\(getpid())-none")
  }

  @Test("a whole ledger is sound by any number of threads, and a changed record is found")
  func wholeAndChanged() throws {
    let (folder, key) = try ledger(Self.count, "whole")
    defer { system("rm -rf \(folder)") }
    for threads in [1, 2, 3, 16] {
      let found = try LedgerVerification(directory: folder, key: key, threads: threads)
      #expect(found.isSound && found.checked == Self.count && found.signed == Self.count)
    }
    let other = NoteSigner(name: key.name, algorithm: .ed25519, seed: Array(1...32))!.key
    #expect(try !LedgerVerification(directory: folder, key: other).isSound)
    // A leaf that is not the one of its record: the record is named.
    let sequence = StretchCheck.length + 9
    try change("\(folder)/tree-00", at: Int(sequence - 1) * 32)
    let found = try LedgerVerification(directory: folder, key: key, threads: 2)
    #expect(found.findings.map(\.sequence) == [sequence] && found.checked == Self.count)
    try change("\(folder)/tree-00", at: Int(sequence - 1) * 32)
    #expect(try LedgerVerification(directory: folder, key: key).isSound)
    // A byte of a segment.
    try change("\(folder)/\(SegmentHeader.name(firstSequence: 1))", at: 64 + 56)
    let damaged = try LedgerVerification(directory: folder, key: key, threads: 2)
    #expect(!damaged.isSound && damaged.checked >= Self.count - StretchCheck.length)
  }

  @Test("records that retention took are vouched for by their leaves")
  func erased() throws {
    let (folder, key) = try ledger(Self.count, "erased")
    defer { system("rm -rf \(folder)") }
    var log = try EventLog(
      directory: folder, post: "river-2", records: .plain, options: Self.options)
    let removed = try log.applyRetention(
      bytesMax: 1 << 20, ageNanosMax: .max, now: WallTime(unixNanos: 0))
    let found = try LedgerVerification(directory: folder, key: key, threads: 2)
    #expect(removed > 0 && log.oldestSequence > StretchCheck.length)
    #expect(found.isSound && found.erased == log.oldestSequence - 1)
    #expect(found.checked + found.erased == Self.count)
  }

  @Test("an event is found by its id, with the index, while it is made anew, and without it")
  func byID() throws {
    let (folder, key) = try ledger(Self.count, "index")
    defer { system("rm -rf \(folder)") }
    func expectFound() throws {
      let prover = try LedgerProver(directory: folder)
      for sequence in [1, 700, Self.count] {
        let header = TestRecord(sequence).header
        #expect(try prover.sequence(of: "\(header.id)") == sequence)
        #expect(try prover.sequence(of: header.cloudEventID) == sequence)
        #expect(try prover.sequence(of: "\(header.id)/99") == nil)
      }
      #expect(try prover.sequence(of: "\(TestRecord(Self.count + 1).header.id)") == nil)
    }
    try expectFound()
    unlink("\(folder)/ids-00")
    try expectFound()
    let log = try EventLog(
      directory: folder, post: "river-2", records: .plain, options: Self.options)
    let signer = LogKey.signer(of: "river-2", log: .ledger, epoch: log.epoch, seed: Self.seed)
    #expect(signer.key == key)
    var seal = try LedgerSeal(directory: folder, signer: signer, durable: Self.count)
    #expect(try seal.take(through: Self.count))
    try expectFound()
    while try seal.take(through: Self.count) {}
    try expectFound()
  }

  /// Turns a bit of a file.
  private func change(_ path: String, at offset: Int) throws {
    let file = open(path, O_RDWR)
    defer { close(file) }
    var byte: UInt8 = 0
    try #require(file >= 0 && pread(file, &byte, 1, offset) == 1)
    byte ^= 1
    try #require(pwrite(file, &byte, 1, offset) == 1)
  }
}
