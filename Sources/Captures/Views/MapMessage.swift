import Geodesy
import Model

/// What maps show: places of our own as `foxglove.LocationFix`, site and crossings as
/// `foxglove.GeoJSON`, both in JSON.
///
/// They repeat for viewers what other channels say; a replay passes over them.
enum MapMessage {
  static let fixName = "foxglove.LocationFix"
  static let geoJSONName = "foxglove.GeoJSON"
  /// Topics of these messages begin so.
  static let topicPrefix = "map/"

  /// Appends where a platform is.
  static func append(
    _ platform: PlatformState, wall: WallTime, frame: LocalFrame, sensor: [UInt8],
    to buffer: inout ByteBuffer
  ) {
    let place = frame.geographic(SIMD2(platform.position.x, platform.position.y))
    let variance = Double(platform.positionSigma) * Double(platform.positionSigma)
    buffer.append("{\"timestamp\":{\"sec\":")
    let (seconds, nanos) = wall.secondsAndNanos
    buffer.appendJSON(max(seconds, 0))
    buffer.append(",\"nsec\":")
    buffer.appendJSON(nanos)
    buffer.append("},\"frame_id\":")
    buffer.append(sensor)
    buffer.append(",\"latitude\":")
    buffer.appendJSON(place.latitudeDegrees, decimals: 8)
    buffer.append(",\"longitude\":")
    buffer.appendJSON(place.longitudeDegrees, decimals: 8)
    buffer.append(",\"altitude\":")
    buffer.appendJSON(frame.heightMetres + platform.position.z, decimals: 2)
    buffer.append(",\"position_covariance\":[")
    for cell in 0..<9 {
      if cell > 0 { buffer.append(UInt8(ascii: ",")) }
      buffer.appendJSON(cell == 0 || cell == 4 ? variance : 0, decimals: 3)
    }
    buffer.append("],\"position_covariance_type\":1}")
  }

  /// Appends GeoJSON text as the value that viewers want: a string.
  static func append(geoJSON: RawSpan, to buffer: inout ByteBuffer) {
    buffer.append("{\"geojson\":\"")
    buffer.appendEscaped(geoJSON)
    buffer.append("\"}")
  }

  /// Whether an event's text holds a place.
  static func hasPlace(_ event: RawSpan) -> Bool { event.contains("\"geometry\":{") }

  /// Lines and covers of a site as a FeatureCollection (RFC 7946).
  static func geoJSON(of site: Site, frame: LocalFrame) -> [UInt8] {
    var text = ByteBuffer(capacity: 4_096)
    text.append("{\"type\":\"FeatureCollection\",\"features\":[")
    var isFirst = true
    func add(_ name: String, _ kind: StaticString, _ shape: StaticString, _ points: [SIMD2<Double>])
    {
      if !isFirst { text.append(UInt8(ascii: ",")) }
      isFirst = false
      text.append("{\"type\":\"Feature\",\"properties\":{\"name\":")
      text.appendJSON(name)
      text.append(",\"kind\":\"")
      text.append(kind)
      text.append("\"},\"geometry\":{\"type\":\"")
      text.append(shape)
      text.append(shape.utf8CodeUnitCount == 7 ? "\",\"coordinates\":[[" : "\",\"coordinates\":[")
      for (place, point) in points.enumerated() {
        if place > 0 { text.append(UInt8(ascii: ",")) }
        let corner = frame.geographic(point)
        text.append(UInt8(ascii: "["))
        text.appendJSON(corner.longitudeDegrees, decimals: 8)
        text.append(UInt8(ascii: ","))
        text.appendJSON(corner.latitudeDegrees, decimals: 8)
        text.append(UInt8(ascii: "]"))
      }
      text.append(shape.utf8CodeUnitCount == 7 ? "]]}}" : "]}}")
    }
    for line in site.lines {
      let points = line.isClosed ? line.points + line.points.prefix(1) : line.points
      add(
        line.name, line.isClosed ? "zone" : "line", line.isClosed ? "Polygon" : "LineString", points
      )
    }
    for sensor in site.sensors where sensor.coverage.count >= 3 {
      add(sensor.name, "coverage", "Polygon", sensor.coverage + sensor.coverage.prefix(1))
    }
    text.append("]}")
    return text.withBytes { $0.array }
  }
}

extension RawSpan {
  /// Whether `literal` stands somewhere in the bytes.
  func contains(_ literal: StaticString) -> Bool {
    let length = literal.utf8CodeUnitCount
    guard byteCount >= length else { return false }
    for start in 0...(byteCount - length) where matches(start..<start + length, literal) {
      return true
    }
    return false
  }
}
