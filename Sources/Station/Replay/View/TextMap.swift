import Fusion
import Model

/// A site on a grid of characters: covers, lines, sensors, and where tracks are.
///
/// `.` rim of a cover, `#` line, `o` motion sensor, `*` one that is active, `c` camera, `@` track with
/// its number, `+` one of our own with its name. North is up; a row is as many metres as two columns.
struct TextMap {
  /// What the signs mean, for people.
  static let legend = ". cover  # line  o sensor  * active  c camera  @ track  + own"
  /// Longest name of one of our own that is shown.
  private static let nameMax = 10

  let columns: Int
  let rows: Int
  /// Metres from one column to the next.
  let metresPerColumn: Double
  private let west: Double
  private let north: Double
  private let sensors: [Sensor]
  /// Covers and lines, which do not change.
  private var ground: [[Character]]

  /// The map of `site` on so many characters, at least 2 by 2.
  ///
  /// It holds all covers and sensors; a line that leads farther is cut. A site without sensors is
  /// shown by its lines.
  init(_ site: Site, columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    sensors = site.sensors
    let placed = site.sensors.filter { $0.platform == nil }
    var points = placed.flatMap { $0.coverage + [SIMD2($0.place.x, $0.place.y)] }
    if points.isEmpty { points = site.lines.flatMap(\.points) }
    points.removeAll { !$0.x.isFinite || !$0.y.isFinite }
    let (x, y) = (points.map(\.x), points.map(\.y))
    let (width, height) = (
      (x.max() ?? 1) - (x.min() ?? -1), (y.max() ?? 1) - (y.min() ?? -1)
    )
    let scale = max(width * 1.06 / Double(columns - 1), height * 1.06 / Double(rows - 1) / 2, 0.05)
    metresPerColumn = scale
    west = ((x.max() ?? 1) + (x.min() ?? -1)) / 2 - scale * Double(columns - 1) / 2
    north = ((y.max() ?? 1) + (y.min() ?? -1)) / 2 + scale * Double(rows - 1)
    ground = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    for sensor in placed where sensor.coverage.count >= 3 {
      draw(sensor.coverage + sensor.coverage.prefix(1), ".")
    }
    for line in site.lines {
      draw(line.isClosed ? line.points + line.points.prefix(1) : line.points, "#")
    }
  }

  /// The map's rows, each `columns` long, and how many tracks lie outside of it.
  func text(
    _ tracks: [TrackSnapshot], active: Set<SensorID>
  ) -> (rows: [String], outside: Int) {
    var grid = ground
    for (place, sensor) in sensors.enumerated() where sensor.platform == nil {
      guard let cell = cell(of: SIMD2(sensor.place.x, sensor.place.y)) else { continue }
      let isActive = active.contains(SensorID(UInt16(place)))
      grid[cell.row][cell.column] = sensor.camera != nil ? "c" : isActive ? "*" : "o"
    }
    var outside = 0
    for track in tracks {
      guard let cell = cell(of: track.position) else {
        outside += 1
        continue
      }
      let isOwn = sensors.indices.contains(track.platform.index)
      let name = isOwn ? sensors[track.platform.index].name : "\(track.id.rawValue)"
      let label = "\(isOwn ? "+" : "@")\(Self.plain(name).prefix(Self.nameMax))"
      for (offset, sign) in label.enumerated() where cell.column + offset < columns {
        grid[cell.row][cell.column + offset] = sign
      }
    }
    return (grid.map { String($0) }, outside)
  }

  /// Text that takes one column a character and moves no cursor: ASCII, `?` for all else.
  static func plain(_ text: some StringProtocol) -> String {
    String(text.map { $0.isASCII && $0 >= " " && $0 != "\u{7F}" ? $0 : "?" })
  }

  private func cell(of point: SIMD2<Double>) -> (column: Int, row: Int)? {
    let column = ((point.x - west) / metresPerColumn).rounded()
    let row = ((north - point.y) / (2 * metresPerColumn)).rounded()
    guard column >= 0, row >= 0, column < Double(columns), row < Double(rows) else { return nil }
    return (Int(column), Int(row))
  }

  /// Draws the way along `points`, a sign for each cell that it passes.
  private mutating func draw(_ points: [SIMD2<Double>], _ sign: Character) {
    for (a, b) in zip(points, points.dropFirst()) {
      guard let (from, to) = clipped(a, b) else { continue }
      let way = to - from
      let steps = ((way * way).sum().squareRoot() / metresPerColumn * 2).rounded(.up)
      for step in 0...Int(max(steps, 1)) {
        guard let cell = cell(of: from + way * (Double(step) / max(steps, 1))) else { continue }
        ground[cell.row][cell.column] = sign
      }
    }
  }

  /// The part of a way that lies on the map (Liang and Barsky, "A new concept and method for line
  /// clipping", 1984); a line of a border may be long.
  private func clipped(
    _ a: SIMD2<Double>, _ b: SIMD2<Double>
  ) -> (SIMD2<Double>, SIMD2<Double>)? {
    let size = SIMD2(Double(columns), Double(2 * rows)) * metresPerColumn
    let (low, high) = (SIMD2(west, north - size.y), SIMD2(west + size.x, north + metresPerColumn))
    let way = b - a
    var (from, to) = (0.0, 1.0)
    for axis in 0..<2 {
      for (speed, room) in [(-way[axis], a[axis] - low[axis]), (way[axis], high[axis] - a[axis])] {
        if speed == 0, room < 0 { return nil }
        if speed < 0 { from = max(from, room / speed) }
        if speed > 0 { to = min(to, room / speed) }
      }
    }
    guard from <= to else { return nil }
    return (a + way * from, a + way * to)
  }
}
