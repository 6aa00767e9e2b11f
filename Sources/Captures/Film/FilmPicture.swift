/// A picture that is drawn on for a film: planar YCbCr 4:4:4, 8 bits, as `VideoWriter` takes it.
public struct FilmPicture {
  /// Colours by BT.601, luma from 16 to 235: Y, Cb, Cr.
  public enum Colour: Sendable {
    /// By name.
    case green, yellow, cyan, white, black

    var parts: SIMD3<UInt8> {
      switch self {
      case .green: SIMD3(145, 54, 34)
      case .yellow: SIMD3(210, 16, 146)
      case .cyan: SIMD3(170, 166, 16)
      case .white: SIMD3(235, 128, 128)
      case .black: SIMD3(16, 128, 128)
      }
    }
  }

  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int
  /// All of Y, then Cb, then Cr.
  public private(set) var planes: [UInt8]
  /// Pixels of a letter's dot: 53 letters have room side by side on a picture of 640.
  public var dot: Int { max(1, (width + 160) / 400) }
  /// Letters that have room side by side.
  public var lettersMax: Int { max(1, (width - 2 * dot) / ((Lettering.width + 1) * dot)) }
  /// Height of a row of letters, pixels.
  public var rowHeight: Int { (Lettering.height + 4) * dot }

  /// The grey picture of a frame's luma.
  ///
  /// Precondition: as many values as pixels.
  public init(luma: [UInt8], width: Int, height: Int) {
    precondition(luma.count == width * height)
    self.width = width
    self.height = height
    planes = luma + [UInt8](repeating: 128, count: 2 * luma.count)
  }

  /// Draws the rim of a box, two pixels thick.
  public mutating func box(left: Int, top: Int, width: Int, height: Int, _ colour: Colour) {
    for inset in 0..<2 {
      for x in left..<left + max(width, 2) {
        paint(x, top + inset, colour)
        paint(x, top + height - 1 - inset, colour)
      }
      for y in top..<top + max(height, 2) {
        paint(left + inset, y, colour)
        paint(left + width - 1 - inset, y, colour)
      }
    }
  }

  /// Draws a cross about a point.
  public mutating func cross(x: Int, y: Int, size: Int, _ colour: Colour) {
    for step in -size...size {
      for thickness in 0..<2 {
        paint(x + step, y + thickness, colour)
        paint(x + thickness, y + step, colour)
      }
    }
  }

  /// `text` in rows that have room in the picture: broken between words where that goes, rows after the
  /// first set in, at most `rowsMax`; what has no room even so ends in `...`.
  public func rows(of text: String, rowsMax: Int = .max) -> [String] {
    let indent = lettersMax > 8 ? "  " : ""
    var rows = [""]
    for word in text.split(separator: " ") {
      var rest = word
      while !rest.isEmpty {
        let isBegun = rows[rows.count - 1].contains { $0 != " " }
        let room = lettersMax - rows[rows.count - 1].count - (isBegun ? 1 : 0)
        if rest.count <= room {
          rows[rows.count - 1] += (isBegun ? " " : "") + rest
          rest = ""
        } else if isBegun {
          rows.append(indent)
        } else {
          rows[rows.count - 1] += rest.prefix(room)
          rest = rest.dropFirst(room)
          rows.append(indent)
        }
      }
    }
    guard rows.count > max(1, rowsMax) else { return rows }
    rows.removeSubrange(max(1, rowsMax)...)
    rows[rows.count - 1] = cut(rows[rows.count - 1] + " ", to: lettersMax, isLonger: true)
    return rows
  }

  /// `text` in `count` letters at most; `...` at its end tells that there was more.
  private func cut(_ text: String, to count: Int, isLonger: Bool = false) -> String {
    guard isLonger || text.count > count else { return text }
    let dots = String(repeating: ".", count: min(3, count))
    return text.prefix(count - dots.count) + dots
  }

  /// Writes text on black; its upper left corner at a point, moved into the picture where it would
  /// lead out at the right or below. What is longer than the picture is wide ends in `...`.
  public mutating func write(_ text: String, x: Int, y: Int, _ colour: Colour) {
    let letters = cut(text, to: lettersMax)
    let wide = (letters.count * (Lettering.width + 1) + 1) * dot
    let left = max(0, min(x, width - wide))
    let top = max(0, min(y, height - rowHeight))
    for row in top..<min(top + rowHeight - 2 * dot, height) {
      for column in left..<min(left + wide, width) { paint(column, row, .black) }
    }
    for (place, letter) in letters.enumerated() {
      let start = left + dot + place * (Lettering.width + 1) * dot
      for (row, dots) in Lettering.rows(of: letter).enumerated() {
        for column in 0..<Lettering.width
        where dots >> UInt8(Lettering.width - 1 - column) & 1 == 1 {
          for y in 0..<dot {
            for x in 0..<dot {
              paint(start + column * dot + x, top + (row + 1) * dot + y, colour)
            }
          }
        }
      }
    }
  }

  private mutating func paint(_ x: Int, _ y: Int, _ colour: Colour) {
    guard x >= 0, y >= 0, x < width, y < height else { return }
    let parts = colour.parts
    for plane in 0..<3 { planes[(plane * height + y) * width + x] = parts[plane] }
  }
}
