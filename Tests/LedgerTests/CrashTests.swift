import TestSupport
import Testing

@testable import Ledger

/// What a client may rely on: an event whose sequence was durable once is there for ever, and no
/// event is there that was not appended.
@Suite struct CrashTests {
  /// What a run did before it ended.
  struct Outcome {
    var acknowledged: UInt64 = 0
    var appended: UInt64 = 0
  }

  /// Appends from the next number on until `last` or a failure, in groups of changing size, with
  /// preparation of segments in between.
  private func run(
    _ storage: FaultStorage, until last: UInt64, _ random: inout SeededGenerator
  ) -> Outcome {
    var outcome = Outcome()
    do {
      var writer = try openWriter(storage)
      outcome.acknowledged = writer.durableSequence
      outcome.appended = writer.durableSequence
      do {
        while writer.nextSequence <= last {
          for _ in 0..<Int.random(in: 1...5, using: &random) {
            outcome.appended = writer.nextSequence
            try writer.append(TestRecord(writer.nextSequence))
            outcome.acknowledged = writer.durableSequence
          }
          try writer.commit()
          outcome.acknowledged = writer.durableSequence
          if Bool.random(using: &random) { _ = try writer.prepare() }
        }
      } catch { outcome.acknowledged = writer.durableSequence }
    } catch {}
    return outcome
  }

  @Test("a power cut at any operation loses nothing acknowledged and invents nothing")
  func powerCuts() throws {
    var random = SeededGenerator(seed: 20_260_301)
    let rehearsal = FaultStorage()
    _ = run(rehearsal, until: 60, &random)
    let operations = rehearsal.operations
    #expect(operations > 60)
    for number in 0..<operations + 10 {
      for seed in 0..<4 {
        var random = SeededGenerator(seed: UInt64(seed))
        let storage = FaultStorage()
        storage.plan(.crash, at: number)
        let first = run(storage, until: 60, &random)
        try check(storage.afterPowerCut(&random), first, &random, "cut at \(number), seed \(seed)")
        try check(storage.afterKill(), first, &random, "kill at \(number), seed \(seed)")
      }
    }
  }

  /// Recovers with further cuts during the recovery, then looks and goes on.
  private func check(
    _ left: FaultStorage, _ first: Outcome, _ random: inout SeededGenerator, _ label: String
  ) throws {
    var storage = left
    var outcome = first
    for _ in 0..<2 {
      storage.plan(.crash, at: .random(in: 0..<25, using: &random))
      let second = run(storage, until: outcome.appended + 5, &random)
      outcome.acknowledged = max(outcome.acknowledged, second.acknowledged)
      outcome.appended = max(outcome.appended, second.appended)
      storage = storage.afterPowerCut(&random)
    }
    do {
      var writer = try openWriter(storage)
      let kept = writer.durableSequence
      #expect(kept >= outcome.acknowledged, "\(label)")
      #expect(kept <= outcome.appended, "\(label)")
      try expectRecords(storage, count: kept)
      try writer.append(TestRecord(kept + 1))
      try writer.commit()
      try expectRecords(storage, count: kept + 1)
    } catch {
      Issue.record("\(label): \(error)")
    }
  }

  @Test("an error at any operation is told, and after reopening nothing acknowledged is missing")
  func errors() throws {
    for fault in [FaultStorage.Fault.error, .full] {
      for number in 0..<160 {
        var random = SeededGenerator(seed: UInt64(number))
        let storage = FaultStorage()
        storage.plan(fault, at: number)
        let first = run(storage, until: 60, &random)
        // The process goes on: it opens the ledger anew, and only then comes the power cut. The
        // fault may have waited for the second run.
        let last = first.appended + 3
        let second = run(storage, until: last, &random)
        storage.forgetPlans()
        let third = run(storage, until: last, &random)
        #expect(third.acknowledged >= last)
        let after = storage.afterPowerCut(&random)
        let writer = try openWriter(after)
        #expect(writer.durableSequence >= third.acknowledged)
        #expect(third.acknowledged >= max(first.acknowledged, second.acknowledged))
        try expectRecords(after, count: writer.durableSequence)
      }
    }
  }

  @Test("what was read back after a failed sync is written anew before it counts as durable")
  func failedSync() throws {
    var random = SeededGenerator(seed: 7)
    let storage = FaultStorage()
    do {
      var writer = try openWriter(storage)
      try writer.append(TestRecord(1))
      try writer.commit()
      try writer.append(TestRecord(2))
      storage.plan(.error, at: storage.operations + 1)
      #expect(throws: LedgerError.self) { try writer.commit() }
      #expect(writer.failure?.code == .inputOutput)
      #expect(writer.durableSequence == 1)
      do throws(LedgerError) {
        try writer.append(TestRecord(3))
        Issue.record("a failed writer must take nothing")
      } catch { #expect(error.code == .writerFailed) }
    }
    let reopened = try openWriter(storage)
    #expect(reopened.durableSequence == 2)
    try expectRecords(storage.afterPowerCut(&random), count: 2)
  }

  @Test(
    "a full disk at the roll refuses the event, keeps the writer, and is over when there is room")
  func fullDisk() throws {
    let storage = FaultStorage()
    var writer = try openWriter(storage)
    var refused = 0
    while refused == 0 {
      // An append does nothing to the storage unless it rolls: then the second thing it does is to
      // write the next segment's zeros.
      storage.plan(.full, at: storage.operations + 1)
      do throws(LedgerError) {
        try writer.append(TestRecord(writer.nextSequence))
        storage.forgetPlans()
        try writer.commit()
      } catch {
        #expect(error.code == .diskFull)
        refused += 1
      }
    }
    #expect(writer.segments == [1])
    #expect(refused == 1)
    #expect(writer.failure == nil)
    #expect(!storage.allNames.contains(LogFiles.spareName))
    let next = writer.nextSequence
    try writer.append(TestRecord(next))
    try writer.commit()
    #expect(writer.segments == [1, next])
    try expectRecords(storage, count: next)
  }

  @Test("a segment that was begun and never written to is no loss", arguments: [false, true])
  func emptySegment(isCut: Bool) throws {
    let storage = FaultStorage()
    var random = SeededGenerator(seed: 3)
    var last: UInt64 = 0
    do {
      var writer = try openWriter(storage)
      while writer.segments.count == 1 {
        last = writer.durableSequence
        try writer.append(TestRecord(writer.nextSequence))
        if writer.segments.count == 1 { try writer.commit() }
      }
    }
    let left = isCut ? storage.afterPowerCut(&random) : storage.afterKill()
    let writer = try openWriter(left)
    #expect(writer.segments == [1, last + 1])
    #expect(writer.nextSequence == last + 1)
    try expectRecords(left, count: last)
  }
}
