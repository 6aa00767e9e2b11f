import Model

/// The ways of our own and of aircraft, gathered for formats that draw lines.
struct ExportTracks {
  /// A part of a way without a longer silence in it.
  struct Segment {
    var places: [ExportPlace] = []
    /// UTC of each place; `nil` where no map to UTC is known.
    var walls: [WallTime?] = []
  }

  /// The way of one sensor.
  struct Track {
    var sensor: String
    var segments: [Segment]
    var lastSeconds: Double
  }

  /// A silence longer than this begins a new segment, seconds: as long as fusion believes a place of
  /// our own.
  static let silenceSecondsMax = 10.0

  /// In the order in which they were first heard.
  private(set) var tracks: [Track] = []

  /// Adds a place of `sensor`.
  mutating func add(_ place: ExportPlace, of sensor: String, wall: WallTime?, seconds: Double) {
    let index: Int
    if let known = tracks.firstIndex(where: { $0.sensor == sensor }) {
      index = known
    } else {
      index = tracks.count
      tracks.append(Track(sensor: sensor, segments: [], lastSeconds: -.infinity))
    }
    if seconds - tracks[index].lastSeconds > Self.silenceSecondsMax {
      tracks[index].segments.append(Segment())
    }
    tracks[index].lastSeconds = seconds
    let last = tracks[index].segments.count - 1
    tracks[index].segments[last].places.append(place)
    tracks[index].segments[last].walls.append(wall)
  }
}

/// Events by their newest version, for formats that are looked at.
struct NewestEvents {
  private var places: [String: Int] = [:]
  private var events: [ExportedEvent] = []

  /// Takes a version of an event.
  mutating func take(_ event: ExportedEvent) {
    if let place = places[event.id] {
      if event.version >= events[place].version { events[place] = event }
    } else {
      places[event.id] = events.count
      events.append(event)
    }
  }

  /// The events that stand, in the order of their first versions: without those that were retracted.
  var standing: [ExportedEvent] { events.filter { !$0.isRetracted } }
}
