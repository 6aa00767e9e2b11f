import Model

/// A table of everything with a time, one row a record, in the order of the capture (RFC 4180).
struct CSVSheet: ExportSheet {
  /// The columns, in their order; the raw value is the heading.
  enum Column: String, CaseIterable {
    case utc, seconds, kind, sensor, state, reason
    case eventID = "event_id"
    case version, line, direction
    case target = "class"
    case confidence, longitude, latitude
    case height = "height_m"
    case positionSigma = "position_sigma_m"
    case speed = "speed_mps"
    case heading = "heading_deg"
    case bearing = "bearing_deg"
    case exercise
  }

  private var isExercise = false

  mutating func begin(_ head: ExportHead, _ text: inout ByteBuffer) {
    isExercise = head.exercise != nil
    write(Column.allCases.map(\.rawValue), to: &text)
  }

  mutating func take(_ record: ExportRecord, _ text: inout ByteBuffer) -> Bool {
    var row = Row()
    row[.utc] = record.wall?.utcText ?? ""
    row[.seconds] = record.seconds.text(decimals: 6)
    row[.sensor] = record.sensor
    row[.exercise] = isExercise ? "true" : "false"
    switch record.content {
    case .event(let event): row.fill(event)
    case .edge(let isRising):
      row[.kind] = "edge"
      row[.state] = isRising ? "rising" : "falling"
    case .motion(let isActive):
      row[.kind] = "motion"
      row[.state] = isActive ? "active" : "inactive"
    case .detection(let detection, let place): row.fill(detection, place)
    case .position(let platform, let place): row.fill(platform, place)
    case .air(let report, let place): row.fill(report, place)
    case .health(let report):
      row[.kind] = "health"
      row[.state] = report.state.name.text
      row[.reason] = report.reason.name.text
    }
    write(row.cells, to: &text)
    return true
  }

  mutating func end(_ text: inout ByteBuffer) {}

  private func write(_ cells: [String], to text: inout ByteBuffer) {
    for (place, cell) in cells.enumerated() {
      if place > 0 { text.append(UInt8(ascii: ",")) }
      let isPlain = cell.utf8.allSatisfy {
        $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") && $0 != 13 && $0 != 10
      }
      if isPlain {
        text.append(text: cell)
      } else {
        text.append(UInt8(ascii: "\""))
        for byte in cell.utf8 {
          if byte == UInt8(ascii: "\"") { text.append(byte) }
          text.append(byte)
        }
        text.append(UInt8(ascii: "\""))
      }
    }
    text.append("\r\n")
  }

  /// One row; what is not filled stays empty.
  private struct Row {
    var cells = Array(repeating: "", count: Column.allCases.count)

    subscript(_ column: Column) -> String {
      get { cells[Self.places[column]!] }
      set { cells[Self.places[column]!] = newValue }
    }

    private static let places = Dictionary(
      uniqueKeysWithValues: Column.allCases.enumerated().map { ($0.element, $0.offset) })

    mutating func put(_ place: ExportPlace?) {
      guard let place else { return }
      self[.longitude] = place.longitude
      self[.latitude] = place.latitude
      self[.height] = place.heightMetres?.text(decimals: 2) ?? ""
    }

    mutating func fill(_ event: ExportedEvent) {
      self[.kind] = event.kind.rawValue
      self[.utc] = event.time
      self[.sensor] = event.sensors.joined(separator: "; ")
      self[.state] = event.disposition.isEmpty ? event.state : event.disposition
      self[.reason] = event.reason
      self[.eventID] = event.id
      self[.version] = "\(event.version)"
      self[.line] = event.line
      self[.direction] = event.direction
      self[.target] = event.target
      self[.confidence] = event.confidence?.text(decimals: 4) ?? ""
      put(event.place)
      if event.covariance.count == 3 {
        self[.positionSigma] = CSVSheet.sigma(
          SIMD3(event.covariance[0], event.covariance[1], event.covariance[2]))
      }
      self[.speed] = event.speed?.text(decimals: 2) ?? ""
      self[.heading] = event.heading?.text(decimals: 1) ?? ""
      self[.exercise] = event.isExercise ? "true" : "false"
    }

    mutating func fill(_ detection: Detection, _ place: ExportPlace?) {
      self[.kind] = "detection"
      self[.target] = detection.classScores.best.name.text
      self[.confidence] = Double(detection.quality).text(decimals: 4)
      put(place)
      if place != nil { self[.positionSigma] = CSVSheet.sigma(detection.covariance) }
      self[.bearing] = Double(detection.azimuth).compassDegrees.text(decimals: 2)
    }

    mutating func fill(_ platform: PlatformState, _ place: ExportPlace) {
      self[.kind] = "position"
      put(place)
      self[.positionSigma] = Double(platform.positionSigma).text(decimals: 2)
      self[.speed] = CSVSheet.speed(SIMD2(platform.velocity.x, platform.velocity.y))
      self[.heading] = Double(platform.heading).compassDegrees.text(decimals: 1)
    }

    mutating func fill(_ report: AirReport, _ place: ExportPlace) {
      self[.kind] = "air"
      self[.state] = report.broadcast.name.text
      self[.target] = report.target.name.text
      put(place)
      self[.positionSigma] = Double(report.positionSigma).text(decimals: 2)
      self[.speed] = CSVSheet.speed(report.velocity)
    }
  }

  private static func speed(_ velocity: SIMD2<Float>) -> String {
    let velocity = SIMD2<Double>(velocity)
    return (velocity * velocity).sum().squareRoot().text(decimals: 2)
  }

  /// The standard deviation along the longer axis of a place's ellipse, metres.
  ///
  /// The larger root of λ² - (xx + yy) λ + (xx yy - xy²) = 0.
  private static func sigma(_ covariance: SIMD3<Double>) -> String {
    let mean = (covariance.x + covariance.z) / 2
    let half = (covariance.x - covariance.z) / 2
    let largest = mean + (half * half + covariance.y * covariance.y).squareRoot()
    return max(largest, 0).squareRoot().text(decimals: 2)
  }
}
