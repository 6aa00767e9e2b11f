import Model

/// One thing that a capture holds, as exports tell it: with its name, its place and its UTC.
struct ExportRecord {
  /// What it is.
  enum Content {
    /// An event with all that it says.
    case event(ExportedEvent)
    /// An edge of a GPIO line, as the kernel told it.
    case edge(isRising: Bool)
    /// A motion sensor's word, after polarity and debounce.
    case motion(isActive: Bool)
    /// A target in a picture; no place for a camera that gives bearings only.
    case detection(Detection, ExportPlace?)
    /// Where one of our own is.
    case position(PlatformState, ExportPlace)
    /// Where an aircraft says it is.
    case air(AirReport, ExportPlace)
    /// A change of health that a source noticed.
    case health(HealthReport)
  }

  /// What it is.
  var content: Content
  /// Name of the sensor, empty where there is none.
  var sensor: String
  /// Seconds from the capture's first record; an event's are those at which it was put on record.
  var seconds: Double
  /// UTC of the sample itself; `nil` while no map to UTC is known.
  var wall: WallTime?
}

/// What every sheet knows before the first record.
struct ExportHead {
  var post: String
  var exercise: String?
  /// Height of the post's origin above the ellipsoid, metres.
  var originHeightMetres: Double
  /// Lines, zones and covers as a GeoJSON FeatureCollection.
  var map: [UInt8]
  var shapes: [ExportShape]
}

/// A line, zone or cover of the site.
struct ExportShape {
  var name: String
  /// `line`, `zone` or `coverage`.
  var kind: String
  /// The first point again at the end of what is closed.
  var points: [ExportPlace]
}

/// The bytes of one format.
protocol ExportSheet {
  /// What stands before the first record.
  mutating func begin(_ head: ExportHead, _ text: inout ByteBuffer)
  /// Takes a record; false when the format has no place for it.
  mutating func take(_ record: ExportRecord, _ text: inout ByteBuffer) -> Bool
  /// What stands behind the last record.
  mutating func end(_ text: inout ByteBuffer)
}

extension ByteBuffer {
  /// Appends UTF-8.
  mutating func append(text: String) {
    var text = text
    text.withUTF8 { unsafe append($0.span.bytes) }
  }
}

extension StaticString {
  /// The characters as a string.
  var text: String { "\(self)" }
}
