import Model

/// A FeatureCollection (RFC 7946): the site, every version of every event as it stands, the ways the
/// targets came, detections with a place, and the ways of our own and of aircraft.
struct GeoJSONSheet: ExportSheet {
  private var tracks = ExportTracks()
  private var isFirst = true
  private var isExercise = false

  mutating func begin(_ head: ExportHead, _ text: inout ByteBuffer) {
    isExercise = head.exercise != nil
    // The site's own collection, left open for what follows.
    isFirst = head.shapes.isEmpty
    text.append(Array(head.map.dropLast("]}".utf8.count)))
  }

  mutating func take(_ record: ExportRecord, _ text: inout ByteBuffer) -> Bool {
    switch record.content {
    case .event(let event):
      separate(&text)
      text.append(event.text)
      appendPath(of: event, &text)
    case .detection(let detection, let place?):
      open("detection", record, place, &text)
      text.append(",\"class\":\"")
      text.append(detection.classScores.best.name)
      text.append("\",\"quality\":")
      text.appendJSON(Double(detection.quality), decimals: 4)
      text.append(",\"position_covariance_m2\":[")
      for lane in 0..<3 {
        if lane > 0 { text.append(UInt8(ascii: ",")) }
        text.appendJSON(detection.covariance[lane], decimals: 4)
      }
      text.append("]}}")
    case .position(_, let place):
      tracks.add(place, of: record.sensor, wall: record.wall, seconds: record.seconds)
    case .air(let report, let place):
      open("air", record, place, &text)
      text.append(",\"class\":\"")
      text.append(report.target.name)
      text.append("\",\"broadcast\":\"")
      text.append(report.broadcast.name)
      text.append("\"}}")
    case .detection, .edge, .motion, .health: return false
    }
    return true
  }

  mutating func end(_ text: inout ByteBuffer) {
    for track in tracks.tracks {
      for segment in track.segments { append(segment, of: track.sensor, &text) }
    }
    text.append("]}\n")
  }

  private mutating func separate(_ text: inout ByteBuffer) {
    if !isFirst { text.append(UInt8(ascii: ",")) }
    text.append(UInt8(ascii: "\n"))
    isFirst = false
  }

  /// A point with what all of our own features say; the properties are left open.
  private mutating func open(
    _ kind: StaticString, _ record: ExportRecord, _ place: ExportPlace, _ text: inout ByteBuffer
  ) {
    separate(&text)
    text.append("{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":")
    append(place, &text)
    text.append("},\"properties\":{\"kind\":\"")
    text.append(kind)
    text.append("\",\"sensor\":")
    text.appendJSON(record.sensor)
    text.append(",\"exercise\":")
    text.append(isExercise ? "true" : "false")
    text.append(",\"time\":")
    append(record.wall, &text)
  }

  private func append(_ place: ExportPlace, _ text: inout ByteBuffer) {
    text.append(UInt8(ascii: "["))
    text.appendJSON(place.longitudeDegrees, decimals: 7)
    text.append(UInt8(ascii: ","))
    text.appendJSON(place.latitudeDegrees, decimals: 7)
    if let height = place.heightMetres {
      text.append(UInt8(ascii: ","))
      text.appendJSON(height, decimals: 2)
    }
    text.append(UInt8(ascii: "]"))
  }

  private func append(_ wall: WallTime?, _ text: inout ByteBuffer) {
    if let wall { text.appendJSON(wall.utcText) } else { text.append("null") }
  }

  /// A line, or a point where there is only one.
  private func appendGeometry(_ places: [ExportPlace], _ text: inout ByteBuffer) {
    let isLine = places.count > 1
    text.append("{\"type\":\"Feature\",\"geometry\":{\"type\":\"")
    text.append(isLine ? "LineString\",\"coordinates\":[" : "Point\",\"coordinates\":")
    for (number, place) in places.enumerated() {
      if number > 0 { text.append(UInt8(ascii: ",")) }
      append(place, &text)
    }
    text.append(isLine ? "]}" : "}")
  }

  private mutating func appendPath(of event: ExportedEvent, _ text: inout ByteBuffer) {
    guard !event.path.isEmpty else { return }
    separate(&text)
    appendGeometry(event.path.map(\.place), &text)
    text.append(",\"properties\":{\"kind\":\"path\",\"event_id\":")
    text.appendJSON(event.id)
    text.append(",\"version\":")
    text.appendJSON(event.version)
    text.append(",\"exercise\":")
    text.append(event.isExercise ? "true" : "false")
    text.append(",\"seconds_from_crossing\":[")
    for (number, point) in event.path.enumerated() {
      if number > 0 { text.append(UInt8(ascii: ",")) }
      text.appendJSON(point.seconds, decimals: 3)
    }
    text.append("]}}")
  }

  private mutating func append(
    _ segment: ExportTracks.Segment, of sensor: String, _ text: inout ByteBuffer
  ) {
    separate(&text)
    appendGeometry(segment.places, &text)
    text.append(",\"properties\":{\"kind\":\"track\",\"sensor\":")
    text.appendJSON(sensor)
    text.append(",\"exercise\":")
    text.append(isExercise ? "true" : "false")
    text.append(",\"times\":[")
    for (number, wall) in segment.walls.enumerated() {
      if number > 0 { text.append(UInt8(ascii: ",")) }
      append(wall, &text)
    }
    text.append("]}}")
  }
}
