import Ledger
import Model

/// The events of a store in forms that other programs read.
public struct StoreExport: Sendable {
  /// A form.
  public enum Format: String, Sendable, CaseIterable {
    /// One FeatureCollection (RFC 7946), each Feature as it was released.
    case geojson
    /// One line an event (RFC 4180), with what most events say.
    case csv
    /// Places for a map (OGC KML 2.2); events without a place are left out.
    case kml
  }

  private let store: ReceiverStore
  private let format: Format
  private var query = RowQuery()
  private var isFirst = true
  /// `nil` once the end was given.
  private var isBegun: Bool? = false

  /// The events of `store` that are settled, of `feed` or of all; erased ones are left out.
  public init(_ store: ReceiverStore, as format: Format, feed: String? = nil) {
    self.store = store
    self.format = format
    query.feed = feed
  }

  /// The next piece of the text, for at most a few hundred events; `nil` after the last.
  public mutating func next() async throws -> [UInt8]? {
    guard let begun = isBegun else { return nil }
    guard begun else {
      isBegun = true
      return Array(Self.head(format).utf8)
    }
    let rows = try await store.rows(query)
    guard let last = rows.last else {
      isBegun = nil
      return Array(Self.foot(format).utf8)
    }
    query.after = last.row
    var piece: [UInt8] = []
    for row in rows where !row.body.isEmpty {
      guard let event = ReceivedEvent(row.body[...]) else { continue }
      let text = Self.text(row, event, format)
      guard !text.isEmpty else { continue }
      if format == .geojson, !isFirst { piece.append(UInt8(ascii: ",")) }
      isFirst = false
      piece += text
    }
    return piece
  }

  private static func head(_ format: Format) -> String {
    switch format {
    case .geojson: #"{"type":"FeatureCollection","features":["#
    case .csv:
      "row,source,cursor,id,type,time,exercise,state,withdrawn,longitude,latitude,"
        + properties.joined(separator: ",") + "\r\n"
    case .kml:
      #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
        + #"<kml xmlns="http://www.opengis.net/kml/2.2"><Document>"# + "\n"
    }
  }

  private static func foot(_ format: Format) -> String {
    switch format {
    case .geojson: "]}\n"
    case .csv: ""
    case .kml: "</Document></kml>\n"
    }
  }

  /// Properties with a column of their own.
  private static let properties = [
    "disposition", "class", "confidence", "confidence_band", "direction", "from", "to", "status",
    "state",
  ]

  private static func text(
    _ row: StoredRow, _ event: ReceivedEvent, _ format: Format
  ) -> [UInt8] {
    let place = place(of: event)
    let members = event.properties
    func word(_ name: String) -> String {
      guard let value = members?[name] else { return "" }
      return CanonicalString.text(of: value) ?? String(decoding: value, as: UTF8.self)
    }
    switch format {
    case .geojson: return Array(event.data)
    case .csv:
      let cells =
        [
          "\(row.row)", row.source, row.cursor.description, row.id, row.type, row.time ?? "",
          "\(row.isExercise)", row.state.rawValue, "\(row.isWithdrawn)", place?.longitude ?? "",
          place?.latitude ?? "",
        ] + properties.map(word)
      return Array((cells.map(cell).joined(separator: ",") + "\r\n").utf8)
    case .kml:
      guard let place else { return [] }
      let name = [word("class"), word("disposition")].filter { !$0.isEmpty }
      let moment = row.time.map { "<TimeStamp><when>\(markupText($0))</when></TimeStamp>" } ?? ""
      return Array(
        ("<Placemark id=\"row-\(row.row)\"><name>\(markupText(name.joined(separator: " ")))</name>"
          + "<description>\(markupText("\(row.source) \(row.id) \(row.state.rawValue)"))</description>"
          + moment
          + "<Point><coordinates>\(place.longitude),\(place.latitude)</coordinates></Point>"
          + "</Placemark>\n").utf8)
    }
  }

  private static func place(of event: ReceivedEvent) -> (longitude: String, latitude: String)? {
    guard let geometry = event.geometry.flatMap({ CanonicalObject($0) }),
      let numbers = geometry["coordinates"].flatMap({ CanonicalObject.elements(of: $0) }),
      numbers.count >= 2
    else { return nil }
    return (
      String(decoding: numbers[0], as: UTF8.self), String(decoding: numbers[1], as: UTF8.self)
    )
  }

  private static func cell(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
