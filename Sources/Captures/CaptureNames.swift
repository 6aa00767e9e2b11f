import Model

/// Names of a site's sensors and sources by their numbers, as a capture keeps them.
struct CaptureNames: Sendable, Equatable {
  /// Names of sensors in the order of the site.
  var sensors: [String]
  /// Keys of sources in their order: `clock`, `gpio`, `camera/<sensor>`, `serial/<link>`.
  var sources: [String]

  static let sensorsRecord = "sensors"
  static let sourcesRecord = "sources"

  /// The names of `site`.
  init(_ site: Site) {
    sensors = site.sensors.map(\.name)
    sources = site.sourceKeys
  }

  /// The names in a capture's metadata records; a number that is missing ends a list.
  init(metadata: [String: [String: String]]) {
    func list(_ record: String) -> [String] {
      let values = metadata[record] ?? [:]
      var names: [String] = []
      while let name = values["\(names.count)"] { names.append(name) }
      return names
    }
    sensors = list(Self.sensorsRecord)
    sources = list(Self.sourcesRecord)
  }

  /// A metadata record's content for a list.
  static func record(_ names: [String]) -> [(String, String)] {
    names.enumerated().map { ("\($0.offset)", $0.element) }
  }
}
