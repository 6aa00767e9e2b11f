import Model

/// Levels of GPIO lines out of a CSV file.
///
/// First line `time_s,sensor,level`; then one row a reading: seconds from the beginning with up to
/// nine decimals, never decreasing; the name of a motion sensor of the site; `0` or `1`. An edge is
/// recorded where the level differs from the sensor's row before; before its first row a sensor's
/// line is taken to be inactive. Empty lines and lines that begin with `#` are passed over.
struct EdgeTableImport: ImportStream {
  static let head = "time_s,sensor,level"

  private var edges: [GPIOEdge] = []
  private var position = 0
  private let source: SourceID

  /// The table at `path`, whose time 0 is `start`.
  init(path: String, site: Site, source: SourceID, start: Instant) throws(CaptureError) {
    self.source = source
    let bytes = try ImportFile.bytes(of: path)
    var levels: [Bool?] = site.sensors.map { $0.motion.map { $0.isActiveLow } }
    let places = Dictionary(
      site.sensors.indices.map { (site.sensors[$0].name, $0) }, uniquingKeysWith: { a, _ in a })
    var hasHead = false
    var last: Int64 = 0
    for (row, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() {
      func wrong(_ column: Int, _ reason: String) -> CaptureError {
        CaptureError(
          .badInput, operation: "import", subject: path,
          reason: "line \(row + 1), column \(column): \(reason)")
      }
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      guard line.count <= 4_096 else { throw wrong(1, "the line is longer than 4,096 bytes") }
      guard hasHead else {
        guard line.elementsEqual(Self.head.utf8) else {
          throw wrong(1, "the first line must be \(Self.head)")
        }
        hasHead = true
        continue
      }
      let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      guard fields.count == 3 else {
        throw wrong(1, "\(fields.count) fields, expected three: \(Self.head)")
      }
      func column(_ field: Int) -> Int { fields[field].startIndex - line.startIndex + 1 }
      guard let nanos = Self.nanos(fields[0]) else {
        throw wrong(column(0), "\(Self.text(fields[0])) is no time in seconds such as 12.25")
      }
      guard nanos >= last else {
        throw wrong(column(0), "the time is before that of the row above; sort the rows by time")
      }
      last = nanos
      guard let sensor = places[String(decoding: fields[1], as: UTF8.self)],
        let level = levels[sensor]
      else {
        throw wrong(column(1), "\(Self.text(fields[1])) is no motion sensor of the site")
      }
      let isHigh: Bool
      switch fields[2] {
      case [UInt8(ascii: "0")]: isHigh = false
      case [UInt8(ascii: "1")]: isHigh = true
      default: throw wrong(column(2), "the level is \(Self.text(fields[2])), expected 0 or 1")
      }
      if isHigh != level {
        edges.append(
          GPIOEdge(
            sensor: SensorID(UInt16(sensor)), isRising: isHigh,
            time: start.advanced(byNanos: nanos)))
        levels[sensor] = isHigh
      }
    }
    guard hasHead else {
      throw CaptureError(
        .badInput, operation: "import", subject: path,
        reason: "the file is empty; its first line must be \(Self.head)")
    }
  }

  var nextTime: Instant? { position < edges.count ? edges[position].time : nil }

  mutating func appendNext(to capture: inout CaptureWriter) throws(CaptureError) {
    try capture.append(edge: edges[position], source: source)
    position += 1
  }

  /// A decimal number of seconds as nanoseconds, exactly; nothing for anything else.
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
    return whole
  }

  /// A field as a message quotes it: short and printable.
  private static func text(_ field: ArraySlice<UInt8>) -> String {
    let shown = field.prefix(40).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
    return "\"\(String(decoding: shown, as: UTF8.self))\""
  }
}
