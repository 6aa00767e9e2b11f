import Geodesy
public import Model

/// Writes what a capture tells in a format of other programs: events, places of our own, detections,
/// edges, with names, WGS84 and UTC.
///
/// The same capture gives the same bytes. A capture may be larger than memory: only events and places
/// of our own are kept, for the formats that draw lines.
public struct CaptureExport: Sendable {
  /// The formats.
  public enum Format: String, Sendable, CaseIterable {
    /// A table of everything that has a time (RFC 4180).
    case csv
    /// A FeatureCollection (RFC 7946).
    case geojson
    /// KML 2.2, for a globe.
    case kml
    /// GPX 1.1, for hand-held receivers.
    case gpx
  }

  /// What came of it.
  public struct Report: Sendable, Equatable {
    /// Versions of events that were taken; formats that draw lines show the newest of each.
    public var events = 0
    /// Places of our own and of aircraft.
    public var positions = 0
    /// Detections.
    public var detections = 0
    /// Edges, words of motion sensors and changes of health.
    public var changes = 0
    /// Records that the format has no place for, or that cannot be read.
    public var leftOut = 0
    /// Where the capture is cut off, or nothing.
    public var truncation: MCAPReader.Truncation?
  }

  /// Bytes that are gathered before they go to the file.
  private static let gatheredBytesMax = 1 << 16

  private let format: Format
  private let site: Site
  private let frame: LocalFrame

  /// An export as `format`. `site` is the capture's own: its origin ties places to the Earth.
  public init(_ format: Format, site: Site) {
    self.format = format
    self.site = site
    frame = LocalFrame(
      latitudeDegrees: site.origin.latitudeDegrees, longitudeDegrees: site.origin.longitudeDegrees,
      heightMetres: site.origin.heightMetres)
  }

  /// Writes `output`, which must not be there yet, from the capture `input`; on an error no file is
  /// left there.
  ///
  /// - Throws: when the input is no capture or damaged, when the output exists or cannot be written.
  public func run(from input: String, to output: String) throws(CaptureError) -> Report {
    switch format {
    case .csv: try write(CSVSheet(), from: input, to: output)
    case .geojson: try write(GeoJSONSheet(), from: input, to: output)
    case .kml: try write(KMLSheet(), from: input, to: output)
    case .gpx: try write(GPXSheet(), from: input, to: output)
    }
  }

  private func write(
    _ sheet: some ExportSheet, from input: String, to output: String
  ) throws(CaptureError) -> Report {
    var reader = try CaptureReader(path: input)
    var file = try OutputFile(path: output, replacesExisting: false)
    do {
      let report = try copy(&reader, sheet, to: &file)
      try file.synchronise()
      return report
    } catch {
      OutputFile.remove(output)
      throw error
    }
  }

  private func copy(
    _ reader: inout CaptureReader, _ sheet: some ExportSheet, to file: inout OutputFile
  ) throws(CaptureError) -> Report {
    var sheet = sheet
    var text = ByteBuffer(capacity: Self.gatheredBytesMax * 2)
    var report = Report()
    var clock = reader.header.clock
    var first: Instant?
    sheet.begin(head(of: reader.header), &text)
    while let item = try reader.next() {
      let start = first ?? reader.recorded
      first = start
      if case .clock(let map) = item { clock = map }
      guard let (time, sensor, content) = content(of: item, reader) else {
        if Self.isUnread(item, reader) { report.leftOut += 1 }
        continue
      }
      let record = ExportRecord(
        content: content, sensor: sensor < reader.sensors.count ? reader.sensors[sensor] : "",
        seconds: time.seconds(since: start), wall: clock?.wallTime(at: time))
      if sheet.take(record, &text) { report.count(content) } else { report.leftOut += 1 }
      if text.count >= Self.gatheredBytesMax { try Self.flush(&text, to: &file) }
    }
    sheet.end(&text)
    try Self.flush(&text, to: &file)
    report.leftOut += reader.skippedCount
    report.truncation = reader.truncation
    return report
  }

  private static func flush(
    _ text: inout ByteBuffer, to file: inout OutputFile
  ) throws(CaptureError) {
    try text.withBytes { bytes throws(CaptureError) in try file.write(bytes) }
    text.clear()
  }

  private func head(of header: CaptureHeader) -> ExportHead {
    var shapes: [ExportShape] = []
    func add(_ name: String, _ kind: String, _ points: [SIMD2<Double>]) {
      let isClosed = kind != "line"
      let corners = isClosed ? points + points.prefix(1) : points
      shapes.append(
        ExportShape(
          name: name, kind: kind, points: corners.compactMap { ExportPlace($0, in: frame) }))
    }
    for line in site.lines { add(line.name, line.isClosed ? "zone" : "line", line.points) }
    for sensor in site.sensors where sensor.coverage.count >= 3 {
      add(sensor.name, "coverage", sensor.coverage)
    }
    return ExportHead(
      post: header.post, exercise: header.exercise,
      originHeightMetres: site.origin.heightMetres,
      map: MapMessage.geoJSON(of: site, frame: frame), shapes: shapes)
  }

  /// Whether an item that gave no record was to give one: pictures, bytes and ticks are not, nor are
  /// observations that say nothing by themselves.
  private static func isUnread(_ item: CaptureItem, _ reader: borrowing CaptureReader) -> Bool {
    switch item {
    case .event: true
    case .arrival(let arrival): reader.observation(of: arrival).map { _ in false } ?? true
    case .edge, .frame, .bytes, .health, .clock: false
    }
  }

  private typealias Told = (time: Instant, sensor: Int, content: ExportRecord.Content)

  private func content(of item: CaptureItem, _ reader: borrowing CaptureReader) -> Told? {
    switch item {
    case .event(let time):
      reader.withPayload { ExportedEvent($0) }
        .map { (time, SensorID.none.index, .event($0)) }
    case .edge(let edge, _): (edge.time, edge.sensor.index, .edge(isRising: edge.isRising))
    case .health(let report, _): (report.time, report.sensor.index, .health(report))
    case .arrival(let arrival): reader.observation(of: arrival).flatMap(told)
    case .frame, .bytes, .clock: nil
    }
  }

  private func told(_ observation: Observation) -> Told? {
    let content: ExportRecord.Content
    switch observation.content {
    case .area(let isActive): content = .motion(isActive: isActive)
    case .detection(let detection):
      content = .detection(
        detection, detection.hasPosition ? ExportPlace(detection.position, in: frame) : nil)
    case .platform(let platform):
      let point = SIMD2(platform.position.x, platform.position.y)
      guard let place = ExportPlace(point, above: platform.position.z, in: frame) else {
        return nil
      }
      content = .position(platform, place)
    case .air(let report):
      guard
        let place = ExportPlace(report.position, above: Double(report.height), in: frame)
      else { return nil }
      content = .air(report, place)
    // Ends of scans say nothing by themselves; health and clock are told by their own channels.
    case .scanEnd, .health, .clock: return nil
    }
    return (observation.time, observation.sensor.index, content)
  }
}

extension CaptureExport.Report {
  fileprivate mutating func count(_ content: ExportRecord.Content) {
    switch content {
    case .event: events += 1
    case .position, .air: positions += 1
    case .detection: detections += 1
    case .edge, .motion, .health: changes += 1
    }
  }
}
