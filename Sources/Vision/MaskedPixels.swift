/// The pixels that privacy polygons touch, to be blackened before a picture leaves perception.
///
/// Every pixel that has a point in common with a polygon counts. All of them lie in cells that the
/// detector does not look at, so blackening changes nothing of what it finds.
public struct MaskedPixels: Sendable {
  /// Pixels side by side: the first, counted through the rows, and how many.
  struct Run: BitwiseCopyable, Equatable {
    var first: Int
    var count: Int
  }

  let runs: [Run]

  /// Whether no pixel is masked.
  public var isEmpty: Bool { runs.isEmpty }

  /// The masked pixels of pictures of `width` by `height`; `polygons` in fractions of the two, those
  /// of fewer than 3 points mask nothing.
  ///
  /// Cost: time in proportion to the pixels in the polygons' bounding boxes; for the start.
  public init(width: Int, height: Int, polygons: [[SIMD2<Double>]]) {
    let size = SIMD2(Double(width), Double(height))
    let inPixels = polygons.filter { $0.count >= 3 }.map { $0.map { $0 * size } }
    var runs: [Run] = []
    for row in 0..<height {
      let near = inPixels.filter { polygon in
        polygon.contains { $0.y >= Double(row) } && polygon.contains { $0.y <= Double(row + 1) }
      }
      guard !near.isEmpty else { continue }
      for column in 0..<width {
        let corner = SIMD2(Double(column), Double(row))
        guard near.contains(where: { PrivacyMask.touches($0, cellAt: corner) }) else { continue }
        let at = row * width + column
        if let last = runs.last, last.first + last.count == at {
          runs[runs.count - 1].count += 1
        } else {
          runs.append(Run(first: at, count: 1))
        }
      }
    }
    self.runs = runs
  }

  /// Makes the masked pixels black in rows of `width` bytes without gaps.
  ///
  /// Programmer error if `luma` is shorter than the picture.
  public func blacken(_ luma: UnsafeMutableBufferPointer<UInt8>) {
    if let last = runs.last { precondition(last.first + last.count <= luma.count) }
    for run in runs {
      for at in run.first..<run.first + run.count { unsafe luma[at] = 0 }
    }
  }

  /// Hands each masked pixel to `body`, counted through the rows.
  public func forEachPixel(_ body: (Int) -> Void) {
    for run in runs {
      for at in run.first..<run.first + run.count { body(at) }
    }
  }
}
