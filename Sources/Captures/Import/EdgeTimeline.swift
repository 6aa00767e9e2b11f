import Model

/// Levels of a site's GPIO lines as they are read from a file of another program, in the order of time,
/// and the edges between them.
///
/// Before its first level a sensor's line is taken to be inactive.
struct EdgeTimeline {
  /// The edges so far.
  private(set) var edges: [GPIOEdge] = []
  private let path: String
  private let start: Instant
  private let sensors: [Sensor]
  private var levels: [Bool?]
  private var last: Int64 = 0

  /// Nothing yet of the file at `path`, whose time 0 is `start`.
  init(path: String, site: Site, start: Instant) {
    self.path = path
    self.start = start
    sensors = site.sensors
    levels = site.sensors.map { $0.motion.map(\.isActiveLow) }
  }

  /// What is wrong with the file.
  func wrong(_ line: Int, _ column: Int? = nil, _ reason: String) -> CaptureError {
    CaptureError(
      .badInput, operation: "import", subject: path,
      reason: "line \(line)\(column.map { ", column \($0)" } ?? ""): \(reason)")
  }

  /// The motion sensor of that name.
  func sensor(named name: String) -> Int? {
    sensors.firstIndex { $0.name == name && $0.motion != nil }
  }

  /// The motion sensors that are wired to the line of that name or offset.
  func sensors(wiredTo line: String) -> [Int] {
    sensors.indices.filter { sensors[$0].motion?.line == line }
  }

  /// The chip that a motion sensor is wired to, as the site calls it.
  func chip(of sensor: Int) -> String? { sensors[sensor].motion?.chip }

  /// Whether `nanos` is not before what was taken last.
  func follows(_ nanos: Int64) -> Bool { nanos >= last }

  /// Takes a level: an edge where it differs from the one before.
  mutating func take(_ sensor: Int, isHigh: Bool, nanos: Int64) {
    last = nanos
    guard levels[sensor] != isHigh else { return }
    levels[sensor] = isHigh
    edges.append(
      GPIOEdge(
        sensor: SensorID(UInt16(sensor)), isRising: isHigh, time: start.advanced(byNanos: nanos)))
  }

  /// Takes whether a sensor tells somebody, whatever its line's level is then.
  mutating func take(_ sensor: Int, isActive: Bool, nanos: Int64) {
    take(sensor, isHigh: isActive != (sensors[sensor].motion?.isActiveLow ?? false), nanos: nanos)
  }

  /// A field as a message quotes it: short and printable.
  static func quoted(_ field: ArraySlice<UInt8>) -> String {
    let shown = field.prefix(40).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
    return "\"\(String(decoding: shown, as: UTF8.self))\""
  }
}
