import Model

/// Levels of GPIO lines out of a file of another program: a table (`EdgeTable`), what `gpiomon` prints
/// (`EventMonitorText`), or the dump of a logic analyser (`ValueChangeDump`). What it is shows in its
/// first bytes. Or states out of a table of presence (`OccupancyTable`).
struct EdgeImport: ImportStream {
  private let edges: [GPIOEdge]
  private var position = 0
  private let source: SourceID

  /// The file at `path`, whose time 0 is `start`.
  init(path: String, site: Site, source: SourceID, start: Instant) throws(CaptureError) {
    self.source = source
    let bytes = try ImportFile.bytes(of: path)
    var timeline = EdgeTimeline(path: path, site: site, start: start)
    if bytes.first(where: { !ValueChangeDump.isSpace($0) }) == UInt8(ascii: "$") {
      try ValueChangeDump.read(bytes, into: &timeline)
    } else if EventMonitorText.isEvent(bytes.prefix { $0 != UInt8(ascii: "\n") }) {
      try EventMonitorText.read(bytes, into: &timeline)
    } else {
      try EdgeTable.read(bytes, into: &timeline)
    }
    edges = timeline.edges
  }

  /// The table of presence at `path`, whose first row is at `start`.
  init(
    occupancy path: String, columns: OccupancyColumns, site: Site, source: SourceID,
    start: Instant
  ) throws(CaptureError) {
    self.source = source
    var timeline = EdgeTimeline(path: path, site: site, start: start)
    try OccupancyTable.read(try ImportFile.bytes(of: path), columns: columns, into: &timeline)
    edges = timeline.edges
  }

  var nextTime: Instant? { position < edges.count ? edges[position].time : nil }

  mutating func appendNext(to capture: inout CaptureWriter) throws(CaptureError) {
    try capture.append(edge: edges[position], source: source)
    position += 1
  }
}
