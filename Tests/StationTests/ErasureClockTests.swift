import Foundation
import Model
import Testing

@testable import Station

@Suite struct ErasureClockTests {
  private static let hour: Int64 = 3_600_000_000_000
  private static let day: Int64 = 24 * hour
  private static let start: Int64 = 1_772_000_000_000_000_000

  private let folder = NSTemporaryDirectory() + "vedette-clock-\(UUID().uuidString)"

  private func clock() throws -> ErasureClock {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    return ErasureClock(stateDirectory: folder)
  }

  /// What is relied on, hours after the start, when the wall clock is `ahead` hours ahead of them.
  private func hours(
    _ clock: ErasureClock, at hours: Double, ahead: Double
  ) -> (now: Double, isDoubted: Bool) {
    let passed = Int64(hours * Double(Self.hour))
    let reading = clock.read(
      wall: WallTime(unixNanos: Self.start + passed + Int64(ahead * Double(Self.hour))),
      at: Instant(monotonicNanos: 5_000_000_000 + passed))
    return (
      Double((reading.now.unixNanos - Self.start) / 1_000_000_000) / 3_600, reading.doubted != nil
    )
  }

  @Test func `a clock that goes on is believed, and one that is corrected a little`() throws {
    let clock = try clock()
    for hour in 0..<200 {
      let ahead = hour % 2 == 0 ? 0 : 0.5
      #expect(hours(clock, at: Double(hour), ahead: ahead) == (Double(hour) + ahead, false))
    }
  }

  @Test func `a clock that jumps ahead is believed after a day, not before`() throws {
    let clock = try clock()
    #expect(hours(clock, at: 0, ahead: 0) == (0, false))
    for minute in 60..<(25 * 60) {
      let time = Double(minute) / 60
      let found = hours(clock, at: time, ahead: 9_000)
      #expect(found.isDoubted && abs(found.now - time) < 0.01, "after \(time) hours")
    }
    #expect(hours(clock, at: 25, ahead: 9_000) == (9_025, false))
    #expect(hours(clock, at: 26, ahead: 9_000) == (9_026, false))
  }

  @Test func `a minute of a wrong time leaves nothing behind`() throws {
    let clock = try clock()
    #expect(hours(clock, at: 0, ahead: 0) == (0, false))
    #expect(hours(clock, at: 1, ahead: 9_000).isDoubted)
    #expect(hours(clock, at: 1.5, ahead: 0) == (1.5, false))
    // A day later the same again: the doubt began anew.
    #expect(hours(clock, at: 25.5, ahead: 9_000).isDoubted)
  }

  @Test func `small steps do not add up to a large one`() throws {
    let clock = try clock()
    var latest = 0.0
    for minute in 0..<600 {
      let time = Double(minute) / 60
      latest = hours(clock, at: time, ahead: Double(minute) * 0.9).now - time
    }
    #expect(latest <= 1)
  }

  @Test func `a clock that wanders while it is ahead is never believed`() throws {
    let clock = try clock()
    #expect(hours(clock, at: 0, ahead: 0) == (0, false))
    for hour in 1..<200 {
      #expect(hours(clock, at: Double(hour), ahead: 9_000 + Double(hour) * 3).isDoubted)
    }
  }

  @Test func `a start far ahead of the last run is doubted, one a week later is not`() throws {
    _ = hours(try clock(), at: 0, ahead: 0)
    #expect(hours(try clock(), at: 6 * 24, ahead: 0) == (144, false))
    let late = try clock()
    let found = hours(late, at: 20 * 24, ahead: 0)
    #expect(found.isDoubted && found.now == 144, "time stands where the last run noted it")
    #expect(hours(late, at: 21 * 24, ahead: 0) == (504, false))
  }

  @Test func `a clock in the past is believed, and its way back is doubted for a day`() throws {
    let clock = try clock()
    #expect(hours(clock, at: 0, ahead: -200_000) == (-200_000, false))
    #expect(hours(clock, at: 0.1, ahead: 0).isDoubted)
    let reading = { (hours: Int64) in
      clock.read(
        wall: WallTime(unixNanos: Self.start + hours * Self.hour),
        at: Instant(monotonicNanos: 5_000_000_000 + hours * Self.hour))
    }
    #expect(reading(12).jumps == 0)
    #expect(reading(25).jumps == 1 && reading(25).doubted == nil)
  }
}
