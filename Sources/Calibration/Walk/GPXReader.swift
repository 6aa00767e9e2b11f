public import Geodesy
import Model

/// Reads the track of a GPX file (topografix.com, GPX 1.0 and 1.1): `trkpt` with `lat`, `lon`, `time`.
///
/// Only what a walk needs is looked at: elevations, names and extensions are passed over. Points
/// without a time cannot be used; a file of a planned route, which has none, is refused.
public struct GPXReader {
  /// The most bytes of a file: a day's walk has some ten megabytes.
  public static let bytesMax = 64 << 20

  private let bytes: [UInt8]
  private let frame: LocalFrame
  private var at = 0
  private var line = 1

  /// The fixes of the GPX file with these bytes: seconds since 1970 (UTC), metres in `frame`.
  public static func fixes(
    of bytes: [UInt8], frame: LocalFrame
  ) throws(CalibrationRefusal) -> [WalkTrack.Fix] {
    var reader = GPXReader(bytes: bytes, frame: frame)
    return try reader.read()
  }

  private init(bytes: [UInt8], frame: LocalFrame) {
    self.bytes = bytes
    self.frame = frame
  }

  private mutating func read() throws(CalibrationRefusal) -> [WalkTrack.Fix] {
    var fixes: [WalkTrack.Fix] = []
    var place: SIMD2<Double>?
    var withoutTime = 0
    var hasTime = true
    while let tag = try nextTag() {
      switch tag.name {
      case "trkpt":
        if !hasTime { withoutTime += 1 }
        place = try point(of: tag)
        hasTime = false
      case "/trkpt":
        if !hasTime { withoutTime += 1 }
        (place, hasTime) = (nil, true)
      case "time":
        guard let place, !hasTime else { continue }
        hasTime = true
        let text = textAhead()
        guard let moment = WallTime(rfc3339: text), moment.unixNanos >= 0 else {
          throw wrong(
            "time \"\(text)\"", expected: "UTC as 2026-03-01T02:10:00Z",
            remedy: "Export the track with its times in UTC")
        }
        fixes.append(WalkTrack.Fix(seconds: moment.unixSeconds, place: place))
      default: continue
      }
    }
    if !hasTime { withoutTime += 1 }
    guard fixes.count >= 2 else {
      throw CalibrationRefusal(
        .badWalk,
        withoutTime > 0
          ? "\(withoutTime) track points, but none with a time"
          : "no track points (trkpt) with time",
        remedy: "Record a track while walking, and export it as GPX with times")
    }
    return fixes
  }

  private func point(of tag: (name: String, attributes: String)) throws(CalibrationRefusal)
    -> SIMD2<Double>
  {
    func degrees(_ key: String, most: Double) throws(CalibrationRefusal) -> Double {
      let text = Self.attribute(key, of: tag.attributes)
      guard let text, let value = Double(text), abs(value) <= most else {
        throw wrong(
          "\(key) \(text.map { "\"\($0)\"" } ?? "absent")",
          expected: "degrees, -\(Int(most)) to \(Int(most))",
          remedy: "Export the track again")
      }
      return value
    }
    return frame.local(
      latitudeDegrees: try degrees("lat", most: 90), longitudeDegrees: try degrees("lon", most: 180)
    )
  }

  private func wrong(_ found: String, expected: String, remedy: String) -> CalibrationRefusal {
    CalibrationRefusal(
      .badWalk, "line \(line), trkpt: \(found); expected \(expected)", remedy: remedy)
  }

  // MARK: - Markup

  /// The next tag; comments, declarations and instructions are passed over.
  private mutating func nextTag() throws(CalibrationRefusal) -> (name: String, attributes: String)?
  {
    while let open = find(UInt8(ascii: "<")) {
      at = open + 1
      if bytes[at...].starts(with: Array("!--".utf8)) {
        guard let end = findSequence("-->") else { throw cutOff }
        at = end
        continue
      }
      guard let close = find(UInt8(ascii: ">")) else { throw cutOff }
      let text = String(decoding: bytes[at..<close], as: UTF8.self)
      at = close + 1
      if text.hasPrefix("!") || text.hasPrefix("?") { continue }
      let name = text.prefix { !$0.isWhitespace && ($0 != "/" || $0 == text.first) }
      // Prefixes of name spaces do not matter here.
      let local = name.split(separator: ":").last.map(String.init) ?? ""
      let isEnd = name.hasPrefix("/") && !local.hasPrefix("/")
      return (isEnd ? "/" + local : local, String(text.dropFirst(name.count)))
    }
    return nil
  }

  private var cutOff: CalibrationRefusal {
    CalibrationRefusal(
      .badWalk, "line \(line): the file ends within a tag", remedy: "Export the track again")
  }

  private func textAhead() -> String {
    let text = String(decoding: bytes[at...].prefix { $0 != UInt8(ascii: "<") }, as: UTF8.self)
    return String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }

  private mutating func find(_ byte: UInt8) -> Int? {
    var place = at
    while place < bytes.count, bytes[place] != byte {
      if bytes[place] == UInt8(ascii: "\n") { line += 1 }
      place += 1
    }
    return place < bytes.count ? place : nil
  }

  private func findSequence(_ text: String) -> Int? {
    let wanted = Array(text.utf8)
    var place = at
    while place + wanted.count <= bytes.count {
      if bytes[place...].starts(with: wanted) { return place + wanted.count }
      place += 1
    }
    return nil
  }

  private static func attribute(_ key: String, of text: String) -> String? {
    var rest = text[...]
    while let equals = rest.firstIndex(of: "=") {
      let name = rest[..<equals].split(whereSeparator: \.isWhitespace).last ?? ""
      rest = rest[rest.index(after: equals)...].drop { $0.isWhitespace }
      guard let quote = rest.first, quote == "\"" || quote == "'" else { return nil }
      rest = rest.dropFirst()
      guard let end = rest.firstIndex(of: quote) else { return nil }
      if name == key { return String(rest[..<end]) }
      rest = rest[rest.index(after: end)...]
    }
    return nil
  }
}
