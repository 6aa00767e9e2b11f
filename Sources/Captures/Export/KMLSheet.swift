import Model

/// KML 2.2, for a globe: lines, zones and covers of the site, crossings in their newest version, the
/// ways the targets came and those of our own.
///
/// KML's heights are above the sea, a capture's above the ellipsoid; so what flies is drawn above the
/// ground by its height over the post, which is right where the ground is as high as the post.
/// Source: OGC 07-147r2; the order of elements is its schema's.
struct KMLSheet: ExportSheet {
  private var head: ExportHead?
  private var picture = ExportPicture()

  mutating func begin(_ head: ExportHead, _ text: inout ByteBuffer) {
    self.head = head
    text.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
    text.append("<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n<Document>\n")
    text.appendXML("name", "\(head.exercise == nil ? "" : "EXERCISE ")\(head.post)")
    // Colours: opacity, blue, green, red.
    style("line", "ff0000ff", width: "3", &text)
    style("zone", "ff0000ff", width: "3", &text)
    style("coverage", "80ffff00", width: "1", &text)
    style("path", "ff00a5ff", width: "2", &text)
    style("track", "ffff8000", width: "2", &text)
    text.append("<Folder>\n<name>site</name>\n")
    for shape in head.shapes { append(shape, &text) }
    text.append("</Folder>\n")
  }

  mutating func take(_ record: ExportRecord, _ text: inout ByteBuffer) -> Bool {
    picture.take(record)
  }

  mutating func end(_ text: inout ByteBuffer) {
    let standing = picture.events.standing
    text.append("<Folder>\n<name>crossings</name>\n")
    for event in standing { append(event, &text) }
    text.append("</Folder>\n<Folder>\n<name>paths</name>\n")
    for event in standing where event.path.count > 1 {
      text.append("<Placemark>\n")
      text.appendXML("name", event.title)
      text.appendXML("description", "event \(event.id)")
      text.append("<TimeStamp>\n")
      text.appendXML("when", event.time)
      text.append("</TimeStamp>\n<styleUrl>#path</styleUrl>\n")
      appendLine(event.path.map(\.place), &text)
      text.append("</Placemark>\n")
    }
    text.append("</Folder>\n<Folder>\n<name>positions</name>\n")
    for track in picture.tracks.tracks {
      for segment in track.segments { append(segment, of: track.sensor, &text) }
    }
    text.append("</Folder>\n</Document>\n</kml>\n")
  }

  private func style(
    _ id: StaticString, _ colour: StaticString, width: StaticString, _ text: inout ByteBuffer
  ) {
    text.append("<Style id=\"")
    text.append(id)
    text.append("\"><LineStyle><color>")
    text.append(colour)
    text.append("</color><width>")
    text.append(width)
    text.append("</width></LineStyle><PolyStyle><fill>0</fill></PolyStyle></Style>\n")
  }

  private func append(_ shape: ExportShape, _ text: inout ByteBuffer) {
    text.append("<Placemark>\n")
    text.appendXML("name", shape.name)
    text.appendXML("styleUrl", "#\(shape.kind)")
    if shape.kind == "line" {
      appendLine(shape.points, &text)
    } else {
      text.append("<Polygon><outerBoundaryIs><LinearRing>\n")
      appendCoordinates(shape.points, &text)
      text.append("</LinearRing></outerBoundaryIs></Polygon>\n")
    }
    text.append("</Placemark>\n")
  }

  private func append(_ event: ExportedEvent, _ text: inout ByteBuffer) {
    guard let place = event.place else { return }
    text.append("<Placemark>\n")
    text.appendXML("name", event.title)
    text.appendXML("description", event.words)
    text.append("<TimeStamp>\n")
    text.appendXML("when", event.time)
    text.append("</TimeStamp>\n<ExtendedData>\n")
    data("event_id", event.id, &text)
    data("version", "\(event.version)", &text)
    data("disposition", event.disposition, &text)
    data("line", event.line, &text)
    data("direction", event.direction, &text)
    data("class", event.target, &text)
    data("confidence", event.confidence?.text(decimals: 4) ?? "", &text)
    data("sensors", event.sensors.joined(separator: "; "), &text)
    data("exercise", event.isExercise ? "true" : "false", &text)
    text.append("</ExtendedData>\n<Point>\n")
    appendMode([place], &text)
    appendCoordinates([place], &text)
    text.append("</Point>\n</Placemark>\n")
  }

  private func append(
    _ segment: ExportTracks.Segment, of sensor: String, _ text: inout ByteBuffer
  ) {
    text.append("<Placemark>\n")
    text.appendXML("name", "\(head?.exercise == nil ? "" : "EXERCISE ")\(sensor)")
    if let first = segment.walls.first??.utcText, let last = segment.walls.last??.utcText {
      text.append("<TimeSpan>\n")
      text.appendXML("begin", first)
      text.appendXML("end", last)
      text.append("</TimeSpan>\n")
    }
    text.append("<styleUrl>#track</styleUrl>\n")
    if segment.places.count > 1 {
      appendLine(segment.places, &text)
    } else {
      text.append("<Point>\n")
      appendMode(segment.places, &text)
      appendCoordinates(segment.places, &text)
      text.append("</Point>\n")
    }
    text.append("</Placemark>\n")
  }

  private func data(_ name: StaticString, _ value: String, _ text: inout ByteBuffer) {
    text.append("<Data name=\"")
    text.append(name)
    text.append("\">")
    text.append("<value>")
    text.appendXML(value)
    text.append("</value></Data>\n")
  }

  private func appendLine(_ places: [ExportPlace], _ text: inout ByteBuffer) {
    text.append("<LineString>\n")
    appendMode(places, &text)
    appendCoordinates(places, &text)
    text.append("</LineString>\n")
  }

  private func appendMode(_ places: [ExportPlace], _ text: inout ByteBuffer) {
    guard places.contains(where: { $0.heightMetres != nil }) else { return }
    text.append("<altitudeMode>relativeToGround</altitudeMode>\n")
  }

  private func appendCoordinates(_ places: [ExportPlace], _ text: inout ByteBuffer) {
    text.append("<coordinates>")
    for (number, place) in places.enumerated() {
      if number > 0 { text.append(UInt8(ascii: " ")) }
      text.appendJSON(place.longitudeDegrees, decimals: 7)
      text.append(UInt8(ascii: ","))
      text.appendJSON(place.latitudeDegrees, decimals: 7)
      if let height = place.heightMetres {
        text.append(UInt8(ascii: ","))
        text.appendJSON(height - (head?.originHeightMetres ?? 0), decimals: 2)
      }
    }
    text.append("</coordinates>\n")
  }
}
