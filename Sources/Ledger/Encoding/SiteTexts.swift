import Model

/// A text of the site, prepared once: its place in the pool of ``SiteTexts``.
struct PreparedText: BitwiseCopyable, Sendable {
  /// Where the raw UTF-8 begins.
  var rawStart: Int
  /// Its length in bytes.
  var rawCount: Int
  /// Where the JSON string, with quotes and escapes, begins.
  var quotedStart: Int
  /// Its length in bytes.
  var quotedCount: Int
}

/// All texts of a site that events mention, escaped once at the start, so that encoding an event
/// copies bytes and touches no `String`.
struct SiteTexts {
  /// A line's texts.
  struct Line: BitwiseCopyable {
    var name: PreparedText
    var left: PreparedText
    var right: PreparedText
    var leftToRight: PreparedText
    var rightToLeft: PreparedText
    var isClosed: Bool
  }

  /// A sensor's texts and place.
  struct Sensor: BitwiseCopyable {
    var name: PreparedText
    var kind: PreparedText
    var place: SIMD3<Double>
  }

  private(set) var pool: [UInt8] = []
  let post: PreparedText
  let configuration: PreparedText
  let software: PreparedText
  let exercise: PreparedText?
  let lines: [Line]
  let sensors: [Sensor]

  /// Prepares the texts of `site`.
  init(site: Site, softwareVersion: String) {
    var pool: [UInt8] = []
    post = Self.prepare(site.post, in: &pool)
    configuration = Self.prepare(site.configurationHash, in: &pool)
    software = Self.prepare(softwareVersion, in: &pool)
    exercise = site.exercise.map { Self.prepare($0, in: &pool) }
    lines = site.lines.map { line in
      Line(
        name: Self.prepare(line.name, in: &pool), left: Self.prepare(line.leftName, in: &pool),
        right: Self.prepare(line.rightName, in: &pool),
        leftToRight: Self.prepare(line.leftToRight, in: &pool),
        rightToLeft: Self.prepare(line.rightToLeft, in: &pool), isClosed: line.isClosed)
    }
    sensors = site.sensors.map { sensor in
      Sensor(
        name: Self.prepare(sensor.name, in: &pool),
        kind: Self.prepare(Self.kind(of: sensor), in: &pool), place: sensor.place)
    }
    self.pool = pool
  }

  /// The word on the wire for what a sensor is: a motion sensor's technology, or the device.
  static func kind(of sensor: Model.Sensor) -> String {
    switch sensor.detail {
    case .motion(let motion): motion.technology.rawValue
    case .camera: "camera"
    case .drone: "drone"
    case .beacon: "beacon"
    case .receiver: "receiver"
    }
  }

  /// Bytes that the texts of one event take at most.
  var bytesPerEventMax: Int {
    let quoted = { (text: PreparedText) in text.quotedCount }
    let perLine =
      lines.map {
        quoted($0.name) + quoted($0.left) + quoted($0.right)
          + max(quoted($0.leftToRight), quoted($0.rightToLeft))
      }.max() ?? 0
    let perSensor = sensors.map { quoted($0.name) + quoted($0.kind) }.max() ?? 0
    return quoted(post) + quoted(configuration) + quoted(software) + (exercise.map(quoted) ?? 0)
      + perLine + perSensor * (CrossingEvent.contributionsMax + 2)
  }

  private static func prepare(_ text: String, in pool: inout [UInt8]) -> PreparedText {
    let rawStart = pool.count
    pool.append(contentsOf: text.utf8)
    let quotedStart = pool.count
    CanonicalString.append(text, to: &pool)
    return PreparedText(
      rawStart: rawStart, rawCount: quotedStart - rawStart, quotedStart: quotedStart,
      quotedCount: pool.count - quotedStart)
  }
}

extension CanonicalText {
  /// Appends a text of the site as a JSON string.
  mutating func string(_ text: PreparedText, of texts: borrowing SiteTexts) {
    let start = text.quotedStart
    unsafe bytes(texts.pool.span.bytes.extracting(start..<start + text.quotedCount))
  }

  /// Appends the raw UTF-8 of a text of the site after its length in four bytes, big-endian.
  mutating func field(_ text: PreparedText, of texts: borrowing SiteTexts) {
    bigEndian(UInt64(text.rawCount), width: 4)
    unsafe bytes(texts.pool.span.bytes.extracting(text.rawStart..<text.rawStart + text.rawCount))
  }
}
