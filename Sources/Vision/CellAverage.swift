/// The picture reduced to means of cells: the only place that reads pixels.
///
/// Cost: each pixel that may be looked at is read once; 720p takes about 0.04 ms (measured with
/// 128-bit vectors).
enum CellAverage {
  /// Writes the means (luma times 64) of all open cells to `cells`; closed cells keep what they have.
  ///
  /// `lines` is room for four rows of cells. Programmer error unless `luma` holds `grid.height` rows of `grid.width` pixels, `stride` apart.
  static func average(
    luma: RawSpan, stride: Int, grid: CellGrid, mask: borrowing PrivacyMask,
    lines: borrowing Buffer<Int16>, into cells: borrowing Buffer<Int16>
  ) {
    precondition(
      stride >= grid.width && luma.byteCount >= stride * (grid.height - 1) + grid.width,
      "luma plane of \(luma.byteCount) bytes is too small for the frame")
    precondition(cells.count >= grid.count)
    unsafe luma.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      switch grid.cellSize {
      case 1: unsafe CellSmoothing.smooth(start, stride, grid, mask, lines: lines, into: cells)
      case 2: unsafe run(Fold2.self, start, stride, grid, mask, cells)
      case 4: unsafe run(Fold4.self, start, stride, grid, mask, cells)
      case 8: unsafe run(Fold8.self, start, stride, grid, mask, cells)
      default: unsafe run(Fold16.self, start, stride, grid, mask, cells)
      }
    }
  }

  @inline(__always)
  private static func run<Fold: CellFold>(
    _: Fold.Type, _ start: UnsafeRawPointer, _ stride: Int, _ grid: CellGrid,
    _ mask: borrowing PrivacyMask, _ cells: borrowing Buffer<Int16>
  ) {
    let perChunk = 16 / Fold.cellSize
    let chunks = grid.columns / perChunk
    for row in 0..<grid.rows {
      let source = unsafe start + row &* Fold.cellSize &* stride
      let target = unsafe cells.base + row &* grid.stride
      let isOpen = unsafe mask.isOpen.base + row &* grid.stride
      let isRowOpen = mask.isRowOpen[row] != 0
      for chunk in 0..<chunks {
        let first = chunk &* perChunk
        guard unsafe isRowOpen || allOpen(isOpen + first, perChunk) else {
          for column in first..<first &+ perChunk where unsafe isOpen[column] != 0 {
            unsafe target[column] = mean(Fold.self, source, stride, column)
          }
          continue
        }
        var pairs = SIMD8<UInt16>()
        for line in 0..<Fold.cellSize {
          let pixels = unsafe source.loadUnaligned(
            fromByteOffset: line &* stride &+ chunk &* 16, as: SIMD8<UInt16>.self)
          pairs = pairs &+ (pixels & SIMD8(repeating: 0xFF)) &+ (pixels &>> SIMD8(repeating: 8))
        }
        unsafe Fold.store(pairs, to: UnsafeMutableRawPointer(target + first))
      }
      for column in chunks &* perChunk..<grid.columns where unsafe isOpen[column] != 0 {
        unsafe target[column] = mean(Fold.self, source, stride, column)
      }
    }
  }

  @inline(__always)
  private static func allOpen(_ isOpen: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var all: UInt8 = 1
    for index in 0..<count { unsafe all &= isOpen[index] }
    return all != 0
  }

  @inline(__always)
  private static func allOpen(_ isOpen: UnsafeMutablePointer<UInt8>, _ count: Int) -> Bool {
    unsafe allOpen(UnsafePointer(isOpen), count)
  }

  /// The mean of one cell, pixel by pixel: beside masks and at the right border.
  @inline(__always)
  private static func mean<Fold: CellFold>(
    _: Fold.Type, _ source: UnsafeRawPointer, _ stride: Int, _ column: Int
  ) -> Int16 {
    var sum = 0
    for line in 0..<Fold.cellSize {
      for pixel in 0..<Fold.cellSize {
        let offset = line &* stride &+ column &* Fold.cellSize &+ pixel
        sum &+= Int(unsafe source.load(fromByteOffset: offset, as: UInt8.self))
      }
    }
    return Int16(truncatingIfNeeded: sum &* 64 / (Fold.cellSize &* Fold.cellSize))
  }
}
