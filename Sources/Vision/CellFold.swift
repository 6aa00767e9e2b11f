/// From sums of pixel pairs over the rows of a cell to means of cells, for one size of cell.
///
/// 16 pixels across are one chunk. A mean is luma times 64, so that it has 6 fractional bits and
/// differences of two fit 16 bits.
protocol CellFold {
  /// Edge of a cell in pixels.
  static var cellSize: Int { get }
  /// Stores the `16 / cellSize` means of a chunk at `target`.
  static func store(_ pairs: SIMD8<UInt16>, to target: UnsafeMutableRawPointer)
}

/// Cells of 2 by 2 pixels.
enum Fold2: CellFold {
  static var cellSize: Int { 2 }
  @inline(__always)
  static func store(_ pairs: SIMD8<UInt16>, to target: UnsafeMutableRawPointer) {
    unsafe target.storeBytes(of: pairs &<< SIMD8(repeating: 4), as: SIMD8<UInt16>.self)
  }
}

/// Cells of 4 by 4 pixels.
enum Fold4: CellFold {
  static var cellSize: Int { 4 }
  @inline(__always)
  static func store(_ pairs: SIMD8<UInt16>, to target: UnsafeMutableRawPointer) {
    let means = SIMD4<UInt16>(truncatingIfNeeded: fours(pairs)) &<< SIMD4(repeating: 2)
    unsafe target.storeBytes(of: means, as: SIMD4<UInt16>.self)
  }
}

/// Cells of 8 by 8 pixels.
enum Fold8: CellFold {
  static var cellSize: Int { 8 }
  @inline(__always)
  static func store(_ pairs: SIMD8<UInt16>, to target: UnsafeMutableRawPointer) {
    let means = SIMD2<UInt16>(truncatingIfNeeded: eights(pairs))
    unsafe target.storeBytes(of: means, as: SIMD2<UInt16>.self)
  }
}

/// Cells of 16 by 16 pixels.
enum Fold16: CellFold {
  static var cellSize: Int { 16 }
  @inline(__always)
  static func store(_ pairs: SIMD8<UInt16>, to target: UnsafeMutableRawPointer) {
    let sums = eights(pairs)
    unsafe target.storeBytes(
      of: UInt16(truncatingIfNeeded: (sums[0] &+ sums[1]) >> 2), as: UInt16.self)
  }
}

/// Sums of neighbouring lanes. Which of a pair stands in the low half does not matter to a sum.
@inline(__always)
private func fours(_ pairs: SIMD8<UInt16>) -> SIMD4<UInt32> {
  let wide = unsafe unsafeBitCast(pairs, to: SIMD4<UInt32>.self)
  return (wide & SIMD4(repeating: 0xFFFF)) &+ (wide &>> SIMD4(repeating: 16))
}

/// Sums of four neighbouring lanes.
@inline(__always)
private func eights(_ pairs: SIMD8<UInt16>) -> SIMD2<UInt64> {
  let wide = unsafe unsafeBitCast(fours(pairs), to: SIMD2<UInt64>.self)
  return (wide & SIMD2(repeating: 0xFFFF_FFFF)) &+ (wide &>> SIMD2(repeating: 32))
}
