/// A picture to draw on: RGB, 8 bits a channel, row by row from the upper left.
public struct Canvas: Sendable, Equatable {
  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int
  /// Red, green and blue of each pixel.
  public private(set) var pixels: [UInt8]

  /// A colour: red, green, blue.
  public typealias Colour = SIMD3<UInt8>

  /// A black picture.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
    pixels = Array(repeating: 0, count: 3 * width * height)
  }

  /// The picture of a frame of `width` by `height` luma values.
  ///
  /// Precondition: as many values as pixels.
  public init(luma: [UInt8], width: Int, height: Int) {
    precondition(luma.count == width * height, "a frame has a value for each pixel")
    self.width = width
    self.height = height
    pixels = luma.flatMap { [$0, $0, $0] }
  }

  /// The colour of a pixel; `nil` outside of the picture.
  public func colour(x: Int, y: Int) -> Colour? {
    guard x >= 0, y >= 0, x < width, y < height else { return nil }
    let at = 3 * (y * width + x)
    return Colour(pixels[at], pixels[at + 1], pixels[at + 2])
  }

  /// Paints a pixel; nothing outside of the picture.
  mutating func paint(x: Int, y: Int, _ colour: Colour) {
    guard x >= 0, y >= 0, x < width, y < height else { return }
    let at = 3 * (y * width + x)
    for channel in 0..<3 { pixels[at + channel] = colour[channel] }
  }

  /// Draws a line of one pixel's thickness; a part outside of the picture is left out.
  mutating func line(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ colour: Colour) {
    guard let (a, b) = clipped(a, b) else { return }
    let way = b - a
    let steps = max(1, Int(max(abs(way.x), abs(way.y)).rounded(.up)))
    for step in 0...steps {
      let at = a + way * (Double(step) / Double(steps))
      paint(x: Int(at.x.rounded(.down)), y: Int(at.y.rounded(.down)), colour)
    }
  }

  /// Draws a circle.
  mutating func circle(_ centre: SIMD2<Double>, radius: Double, _ colour: Colour) {
    // The eight octants of x² + y² = r².
    var x = 0
    while Double(x) <= radius * 0.7072 {
      let y = Int((radius * radius - Double(x * x)).squareRoot().rounded())
      for (dx, dy) in [(x, y), (y, x)] {
        for (sx, sy) in [(1, 1), (1, -1), (-1, 1), (-1, -1)] {
          paint(x: Int(centre.x) + sx * dx, y: Int(centre.y) + sy * dy, colour)
        }
      }
      x += 1
    }
  }

  /// Draws a cross.
  mutating func cross(_ centre: SIMD2<Double>, size: Double, _ colour: Colour) {
    line(centre - SIMD2(size, 0), centre + SIMD2(size, 0), colour)
    line(centre - SIMD2(0, size), centre + SIMD2(0, size), colour)
  }

  /// Writes digits, signs and the few letters of `Glyphs`, on black; `at` is the upper left corner.
  mutating func write(_ text: String, at: SIMD2<Double>, _ colour: Colour) {
    let (left, top) = (Int(at.x), Int(at.y))
    let size = Glyphs.scale
    let glyphs = text.compactMap { Glyphs.rows[$0] }
    let wide = glyphs.count * (Glyphs.width + 1) * size + size
    for y in -size..<(Glyphs.height * size + size) {
      for x in -size..<(wide - size) { paint(x: left + x, y: top + y, Colour(0, 0, 0)) }
    }
    for (place, rows) in glyphs.enumerated() {
      for y in 0..<(Glyphs.height * size) {
        for x in 0..<(Glyphs.width * size) {
          let isInk = rows[y / size] >> UInt8(Glyphs.width - 1 - x / size) & 1 == 1
          guard isInk else { continue }
          paint(x: left + place * (Glyphs.width + 1) * size + x, y: top + y, colour)
        }
      }
    }
  }

  /// The part of a line that lies within a pixel of the picture (Liang and Barsky, "A new concept and
  /// method for line clipping", 1984).
  private func clipped(
    _ a: SIMD2<Double>, _ b: SIMD2<Double>
  ) -> (SIMD2<Double>, SIMD2<Double>)? {
    let way = b - a
    var (from, to) = (0.0, 1.0)
    let sides = [
      (-way.x, a.x + 1), (way.x, Double(width) + 1 - a.x),
      (-way.y, a.y + 1), (way.y, Double(height) + 1 - a.y),
    ]
    for (speed, room) in sides {
      if speed == 0 {
        if room < 0 { return nil }
      } else if speed < 0 {
        from = max(from, room / speed)
      } else {
        to = min(to, room / speed)
      }
    }
    guard from <= to, from.isFinite, to.isFinite else { return nil }
    return (a + way * from, a + way * to)
  }
}
