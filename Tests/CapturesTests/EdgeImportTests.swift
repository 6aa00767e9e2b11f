import Model
import TestSupport
import Testing

@testable import Captures

/// Levels as other programs write them.
@Suite struct EdgeImportTests {
  /// The test site with its sensors wired to lines of their own.
  private let site: Site = {
    var site = makeSite()
    for (sensor, line) in [(0, "4"), (2, "17")] {
      guard case .motion(var motion) = site.sensors[sensor].detail else { continue }
      motion.line = line
      site.sensors[sensor].detail = .motion(motion)
    }
    return site
  }()

  private func edges(_ text: String) throws -> [GPIOEdge] {
    let folder = TemporaryFolder()
    writeFile(folder.file("in"), Array(text.utf8))
    try ImportPlan(inputs: [.init(.gpioLevels, path: folder.file("in"))])
      .run(to: folder.file("out.mcap"), header: makeHeader(site), site: site)
    return try readAll(folder.file("out.mcap")).compactMap { taken in
      if case .edge(let edge, _) = taken.item { edge } else { nil }
    }
  }

  private func reason(_ text: String) -> String {
    do throws(any Error) {
      _ = try edges(text)
      return ""
    } catch { return "\(error)" }
  }

  private func edge(_ sensor: UInt16, _ isRising: Bool, _ nanos: Int64) -> GPIOEdge {
    GPIOEdge(
      sensor: SensorID(sensor), isRising: isRising,
      time: Instant(monotonicNanos: 1_000_000_000 + nanos))
  }

  @Test func `what gpiomon of libgpiod 1 prints becomes edges from the first event on`() throws {
    let found = try edges(
      "event:  RISING EDGE offset: 4 timestamp: [   12345.500000000]\n"
        + "event: FALLING EDGE offset: 17 timestamp: [   12345.750000001]\n"
        + "event: FALLING EDGE offset: 4 timestamp: [   12347.000000000]\n")
    #expect(
      found == [edge(0, true, 0), edge(2, false, 250_000_001), edge(0, false, 1_500_000_000)])
  }

  @Test func `what gpiomon of libgpiod 2 prints is taken by offset and by name`() throws {
    let found = try edges(
      "47.892475293\trising\tgpiochip0 4\n48.892475293\tfalling\t\"4\"\n")
    #expect(found == [edge(0, true, 0), edge(0, false, 1_000_000_000)])
  }

  @Test(arguments: [
    ("1.5\trising\tgpiochip0 99\n", "line 1: no single motion sensor"),
    ("1.5\trising\t\"pir\"\n1.4 falling x\n", "line 1: no single"),
    ("event:  RISING EDGE offset: 99 timestamp: [ 1.5]\n", "line \"99\""),
  ])
  func `events of strange lines are refused`(_ text: String, _ word: String) {
    #expect(reason(text).contains(word), "\(reason(text))")
  }

  @Test func `a text that is not gpiomon's after its first line is refused, and one back in time`()
  {
    let first = "1.5\trising\tgpiochip0 4\n"
    #expect(reason(first + "hello\n").contains("line 2: \"hello\" is no event"))
    #expect(
      reason(first + "1.4\tfalling\tgpiochip0 4\n").contains("line 2: the event is before"))
  }

  private let dump = """
    $date Tue Feb  1 2022 $end
    $version libsigrok 0.5.2 $end
    $comment
      Acquisition with 3/8 channels at 1 MHz
    $end
    $timescale 100 us $end
    $scope module libsigrok $end
    $var wire 1 ! pir-1 $end
    $var wire 1 " D7 $end
    $var wire 1 #1 beam-2 [0] $end
    $var wire 8 % bus $end
    $upscope $end
    $enddefinitions $end
    #0 $dumpvars 0! 1" 1#1 b00000000 % $end
    #5000 1! 0"
    $comment 0! is said, not done $end
    #7500 0#1 x! b00000001 %
    #20000 0!

    """

  @Test func `a dump of a logic analyser becomes edges of the variables that sensors have`() throws
  {
    #expect(
      try edges(dump) == [
        edge(0, true, 500_000_000), edge(2, false, 750_000_000), edge(0, false, 2_000_000_000),
      ])
  }

  @Test(arguments: [
    ("$timescale 100 us $end\n", "", "no $timescale"),
    ("100 us", "7 us", "\"7us\" is no time scale"),
    ("pir-1", "D1", ""),
    ("#7500", "#1", "line 17: the time is before"),
    ("#7500", "#99999999999999999999", "is no time"),
    ("0#1 x!", "hello", "\"hello\" is neither"),
    ("$enddefinitions $end\n", "", "line 13: \"#0\" stands before"),
  ])
  func `a wrong dump is refused with its line`(_ old: String, _ new: String, _ word: String) {
    let parts = dump.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
    let said = reason(parts.joined(separator: new))
    #expect(word.isEmpty ? said.isEmpty : said.contains(word), "\(said)")
  }

  @Test func `a dump of nobody's channels is refused`() {
    let strange = "$timescale 1 us $end $var wire 1 ! D0 $end $enddefinitions $end #0 1!"
    #expect(reason(strange).contains("no variable of one bit"))
  }

  @Test func `dumps and events with wrong bytes are taken or refused, and never trap`() {
    var generator = SeededGenerator(seed: 63)
    let events =
      "event:  RISING EDGE offset: 4 timestamp: [   12345.500000000]\n"
      + "event: FALLING EDGE offset: 4 timestamp: [   12347.000000000]\n"
    for round in 0..<300 {
      var bytes = Array((round % 2 == 0 ? dump : events).utf8)
      for _ in 0...(round % 3) {
        bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(
          truncatingIfNeeded: generator.next())
      }
      let said = reason(String(decoding: bytes, as: UTF8.self))
      #expect(said.isEmpty || said.contains("line "), "\(said)")
    }
  }
}
