import Model
import Testing

@testable import Captures

/// Tables of presence as buildings and data sets have them.
@Suite struct OccupancyImportTests {
  /// `pir-1` active high, `beam-2` active low.
  private let site = makeSite()

  private func edges(_ text: String, _ columns: String? = nil) throws -> [GPIOEdge] {
    let folder = TemporaryFolder()
    writeFile(folder.file("in"), Array(text.utf8))
    return try edges(of: folder.file("in"), columns, folder)
  }

  private func edges(
    of path: String, _ columns: String?, _ folder: TemporaryFolder
  ) throws -> [GPIOEdge] {
    let known = try columns.map { try OccupancyColumns($0) } ?? OccupancyColumns()
    try ImportPlan(inputs: [.init(.occupancy(known), path: path)])
      .run(to: folder.file("out.mcap"), header: makeHeader(site), site: site)
    return try readAll(folder.file("out.mcap")).compactMap { taken in
      if case .edge(let edge, _) = taken.item { edge } else { nil }
    }
  }

  private func edge(_ sensor: UInt16, _ isRising: Bool, _ seconds: Double) -> GPIOEdge {
    GPIOEdge(
      sensor: SensorID(sensor), isRising: isRising,
      time: Instant(monotonicNanos: 1_000_000_000 + Int64(seconds * 1e9)))
  }

  /// The same twelve seconds in every form.
  private var expected: [GPIOEdge] {
    [edge(0, true, 0), edge(2, false, 1.5), edge(0, false, 12), edge(2, true, 12)]
  }

  @Test(
    arguments: [
      // Long, by its headings; the beam is active low.
      (
        "Timestamp,Sensor,State\n2017-12-22 23:59:58,pir-1,ON\n2017-12-22 23:59:58,beam-2,off\n"
          + "2017-12-22 23:59:59.5,beam-2,on\n2017-12-23T00:00:10Z,pir-1,OFF\n"
          + "2017-12-23 01:00:10+01:00,beam-2,OFF\n", nil
      ),
      // Wide, date and time of day apart, an hour of one digit, columns in between.
      (
        "Date,Time,Light,S6_PIR,S7_PIR\r\n2018-01-11,8:57:00,3,1,0\r\n2018-01-11,8:57:01.5,3,1,1\r\n"
          + "2018-01-11,8:57:12,2,0,0\r\n", "time=Date+Time,pir-1=S6_PIR,beam-2=S7_PIR"
      ),
      // Named as the sensors are, semicolons, quotation marks, seconds since 1970.
      (
        "\u{FEFF}\"time\";\"pir-1\";\"beam-2\"\n# a note\n1514000000;1;0\n1514000001.5;1;1\n"
          + "\n1514000012;0;0\n", nil
      ),
      // Without headings, and with headings that do not matter; tabs.
      ("7\tpir-1\t1\n8.5\tbeam-2\t1\n19\tpir-1\t0\n19\tbeam-2\t0\n", "time=1,sensor=2,state=3"),
      (
        "x\ty\tz\n7\tpir-1\t1\n8.5\tbeam-2\t1\n19\tpir-1\t0\n19\tbeam-2\t0\n",
        "time=1,sensor=2,state=3"
      ),
    ] as [(String, String?)])
  func `a table becomes edges from its first row on`(_ text: String, _ columns: String?) throws {
    #expect(try edges(text, columns) == expected)
  }

  @Test(
    arguments: [
      ("", nil, "line 1: the table has no row"),
      ("time,pir-1\n", nil, "the table has no row"),
      ("when,what\n1,2\n", nil, "line 1: the headings (when, what) do not tell the time"),
      ("time,what\n1,2\n", nil, "do not tell sensors and their states"),
      ("time,pir-1\n1,0\nnoon,1\n", nil, "line 3: column \"time\": \"noon\" is no time"),
      ("time,pir-1\n2018-02-30 10:00,1\n", nil, "line 2: column \"time\""),
      ("time,pir-1\n2,0\n1,1\n", nil, "line 3: column \"time\": the time is before"),
      ("time,sensor,state\n1,pir-9,1\n", nil, "line 2: column \"sensor\": \"pir-9\" is no motion"),
      ("time,pir-1\n1,0.5\n", nil, "line 2: column \"pir-1\": \"0.5\" is no state"),
      ("time,pir-1\n1\n", nil, "line 2: column \"pir-1\" is missing: the row has 1 fields"),
      (
        "time,a\n1,0\n", "time=time,pir-1=b",
        "line 1: there is no column \"b\"; the headings are time, a"
      ),
      ("time,a\n1,0\n", "time=time,cam=a", "\"cam\" is no motion sensor"),
      ("1,0\n", "time=1,pir-1=3", "line 1: column 3 is missing"),
      ("time,a\n1,0\n", "pir-1", "\"pir-1\" is not NAME=COLUMN"),
      ("time,a\n1,0\n", "time=a,sensor=b", "either sensor and state"),
    ] as [(String, String?, String)])
  func `what is wrong is told with its line and column`(
    _ text: String, _ columns: String?, _ reason: String
  ) {
    do throws(any Error) {
      _ = try edges(text, columns)
      Issue.record("nothing was refused")
    } catch { #expect("\(error)".contains(reason), "\(error)") }
  }

  @Test(.enabled(if: hasSharedData))
  func `the room of the UCI repository becomes pulses of its two detectors`() throws {
    let folder = TemporaryFolder()
    // A day of it: the rest is like it, and the clock ticks ten times a second throughout.
    _ = run(
      "head -n 1200 '\(sharedData)/uci_occupancy_pir.csv' > '\(folder.file("day.csv"))'")
    let found = try edges(
      of: folder.file("day.csv"), "time=Date+Time,pir-1=S6_PIR,beam-2=S7_PIR", folder)
    let counted = run(
      "awk -F, 'NR>1 { if ($17 != a) n++; if ($18 != b) n++; a = $17; b = $18 } END { print n }' "
        + "'\(folder.file("day.csv"))'"
    ).output
    #expect("\(found.count)\n" == counted)
    #expect(found.count > 50)
  }
}
