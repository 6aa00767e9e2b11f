/// States of motion sensors as tables of others have them: presence detectors of buildings, the sets of
/// the UCI repository, exports of home automation.
///
/// One row a reading, separated by comma, semicolon or tab, fields quoted or not (RFC 4180). Headings,
/// without regard to case: `time`, `timestamp`, `datetime`, or `date` and `time`; `sensor`, `sensor_id`,
/// `device`, `name` with `state`, `value`, `status`, `message`, or one column for each motion sensor of
/// the site, named as it. `OccupancyColumns` says otherwise where a table does; a table without headings
/// has its columns by number. The first row is the beginning. A state is `1`, `on`, `true`, `active`,
/// `occupied`, `motion`, `yes`, `open`, or their opposite; it says whether the sensor tells somebody, so
/// that the line of one that is active low is low then. Empty rows and those that begin with `#` are passed over.
enum OccupancyTable {
  private static let timeNames = ["time", "timestamp", "datetime", "date_time", "time_s"]
  private static let sensorNames = ["sensor", "sensor_id", "device", "name"]
  private static let stateNames = ["state", "value", "status", "message"]
  private static let onWords = ["1", "on", "true", "active", "occupied", "motion", "yes", "open"]
  private static let offWords = [
    "0", "off", "false", "inactive", "vacant", "none", "no", "closed", "close", "clear",
  ]
  private static let lineBytesMax = 65_536

  /// Where a table's fields are.
  private struct Layout {
    var time: [Int]
    /// Columns of the sensor's name and of its state.
    var long: (sensor: Int, state: Int)?
    /// Columns of single sensors.
    var wide: [(sensor: Int, column: Int)]
    /// Names of the columns, for messages.
    var names: [String]

    func name(_ column: Int) -> String {
      names.indices.contains(column) ? "column \"\(names[column])\"" : "column \(column + 1)"
    }
  }

  /// Reads a whole file.
  static func read(
    _ bytes: [UInt8], columns: OccupancyColumns, into timeline: inout EdgeTimeline
  ) throws(CaptureError) {
    var layout: Layout?
    var separator: UInt8?
    var first: Int64?
    var last: Int64 = 0
    for (row, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() {
      var line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      // A byte order mark, as spreadsheets write it.
      if row == 0, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      guard line.count <= lineBytesMax else {
        throw timeline.wrong(row + 1, nil, "the line is longer than \(lineBytesMax) bytes")
      }
      let mark = separator ?? self.separator(of: line)
      separator = mark
      let fields = self.fields(of: line, mark)
      guard let known = layout else {
        let (found, isHead) = try self.layout(columns, fields, row + 1, timeline)
        layout = found
        if !isHead { try take(fields, row + 1, found, &first, &last, into: &timeline) }
        continue
      }
      try take(fields, row + 1, known, &first, &last, into: &timeline)
    }
    guard first != nil else {
      throw timeline.wrong(1, nil, "the table has no row")
    }
  }

  // MARK: - Rows

  private static func take(
    _ fields: [String], _ row: Int, _ layout: Layout, _ first: inout Int64?, _ last: inout Int64,
    into timeline: inout EdgeTimeline
  ) throws(CaptureError) {
    func field(_ column: Int) throws(CaptureError) -> String {
      guard column < fields.count else {
        throw timeline.wrong(
          row, nil, "\(layout.name(column)) is missing: the row has \(fields.count) fields")
      }
      return fields[column]
    }
    var parts: [String] = []
    for column in layout.time { parts.append(try field(column)) }
    guard let time = OccupancyTime.nanos(parts.joined(separator: " ")) else {
      throw timeline.wrong(
        row, nil,
        "\(layout.name(layout.time[0])): \(quoted(parts.joined(separator: " "))) is no time such as "
          + "2017-12-22 10:49:41 or 12.25")
    }
    let beginning = first ?? time
    first = beginning
    let nanos = time - beginning
    guard nanos >= last else {
      throw timeline.wrong(
        row, nil,
        "\(layout.name(layout.time[0])): the time is before that of a row above; sort "
          + "the rows by time")
    }
    last = nanos
    if let (nameColumn, stateColumn) = layout.long {
      let name = try field(nameColumn)
      guard let sensor = timeline.sensor(named: name) else {
        throw timeline.wrong(
          row, nil, "\(layout.name(nameColumn)): \(quoted(name)) is no motion sensor of the site")
      }
      let isOn = try state(try field(stateColumn), stateColumn, row, layout, timeline)
      timeline.take(sensor, isActive: isOn, nanos: nanos)
    }
    for (sensor, column) in layout.wide {
      let isOn = try state(try field(column), column, row, layout, timeline)
      timeline.take(sensor, isActive: isOn, nanos: nanos)
    }
  }

  private static func state(
    _ text: String, _ column: Int, _ row: Int, _ layout: Layout, _ timeline: EdgeTimeline
  ) throws(CaptureError) -> Bool {
    let word = text.lowercased()
    if onWords.contains(word) { return true }
    if offWords.contains(word) { return false }
    throw timeline.wrong(
      row, nil,
      "\(layout.name(column)): \(quoted(text)) is no state; known are "
        + "\(onWords.joined(separator: ", ")) and \(offWords.joined(separator: ", "))")
  }

  // MARK: - Columns

  /// Where the fields are, by what is said or by the headings in `fields`; whether these are headings.
  private static func layout(
    _ columns: OccupancyColumns, _ fields: [String], _ row: Int, _ timeline: EdgeTimeline
  ) throws(CaptureError) -> (Layout, isHead: Bool) {
    let named =
      columns.time + [columns.sensor, columns.state].compactMap(\.self)
      + columns.states.map(\.column)
    let isByNumber = !named.isEmpty && named.allSatisfy { Int($0).map { $0 >= 1 } ?? false }
    let names = isByNumber ? [] : fields
    func place(_ name: String) throws(CaptureError) -> Int {
      if isByNumber, let number = Int(name) { return number - 1 }
      if let place = fields.firstIndex(of: name) ?? find([name.lowercased()], in: fields) {
        return place
      }
      throw timeline.wrong(
        row, nil,
        "there is no column \(quoted(name)); the headings are \(fields.joined(separator: ", "))")
    }
    var layout = Layout(time: [], long: nil, wide: [], names: names)
    for name in columns.time { layout.time.append(try place(name)) }
    if layout.time.isEmpty { layout.time = timeColumns(fields) }
    if let sensor = columns.sensor, let state = columns.state {
      layout.long = (try place(sensor), try place(state))
    }
    for (name, column) in columns.states {
      guard let sensor = timeline.sensor(named: name) else {
        throw timeline.wrong(row, nil, "\(quoted(name)) is no motion sensor of the site")
      }
      layout.wide.append((sensor, try place(column)))
    }
    if layout.long == nil, layout.wide.isEmpty {
      if let sensor = find(sensorNames, in: fields), let state = find(stateNames, in: fields) {
        layout.long = (sensor, state)
      } else {
        for (column, name) in fields.enumerated() {
          if let sensor = timeline.sensor(named: name) { layout.wide.append((sensor, column)) }
        }
      }
    }
    guard !layout.time.isEmpty, layout.long != nil || !layout.wide.isEmpty else {
      throw timeline.wrong(
        row, nil,
        "the headings (\(fields.prefix(12).joined(separator: ", "))) do not tell "
          + "\(layout.time.isEmpty ? "the time" : "sensors and their states"); name the columns, "
          + "e.g. time=Date+Time,pir-west=S6_PIR")
    }
    // Columns by number: a table may have headings all the same.
    let time = layout.time.compactMap { $0 < fields.count ? fields[$0] : nil }
    return (layout, !isByNumber || OccupancyTime.nanos(time.joined(separator: " ")) == nil)
  }

  private static func timeColumns(_ fields: [String]) -> [Int] {
    if let date = find(["date"], in: fields) {
      return [date] + (find(timeNames, in: fields).map { [$0] } ?? [])
    }
    return find(timeNames, in: fields).map { [$0] } ?? []
  }

  /// The first column with one of the names, which are lower case.
  private static func find(_ names: [String], in fields: [String]) -> Int? {
    fields.firstIndex { names.contains($0.lowercased()) }
  }

  // MARK: - Fields

  private static func separator(of line: ArraySlice<UInt8>) -> UInt8 {
    [UInt8(ascii: "\t"), UInt8(ascii: ";")].first { line.contains($0) } ?? UInt8(ascii: ",")
  }

  /// The fields of a line, without quotation marks and spaces around.
  private static func fields(of line: ArraySlice<UInt8>, _ separator: UInt8) -> [String] {
    let quote = UInt8(ascii: "\"")
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    func end() {
      let text = String(decoding: field, as: UTF8.self)
      fields.append(String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
      field = []
    }
    var previous: UInt8 = 0
    for byte in line {
      if byte == quote {
        // Two of them within a field are one that belongs to it.
        if !isQuoted, previous == quote { field.append(quote) }
        isQuoted.toggle()
      } else if byte == separator, !isQuoted {
        end()
      } else {
        field.append(byte)
      }
      previous = byte
    }
    end()
    return fields
  }

  private static func quoted(_ text: String) -> String {
    EdgeTimeline.quoted(Array(text.utf8)[...])
  }
}
