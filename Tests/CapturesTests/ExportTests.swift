import Geodesy
import Model
import TestSupport
import Testing

@testable import Captures

private let hasPython = run("python3 -c 'import csv, json, xml.etree'").status == 0

/// Exports of one capture with everything in it, read by Python's own readers.
@Suite struct ExportTests {
  private static let second: Int64 = 1_000_000_000

  private static func at(_ seconds: Double) -> Instant {
    Instant(monotonicNanos: 5 * second + Int64(seconds * 1e9))
  }

  /// A site with a line, a zone and a cover, and names that every format has to escape.
  private static func site() -> Site {
    var site = makeSite()
    site.sensors[0].name = "pir, \"1\" <a&b>"
    site.sensors[1].coverage = [SIMD2(0, 0), SIMD2(30, 0), SIMD2(30, 20)]
    site.sensors.append(
      Sensor(
        name: "copter", profile: "x/y", place: .zero, coverage: [], detectionProbability: 0.9,
        falseAlarmRate: 1, latencyNanos: 0,
        detail: .drone(
          PlatformDetail(link: "mast", systemID: 1, footprintRadius: 10, positionSigma: 1))))
    func line(_ name: String, _ isClosed: Bool, _ points: [SIMD2<Double>]) -> SiteLine {
      SiteLine(
        name: name, isClosed: isClosed, points: points, leftName: "a", rightName: "b",
        leftToRight: "in", rightToLeft: "out")
    }
    site.lines = [
      line("fence", false, [SIMD2(-50, 0), SIMD2(50, 0)]),
      line("yard", true, [SIMD2(0, 0), SIMD2(10, 0), SIMD2(10, 10), SIMD2(0, 10)]),
    ]
    return site
  }

  static func crossing(_ id: String, version: Int, _ disposition: String) -> String {
    #"{"geometry":{"coordinates":[8.0000131,46.9999820],"type":"Point"},"properties":{"class":"#
      + #""person","confidence":0.9312,"count":{"estimate":1,"max":2,"min":1},"direction":"in","#
      + #""disposition":"\#(disposition)","event_id":"\#(id)","exercise":false,"friendly":false,"#
      + #""from":"a","heading_deg":12.5,"line":{"kind":"border","name":"fence"},"path":["#
      + #"[8.00001,46.99997,-1.5],[8.0000131,46.999982,0]],"position_covariance_m2":[4,0,1],"#
      + #""post":"post-7","sensors":[{"count":3,"kind":"motion","name":"pir, \"1\" <a&b>"},"#
      + #"{"count":9,"kind":"camera","name":"gate \"left\""}],"speed_mps":1.25,"#
      + #""time":"2027-01-15T08:00:03.500000Z","to":"b","version":\#(version)},"type":"Feature"}"#
  }

  private static let health =
    #"{"geometry":null,"properties":{"event_id":"h1","exercise":false,"reason":"silent","sensor":"#
    + #"{"kind":"camera","name":"gate \"left\""},"state":"lost","time":"#
    + #""2027-01-15T08:00:04.000000Z","version":1},"type":"Feature"}"#

  private static func append(
    _ event: String, _ seconds: Double, to capture: inout CaptureWriter
  ) throws {
    try capture.append(event: Array(event.utf8).span.bytes, at: at(seconds))
  }

  private static func observe(
    _ sensor: UInt16, _ seconds: Double, _ content: Observation.Content,
    in capture: inout CaptureWriter
  ) throws {
    try capture.append(
      arrival: Arrival(
        time: at(seconds + 0.01),
        observation: Observation(
          source: SourceID(1), sensor: SensorID(sensor), sequence: 1, time: at(seconds),
          content: content)))
  }

  /// A capture of every kind of record.
  private func record(_ path: String, exercise: String? = nil) throws {
    let site = Self.site()
    var capture = try CaptureWriter(
      path: path, header: makeHeader(site, exercise: exercise), site: site)
    try capture.append(
      clock: ClockMap(
        instant: Self.at(0), wall: WallTime(unixNanos: 1_800_000_000 * Self.second),
        uncertaintyNanos: 1, state: .synchronised))
    try capture.append(
      edge: GPIOEdge(sensor: SensorID(0), isRising: true, time: Self.at(1)), source: SourceID(1))
    try Self.observe(0, 1, .area(isActive: true), in: &capture)
    try Self.observe(
      1, 2,
      .detection(Detection(position: SIMD2(1, -2), covariance: SIMD3(4, 0, 9), quality: 0.5)),
      in: &capture)
    try Self.observe(
      1, 2, .detection(Detection(azimuth: 0, azimuthSigma: 0.1)), in: &capture)
    try Self.observe(1, 2, .scanEnd(count: 2, frame: 7), in: &capture)
    for seconds in [2.5, 3, 25] {
      try Self.observe(
        3, seconds,
        .platform(
          PlatformState(
            position: SIMD3(seconds, 0, 30), velocity: SIMD3(3, 4, 0), heading: 0,
            positionSigma: 2)), in: &capture)
    }
    try Self.observe(3, 26, CaptureTests.air, in: &capture)
    try Self.append(Self.crossing("e1", version: 1, "reported"), 27, to: &capture)
    try Self.append(Self.crossing("e2", version: 1, "reported"), 28, to: &capture)
    try Self.append(Self.crossing("e1", version: 2, "corrected"), 29, to: &capture)
    try Self.append(Self.crossing("e2", version: 2, "retracted"), 30, to: &capture)
    try Self.append(Self.health, 31, to: &capture)
    try capture.append(
      health: HealthReport(
        sensor: SensorID(1), state: .lost, reason: .silent, time: Self.at(31)),
      source: SourceID(2))
    try capture.close()
  }

  /// The lines that Python makes of an export.
  private func read(
    _ format: CaptureExport.Format, exercise: String? = nil
  ) throws -> (report: CaptureExport.Report, lines: [String]) {
    let folder = TemporaryFolder()
    let (path, out, again) = (folder.file("a.mcap"), folder.file("out"), folder.file("again"))
    try record(path, exercise: exercise)
    let export = CaptureExport(format, site: Self.site())
    let report = try export.run(from: path, to: out)
    #expect(try export.run(from: path, to: again) == report)
    #expect(readFile(out) == readFile(again), "the same capture gives the same bytes")
    let result = run("python3 '\(toolsFolder)/read_export.py' \(format.rawValue) '\(out)'")
    try #require(result.status == 0, "\(result.output)")
    return (report, result.output.split(separator: "\n").map(String.init))
  }

  /// Longitude and latitude of a point of the site, as exports write them.
  private func place(_ east: Double, _ north: Double) -> String {
    let origin = Self.site().origin
    let frame = LocalFrame(
      latitudeDegrees: origin.latitudeDegrees, longitudeDegrees: origin.longitudeDegrees,
      heightMetres: origin.heightMetres)
    let found = ExportPlace(SIMD2(east, north), in: frame)
    return "\(found?.longitude ?? ""),\(found?.latitude ?? "")"
  }

  @Test(.enabled(if: hasPython, "needs python3"))
  func `a table has one row for everything that has a time`() throws {
    let (report, rows) = try read(.csv)
    #expect(
      (report.events, report.positions, report.detections, report.changes, report.leftOut)
        == (5, 4, 2, 3, 0))
    #expect(rows.count == 14)
    #expect(
      rows[0]
        == "utc=2027-01-15T08:00:01.000000Z|seconds=1.000000|kind=edge|sensor=pir, \"1\" <a&b>|"
        + "state=rising|exercise=false")
    #expect(rows[1].contains("kind=motion") && rows[1].contains("state=active"))
    let (lon, lat) = (place(1, -2).split(separator: ",")[0], place(1, -2).split(separator: ",")[1])
    #expect(
      rows[2].hasSuffix(
        "class=person|confidence=0.5000|longitude=\(lon)|latitude=\(lat)|position_sigma_m=3.00|"
          + "exercise=false"))
    #expect(rows[3].hasSuffix("confidence=1.0000|bearing_deg=90.00|exercise=false"))
    #expect(
      rows[4].contains("height_m=430.00|position_sigma_m=2.00|speed_mps=5.00|heading_deg=90.0"))
    #expect(rows[7].contains("kind=air|sensor=copter|state=adsb") && !rows[7].contains("height_m"))
    #expect(
      rows[10]
        == "utc=2027-01-15T08:00:03.500000Z|seconds=29.000000|kind=crossing|sensor="
        + "pir, \"1\" <a&b>; gate \"left\"|state=corrected|event_id=e1|version=2|line=fence|"
        + "direction=in|class=person|confidence=0.9312|longitude=8.0000131|latitude=46.9999820|"
        + "position_sigma_m=2.00|speed_mps=1.25|heading_deg=12.5|exercise=false")
    #expect(rows[12].contains("kind=sensor_health") && rows[12].contains("reason=silent"))
    #expect(rows[13].contains("kind=health|sensor=gate \"left\"|state=lost|reason=silent"))
  }

  @Test(.enabled(if: hasPython, "needs python3"))
  func `a collection has site, events as they stand, paths, detections and tracks`() throws {
    let (report, lines) = try read(.geojson)
    // Edge, motion, bearing and change of health have no place.
    #expect(report.leftOut == 4)
    #expect(lines[0].hasPrefix("line fence LineString") && lines[1] == "zone yard Polygon 5")
    #expect(lines[2] == "coverage gate \"left\" Polygon 4")
    #expect(lines[3].hasPrefix("detection gate \"left\" Point 8.0000"))
    #expect(lines[4].hasPrefix("air copter Point"))
    for (number, id) in ["e1", "e2", "e1", "e2"].enumerated() {
      #expect(lines[5 + 2 * number] == "event \(id) Point 8.0000131,46.999982")
      #expect(
        lines[6 + 2 * number] == "path \(id) LineString 8.00001,46.99997 8.0000131,46.999982")
    }
    #expect(lines[13] == "event h1 null")
    #expect(lines[14].hasPrefix("track copter LineString") && lines[14].hasSuffix(",430.0"))
    #expect(lines[15].hasPrefix("track copter Point") && lines.count == 16)
  }

  @Test(.enabled(if: hasPython, "needs python3"))
  func `a globe shows site, standing crossings and our own above the ground`() throws {
    let (report, lines) = try read(.kml, exercise: "Winter <7>")
    #expect(report.leftOut == 7)
    #expect(lines[0] == "document EXERCISE post-7")
    #expect(lines[1] == "site|fence|||\(place(-50, 0)) \(place(50, 0))")
    #expect(lines[2].hasPrefix("site|yard|||") && lines[3].hasPrefix("site|gate \"left\"|||"))
    #expect(
      lines[4]
        == "crossings|fence in: person|2027-01-15T08:00:03.500000Z||8.0000131,46.9999820")
    #expect(
      lines[5] == "paths|fence in: person|2027-01-15T08:00:03.500000Z||"
        + "8.0000100,46.9999700 8.0000131,46.9999820")
    #expect(
      lines[6] == "positions|EXERCISE copter|2027-01-15T08:00:02.500000Z|relativeToGround|"
        + "\(place(2.5, 0)),30.00 \(place(3, 0)),30.00")
    #expect(lines[7].hasSuffix("\(place(25, 0)),30.00") && lines.count == 8)
  }

  @Test(.enabled(if: hasPython, "needs python3"))
  func `a receiver gets standing crossings as waypoints and ways as tracks`() throws {
    let (report, lines) = try read(.gpx)
    #expect(report.leftOut == 7)
    #expect(
      lines == [
        "gpx post-7",
        "wpt|fence in: person|8.0000131,46.9999820 2027-01-15T08:00:03.500000Z|crossing",
        "trk|path: fence in: person|8.0000100,46.9999700|8.0000131,46.9999820",
        "trk|copter|\(place(2.5, 0)),430.00 2027-01-15T08:00:02.500000Z|"
          + "\(place(3, 0)),430.00 2027-01-15T08:00:03.000000Z",
        "trk|copter|\(place(25, 0)),430.00 2027-01-15T08:00:25.000000Z",
      ])
  }

  @Test func `what is there is not overwritten, and a failed export leaves nothing`() throws {
    let folder = TemporaryFolder()
    let (path, cut, out) = (folder.file("a.mcap"), folder.file("cut"), folder.file("out"))
    try record(path)
    let export = CaptureExport(.csv, site: Self.site())
    let before = readFile(path)
    var error = #expect(throws: CaptureError.self) { _ = try export.run(from: path, to: path) }
    #expect(error?.description.contains("there is such a file already") == true)
    #expect(readFile(path) == before)
    writeFile(out, [1])
    #expect(throws: CaptureError.self) { _ = try export.run(from: path, to: out) }
    #expect(readFile(out) == [1])
    error = #expect(throws: CaptureError.self) {
      _ = try export.run(from: folder.file("none"), to: folder.file("b"))
    }
    #expect(error?.subject == folder.file("none"))
    var damaged = before
    let index = try MCAPReader(path: path).index()
    let chunk = try #require(index.chunks.last)
    damaged[chunk.offset + 80] ^= 0x55
    writeFile(cut, damaged)
    error = #expect(throws: CaptureError.self) {
      _ = try export.run(from: cut, to: folder.file("b"))
    }
    #expect(error?.code == .damaged && readFile(folder.file("b")).isEmpty)
    #expect(run("ls '\(folder.path)'").output == "a.mcap\ncut\nout\n")
  }

  @Test func `a capture that is cut off is exported up to the cut, and says so`() throws {
    let folder = TemporaryFolder()
    let (path, cut, out) = (folder.file("a.mcap"), folder.file("cut"), folder.file("out"))
    try record(path)
    let bytes = readFile(path)
    let last = try #require(try MCAPReader(path: path).index().chunks.last)
    writeFile(cut, bytes[..<(last.upperBound - 5)])
    let report = try CaptureExport(.gpx, site: Self.site()).run(from: cut, to: out)
    #expect(report.truncation != nil)
    #expect(String(decoding: readFile(out), as: UTF8.self).hasSuffix("</gpx>\n"))
  }

  @Test func `garbage instead of an event is counted and never traps`() throws {
    let text = Array(Self.crossing("e1", version: 1, "reported").utf8)
    #expect(ExportedEvent(text.span.bytes)?.path.count == 2)
    var generator = SeededGenerator(seed: 74)
    for _ in 0..<3_000 {
      var altered = text
      for _ in 0...(generator.next() % 4) {
        let place = Int(generator.next() % UInt64(altered.count))
        altered[place] = UInt8(truncatingIfNeeded: generator.next())
      }
      altered.removeLast(Int(generator.next() % UInt64(altered.count)))
      let event = ExportedEvent(altered.span.bytes)
      #expect(event.map { $0.text == altered } ?? true)
    }
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
    (951_825_599_999_999_999, "2000-02-29T11:59:59.999999Z"),
    (4_107_542_400_000_001_000, "2100-03-01T00:00:00.000001Z"),
    (Int64.max, "2262-04-11T23:47:16.854775Z"), (Int64.min, "1677-09-21T00:12:43.145224Z"),
  ])
  func `UTC is told to the microsecond`(nanos: Int64, text: String) {
    #expect(WallTime(unixNanos: nanos).utcText == text)
  }
}
