public import Captures
public import Model

/// Which of a capture's raw samples a replay takes: what would have been decided had there been only some
/// sensors, or all but one.
///
/// The clock's ticks are always taken. A sensor that is left out tells nothing, neither that it saw something nor
/// that it saw nothing.
public struct ReplayInputs: Sendable, Equatable {
  /// By the site's sources and by its sensors.
  private var sources: [Bool]
  private var sensors: [Bool]

  /// All that `only` names (nothing: all there is) and `without` does not.
  ///
  /// What is named is a channel of raw samples (`gpio`, `camera/<camera>`, `serial/<link>`), all channels that
  /// begin so (`camera/`), a camera, or a motion sensor.
  /// - Throws: when a name is none of the site's.
  public init(of site: Site, only: [String] = [], without: [String] = []) throws(StationError) {
    sources = site.sources.map { _ in only.isEmpty }
    sensors = site.sensors.map { _ in only.isEmpty }
    for name in only { try mark(name, of: site, true) }
    for name in without { try mark(name, of: site, false) }
  }

  /// Whether a replay takes the record.
  public func contains(_ item: CaptureItem) -> Bool {
    switch item {
    case .clock, .arrival, .event: true
    case .frame(_, let source), .bytes(_, let source): sources[source.index]
    case .edge(let edge, let source): sources[source.index] && takes(edge.sensor)
    case .health(let report, let source): sources[source.index] && takes(report.sensor)
    }
  }

  /// A report that names no sensor is of all of its source.
  private func takes(_ sensor: SensorID) -> Bool {
    !sensors.indices.contains(sensor.index) || sensors[sensor.index]
  }

  private mutating func mark(_ name: String, of site: Site, _ isTaken: Bool) throws(StationError) {
    let keys = site.sourceKeys
    var isFound = false
    for (place, source) in site.sources.enumerated() where source != .clock {
      let key = keys[place]
      guard key == name || name.hasSuffix("/") && key.hasPrefix(name) else { continue }
      isFound = true
      sources[place] = isTaken
      for sensor in site.sensors.indices where Self.source(of: sensor, site) == place {
        sensors[sensor] = isTaken
      }
    }
    if let sensor = site.sensors.firstIndex(where: { $0.name == name }),
      let place = Self.source(of: sensor, site)
    {
      isFound = true
      sensors[sensor] = isTaken
      // A source is needed as long as one of its sensors is.
      sources[place] = site.sensors.indices.contains {
        sensors[$0] && Self.source(of: $0, site) == place
      }
    }
    guard isFound else {
      let sensors = site.sensors.indices.filter { Self.source(of: $0, site) != nil }
        .map { site.sensors[$0].name }
      throw StationError(
        .capture,
        "'\(name)' is no channel and no sensor with a channel of its own; there are "
          + (keys.filter { $0 != "clock" } + sensors).joined(separator: ", "))
    }
  }

  /// The source of a sensor that can be left out by itself: of a motion sensor or a camera. What a link brings is
  /// left out as a whole.
  private static func source(of sensor: Int, _ site: Site) -> Int? {
    site.sources.firstIndex {
      switch $0 {
      case .gpio: site.sensors[sensor].motion != nil
      case .camera(let id): id.index == sensor
      case .clock, .serial: false
      }
    }
  }
}
