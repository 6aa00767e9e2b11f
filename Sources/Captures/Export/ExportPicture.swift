/// What maps show of a capture: crossings in their newest version, and the ways of our own.
struct ExportPicture {
  private(set) var tracks = ExportTracks()
  private(set) var events = NewestEvents()

  /// Takes a record in; false for one that maps do not show.
  mutating func take(_ record: ExportRecord) -> Bool {
    switch record.content {
    case .event(let event):
      guard event.place != nil, !event.line.isEmpty else { return false }
      events.take(event)
    case .position(_, let place):
      tracks.add(place, of: record.sensor, wall: record.wall, seconds: record.seconds)
    case .edge, .motion, .detection, .air, .health: return false
    }
    return true
  }
}
