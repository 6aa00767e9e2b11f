import Model
import Testing

@testable import Devices

/// What every source of raw samples promises while its device is absent; shared by the tests of all
/// readers.
///
/// - Parameters:
///   - source: a reader whose device is not there, not read yet.
///   - sensors: whose health it reports.
///   - clock: the clock the reader asks.
///   - read: one reading that counts samples handed on as a failure.
///   - failures: attempts to open that failed so far.
func checkAbsence<Source: SampleSource & ~Copyable>(
  _ source: inout Source, sensors: [SensorID], reason: HealthReason, clock: FakeClock,
  read: (inout Source, Int32) -> SourceReading, failures: (borrowing Source) -> UInt64
) {
  // Nothing is said before the first reading.
  #expect(source.nextHealth() == nil)

  // The first reading is quiet and reports each sensor lost, once.
  #expect(read(&source, 0) == .quiet)
  var reports: [HealthReport] = []
  while let report = source.nextHealth() { reports.append(report) }
  #expect(Set(reports.map(\.sensor)) == Set(sensors))
  #expect(reports.count == sensors.count)
  #expect(reports.allSatisfy { $0.state == .lost && $0.reason == reason })
  #expect(reports.allSatisfy { $0.time == clock.now })

  // While the clock stands, no reading tries again, however often it is called.
  let first = failures(source)
  #expect(first >= 1)
  for _ in 0..<1_000 { #expect(read(&source, 0) == .quiet) }
  #expect(failures(source) == first)

  // A reading waits instead of spinning, and ends in time.
  let waited = ContinuousClock().measure { _ = read(&source, 30) }
  #expect(waited >= .milliseconds(29))

  // Over ten minutes of impatient reading the attempts stay within their budget, and the sensors
  // stay lost without a further word.
  for _ in 0..<12_000 {
    clock.advance(milliseconds: 50)
    #expect(read(&source, 0) == .quiet)
  }
  let perDevice = failures(source) / first
  #expect(perDevice >= 70, "It is tried every 8 s.")
  #expect(perDevice <= 10 * UInt64(Backoff.attemptsMax))
  #expect(source.nextHealth() == nil)
}
