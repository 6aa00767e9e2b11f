import Captures
import Model

/// What a capture carries of the run that it recorded: its crossings, and its map to UTC.
struct CapturedRun {
  var crossings: [EventFeature] = []
  var maps: [ClockMap] = []
  var start: Instant?
  var end: Instant?

  /// Reads the capture at `path` from end to end.
  init(path: String) throws(CaptureError) {
    var reader = try CaptureReader(path: path)
    while let item = try reader.next() {
      start = min(start ?? reader.recorded, reader.recorded)
      end = max(end ?? reader.recorded, reader.recorded)
      switch item {
      case .clock(let map): maps.append(map)
      case .event:
        if let event = EventFeature(reader.withPayload { Array(copying: $0) }), event.isCrossing {
          crossings.append(event)
        }
      default: break
      }
    }
    if maps.isEmpty, let map = reader.header.clock { maps = [map] }
  }

  /// The moment that UTC `unixSeconds` was, by the map nearest to it; `nil` without any map.
  func instant(unixSeconds: Double) -> Instant? {
    let nanos = Int64((unixSeconds * 1e6).rounded()) * 1_000
    return maps.map { map in
      (map, abs(map.wall.unixNanos - nanos))
    }.min { $0.1 < $1.1 }.map { map, _ in
      map.instant.advanced(byNanos: nanos - map.wall.unixNanos)
    }
  }

  /// UTC at a moment, by the map nearest to it; `nil` without any map.
  func wall(of moment: Instant) -> WallTime? {
    maps.min { abs($0.instant.nanos(since: moment)) < abs($1.instant.nanos(since: moment)) }?
      .wallTime(at: moment)
  }
}
