import Model

/// GPX 1.1, for hand-held receivers and walks on the ground: crossings as waypoints in their newest
/// version, the ways the targets came and those of our own as tracks.
///
/// Heights are metres above the WGS84 ellipsoid, as the capture has them.
/// Source: the schema at topografix.com/GPX/1/1; the order of elements is its own.
struct GPXSheet: ExportSheet {
  private var head: ExportHead?
  private var picture = ExportPicture()

  mutating func begin(_ head: ExportHead, _ text: inout ByteBuffer) {
    text.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
    text.append("<gpx version=\"1.1\" creator=\"vedette\" ")
    text.append("xmlns=\"http://www.topografix.com/GPX/1/1\">\n<metadata>\n")
    text.appendXML("name", "\(head.exercise == nil ? "" : "EXERCISE ")\(head.post)")
    text.appendXML("desc", head.exercise.map { "exercise: \($0)" } ?? "")
    text.append("</metadata>\n")
    self.head = head
  }

  mutating func take(_ record: ExportRecord, _ text: inout ByteBuffer) -> Bool {
    picture.take(record)
  }

  mutating func end(_ text: inout ByteBuffer) {
    let standing = picture.events.standing
    for event in standing { appendWaypoint(event, &text) }
    for event in standing where event.path.count > 1 {
      text.append("<trk>\n")
      text.appendXML("name", "path: \(event.title)")
      text.appendXML("desc", "event \(event.id)")
      text.append("<type>path</type>\n<trkseg>\n")
      for point in event.path { append("trkpt", point.place, time: "", &text) }
      text.append("</trkseg>\n</trk>\n")
    }
    for track in picture.tracks.tracks {
      text.append("<trk>\n")
      text.appendXML("name", "\(head?.exercise == nil ? "" : "EXERCISE ")\(track.sensor)")
      text.append("<type>position</type>\n")
      for segment in track.segments {
        text.append("<trkseg>\n")
        for (place, wall) in zip(segment.places, segment.walls) {
          append("trkpt", place, time: wall?.utcText ?? "", &text)
        }
        text.append("</trkseg>\n")
      }
      text.append("</trk>\n")
    }
    text.append("</gpx>\n")
  }

  private func appendWaypoint(_ event: ExportedEvent, _ text: inout ByteBuffer) {
    guard let place = event.place else { return }
    open("wpt", place, time: event.time, &text)
    text.appendXML("name", event.title)
    text.appendXML("desc", event.words)
    text.appendXML("type", event.kind.rawValue)
    text.append("</wpt>\n")
  }

  private func open(
    _ name: StaticString, _ place: ExportPlace, time: String, _ text: inout ByteBuffer
  ) {
    text.append(UInt8(ascii: "<"))
    text.append(name)
    text.append(" lat=\"")
    text.appendJSON(place.latitudeDegrees, decimals: 7)
    text.append("\" lon=\"")
    text.appendJSON(place.longitudeDegrees, decimals: 7)
    text.append("\">\n")
    text.appendXML("ele", place.heightMetres?.text(decimals: 2) ?? "")
    text.appendXML("time", time)
  }

  private func append(
    _ name: StaticString, _ place: ExportPlace, time: String, _ text: inout ByteBuffer
  ) {
    open(name, place, time: time, &text)
    text.append("</")
    text.append(name)
    text.append(">\n")
  }
}

extension ExportedEvent {
  /// A crossing in a few words.
  var title: String {
    "\(isExercise ? "EXERCISE " : "")\(line) \(direction): \(isFriendly ? "own " : "")\(target)"
  }

  /// A crossing in one sentence.
  var words: String {
    var words = "\(from) to \(to), confidence \(confidence?.text(decimals: 2) ?? "not known")"
    if let speed { words += ", \(speed.text(decimals: 1)) m/s" }
    return words + ", seen by \(sensors.joined(separator: ", ")); event \(id) version \(version)"
  }
}
