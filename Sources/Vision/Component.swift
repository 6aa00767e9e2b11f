/// Cells that belong together in one frame.
struct Component: BitwiseCopyable, Equatable {
  /// Box in cells, right and bottom exclusive, around the cells that differ.
  var left: Int32
  var top: Int32
  var right: Int32
  var bottom: Int32
  /// Cells that differ.
  var area: Int32
  /// Cells that differ clearly.
  var strong: Int32
  /// Sum of the differences, luma times 64.
  var difference: Int64

  /// Nothing yet; joins to what it is joined with.
  static let empty = Component(
    left: .max, top: .max, right: .min, bottom: .min, area: 0, strong: 0, difference: 0)

  var width: Int32 { right - left }
  var height: Int32 { bottom - top }

  mutating func join(_ other: Component) {
    left = min(left, other.left)
    top = min(top, other.top)
    right = max(right, other.right)
    bottom = max(bottom, other.bottom)
    area += other.area
    strong += other.strong
    difference += other.difference
  }
}
