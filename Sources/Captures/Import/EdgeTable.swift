/// Levels of GPIO lines as a CSV file.
///
/// First line `time_s,sensor,level`; then one row a reading: seconds from the beginning with up to
/// nine decimals, never decreasing; the name of a motion sensor of the site; `0` or `1`. An edge is
/// recorded where the level differs from the sensor's row before. Empty lines and lines that begin with
/// `#` are passed over.
enum EdgeTable {
  static let head = "time_s,sensor,level"

  /// Reads a whole file.
  static func read(_ bytes: [UInt8], into timeline: inout EdgeTimeline) throws(CaptureError) {
    var hasHead = false
    for (row, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      guard line.count <= 4_096 else {
        throw timeline.wrong(row + 1, 1, "the line is longer than 4,096 bytes")
      }
      if hasHead {
        try read(line, row + 1, into: &timeline)
      } else if line.elementsEqual(head.utf8) {
        hasHead = true
      } else {
        throw timeline.wrong(
          row + 1, 1,
          "the first line must be \(head); what gpiomon prints and VCD dumps are taken, too")
      }
    }
    guard hasHead else {
      throw timeline.wrong(1, nil, "the file is empty; its first line must be \(head)")
    }
  }

  private static func read(
    _ line: ArraySlice<UInt8>, _ row: Int, into timeline: inout EdgeTimeline
  ) throws(CaptureError) {
    let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard fields.count == 3 else {
      throw timeline.wrong(row, 1, "\(fields.count) fields, expected three: \(head)")
    }
    let columns = fields.map { $0.startIndex - line.startIndex + 1 }
    guard let nanos = SecondsText.nanos(fields[0]) else {
      throw timeline.wrong(
        row, columns[0], "\(EdgeTimeline.quoted(fields[0])) is no time in seconds such as 12.25")
    }
    guard timeline.follows(nanos) else {
      throw timeline.wrong(
        row, columns[0], "the time is before that of the row above; sort the rows by time")
    }
    guard let sensor = timeline.sensor(named: String(decoding: fields[1], as: UTF8.self)) else {
      throw timeline.wrong(
        row, columns[1], "\(EdgeTimeline.quoted(fields[1])) is no motion sensor of the site")
    }
    switch fields[2] {
    case [UInt8(ascii: "0")]: timeline.take(sensor, isHigh: false, nanos: nanos)
    case [UInt8(ascii: "1")]: timeline.take(sensor, isHigh: true, nanos: nanos)
    default:
      throw timeline.wrong(
        row, columns[2], "the level is \(EdgeTimeline.quoted(fields[2])), expected 0 or 1")
    }
  }
}

/// A decimal number of seconds.
enum SecondsText {
  /// It as nanoseconds, exactly; nothing for anything else.
  static func nanos(_ text: ArraySlice<UInt8>) -> Int64? {
    var whole: Int64 = 0
    var decimals = -1
    var digits = 0
    for byte in text {
      if byte == UInt8(ascii: "."), decimals < 0, digits > 0 {
        decimals = 0
        continue
      }
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits < 18, decimals < 9 else {
        return nil
      }
      whole = whole * 10 + Int64(byte - UInt8(ascii: "0"))
      digits += 1
      if decimals >= 0 { decimals += 1 }
    }
    guard digits > 0, decimals != 0 else { return nil }
    for _ in max(decimals, 0)..<9 {
      let (product, overflow) = whole.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      whole = product
    }
    // Some way from the end of time, so that a beginning can be added.
    return whole <= .max / 4 ? whole : nil
  }
}
