import Model
import TestSupport
import Testing

@testable import Devices

@Suite struct EdgeTrackTests {
  static func at(_ milliseconds: Int64) -> Instant {
    Instant(monotonicNanos: milliseconds * 1_000_000)
  }

  @Test func `alternating edges in the past pass as they are`() {
    var track = EdgeTrack(restLevel: false)
    for step in 1...10 as ClosedRange<Int64> {
      let verdict = track.take(
        isRising: step % 2 == 1, time: Self.at(step), readAt: Self.at(step + 1))
      #expect(
        verdict
          == EdgeTrack.Verdict(time: Self.at(step), isTimeReplaced: false, isEdgeMissing: false))
    }
  }

  @Test func `two edges in one direction tell that the one between is missing`() {
    var track = EdgeTrack(restLevel: false)
    #expect(!track.take(isRising: true, time: Self.at(1), readAt: Self.at(9)).isEdgeMissing)
    #expect(track.take(isRising: true, time: Self.at(2), readAt: Self.at(9)).isEdgeMissing)
    track.forget()
    #expect(!track.take(isRising: true, time: Self.at(3), readAt: Self.at(9)).isEdgeMissing)
  }

  @Test func `a wall-clock stamp is replaced by the moment of reading`() {
    var track = EdgeTrack(restLevel: false)
    let wall = Instant(monotonicNanos: 1_780_000_000_000_000_000)
    let verdict = track.take(isRising: true, time: wall, readAt: Self.at(50))
    #expect(verdict.time == Self.at(50))
    #expect(verdict.isTimeReplaced)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `times of a line never fall and never lie ahead`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var track = EdgeTrack(restLevel: true)
    var last = Instant.distantPast
    var now: Int64 = 0
    for _ in 0..<500 {
      now += Int64.random(in: 0...10, using: &generator)
      let stamp = Int64.random(in: -20...now + 20, using: &generator)
      let verdict = track.take(
        isRising: Bool.random(using: &generator), time: Self.at(stamp), readAt: Self.at(now))
      #expect(verdict.time >= last && verdict.time <= Self.at(now), "seed \(seed)")
      last = verdict.time
    }
  }

  @Test func `the mark of an overrun ends after its time and only once`() {
    var track = EdgeTrack(restLevel: false)
    let early = track.endsOverrun(at: Self.at(0))
    track.markOverrun(at: Self.at(0))
    let ends = [9_999, 10_000, 20_000].map { track.endsOverrun(at: Self.at($0)) }
    #expect(!early)
    #expect(ends == [false, true, false])
  }
}

@Suite struct FrameTrackTests {
  static func at(_ milliseconds: Int64) -> Instant { EdgeTrackTests.at(milliseconds) }

  @Test func `a gap in the driver's numbers counts the frames between`() {
    var track = FrameTrack()
    #expect(track.dropped(before: 5) == 0)
    #expect(track.dropped(before: 6) == 0)
    #expect(track.dropped(before: 9) == 2)
  }

  @Test func `numbers that repeat, fall or wrap are no gap`() {
    var track = FrameTrack()
    _ = track.dropped(before: .max)
    #expect(track.dropped(before: 0) == 0)
    #expect(track.dropped(before: 0) == 0)
    _ = track.dropped(before: 700)
    #expect(track.dropped(before: 2) == 0)
    track.restart()
    #expect(track.dropped(before: 90) == 0)
  }

  @Test func `the driver's stamp stands when it is monotonic, recent and not ahead`() {
    var track = FrameTrack()
    let first = track.time(stamp: Self.at(990), isMonotonic: true, dequeuedAt: Self.at(1_000))
    #expect(first.time == Self.at(990) && !first.isReplaced)
    for (stamp, isMonotonic) in [
      (Self.at(1_030), true), (Self.at(1_010), false), (Self.at(980), true),
      (Instant(monotonicNanos: 0), true), (Instant(monotonicNanos: .max), true),
    ] {
      let second = track.time(
        stamp: stamp, isMonotonic: isMonotonic, dequeuedAt: Self.at(1_020))
      #expect(second.time == Self.at(1_020) && second.isReplaced)
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `times of frames never fall`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var track = FrameTrack()
    var now: Int64 = 0
    var last = Instant.distantPast
    for _ in 0..<500 {
      now += Int64.random(in: 0...40, using: &generator)
      let time = track.time(
        stamp: Self.at(Int64.random(in: now - 60...now + 20, using: &generator)),
        isMonotonic: Int.random(in: 0..<9, using: &generator) > 0, dequeuedAt: Self.at(now)
      ).time
      #expect(time >= last && time <= Self.at(now), "seed \(seed)")
      last = time
    }
  }
}

@Suite struct HealthBookTests {
  static func at(_ milliseconds: Int64) -> Instant { EdgeTrackTests.at(milliseconds) }

  @Test func `only changes are told, oldest first`() {
    var book = HealthBook(sensors: [SensorID(4), SensorID(6)])
    book.noteAll(.lost, .deviceAbsent, systemError: 2, at: Self.at(1))
    book.noteAll(.lost, .deviceAbsent, systemError: 2, at: Self.at(2))
    book.note(1, .ok, .delivering, at: Self.at(3))
    var told: [HealthReport] = []
    while let report = book.next() { told.append(report) }
    #expect(told.map(\.sensor) == [SensorID(4), SensorID(6), SensorID(6)])
    #expect(told.map(\.state) == [.lost, .lost, .ok])
    #expect(told.map(\.systemError) == [2, 2, 0])
  }

  @Test func `a device that went away stays so while it is absent`() {
    var book = HealthBook(sensors: [SensorID(0)])
    book.note(0, .lost, .deviceGone, systemError: 19, at: Self.at(1))
    book.note(0, .lost, .deviceAbsent, systemError: 2, at: Self.at(2))
    book.note(0, .lost, .deviceBusy, systemError: 16, at: Self.at(3))
    book.note(0, .lost, .deviceAbsent, systemError: 2, at: Self.at(4))
    var told: [HealthReason] = []
    while let report = book.next() { told.append(report.reason) }
    #expect(told == [.deviceGone, .deviceBusy, .deviceAbsent])
  }

  @Test func `what nobody fetches makes room for what is newer`() {
    var book = HealthBook(sensors: [SensorID(0)])
    for step in 0..<100 as Range<Int64> {
      book.note(0, step % 2 == 0 ? .lost : .ok, .other, at: Self.at(step))
    }
    #expect(book.overwritten == 92)
    var last: HealthReport?
    while let report = book.next() { last = report }
    #expect(last?.time == Self.at(99))
  }
}
