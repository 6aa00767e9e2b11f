import Model

/// How an actor appears in one picture: an upright ellipse, or a rounded box for a vehicle.
struct Silhouette: BitwiseCopyable {
  /// Where it meets the ground, and its highest point, pixels.
  var foot: SIMD2<Double>
  var top: SIMD2<Double>
  /// Half its width, pixels.
  var halfWidth: Double
  /// Distance before the camera, metres.
  var depth: Double
  /// Mean brightness.
  var luma: UInt8
  /// Whether it is a rounded box.
  var isBox: Bool

  /// Bright and dark actors by turns, both outside of the ground's 60 ... 165.
  static let brightLuma: UInt8 = 218
  static let darkLuma: UInt8 = 24

  /// The actor at `index` as `view` shows it; `nil` when it is not before the camera.
  init?(_ actor: borrowing Actor, index: Int, state: Actor.State, view: CameraView) {
    guard let low = view.pixel(of: state.place),
      let high = view.pixel(of: state.place + SIMD3(0, 0, actor.heightMetres))
    else { return nil }
    foot = low.pixel
    top = high.pixel
    halfWidth = actor.widthMetres * low.pixelsPerMetre / 2
    depth = low.depth
    luma = index % 2 == 0 ? Self.darkLuma : Self.brightLuma
    isBox = actor.kind == .vehicle
  }

  /// Draws it into a picture of `width` by `height`, with a pattern of its own and the sensor's
  /// grain; what lies outside of the picture is left out.
  func draw(into picture: inout [UInt8], width: Int, height: Int, grain: [UInt8], offset: Int) {
    let centre = (foot + top) / 2
    let axis = (foot - top) / 2
    let length = (axis * axis).sum().squareRoot()
    guard length > 0, halfWidth > 0 else { return }
    let unit = axis / length
    // Half of the box around the outline: exact for the rounded box, an upper bound for the ellipse.
    let reach = SIMD2(
      abs(axis.x) + abs(unit.y) * halfWidth, abs(axis.y) + abs(unit.x) * halfWidth)
    let columns = Self.pixels(centre.x - reach.x, centre.x + reach.x, below: width)
    let rows = Self.pixels(centre.y - reach.y, centre.y + reach.y, below: height)
    for row in rows {
      for column in columns {
        let dx = Double(column) + 0.5 - centre.x
        let dy = Double(row) + 0.5 - centre.y
        let along = (dx * unit.x + dy * unit.y) / length
        let across = (dy * unit.x - dx * unit.y) / halfWidth
        let a = along * along
        let b = across * across
        guard (isBox ? a * a + b * b : a + b) <= 1 else { continue }
        // Patches of clothing, windows and wheels: 6 along, 4 across, up to 12 levels apart.
        let patch = Int((along + 1) * 3) * 8 + Int((across + 1) * 2)
        let pattern = grain[patch] &* 4
        picture[row * width + column] =
          luma &+ pattern &+ grain[(offset + row * 131 + column) & (FramePainter.grainCount - 1)]
      }
    }
  }

  /// The pixels whose centres lie between `low` and `high` and within 0 ..< `limit`.
  private static func pixels(_ low: Double, _ high: Double, below limit: Int) -> Range<Int> {
    let first = Int(min(max((low - 0.5).rounded(.up), 0), Double(limit)))
    let last = Int(min(max((high - 0.5).rounded(.down) + 1, 0), Double(limit)))
    return first..<max(first, last)
  }
}
