public import Model
import Vision

/// Makes recorded frames unrecognisable, whole or within regions, for handing them on.
///
/// Pixelation: blocks of at least `blockMin(width:)` pixels, from the picture's upper left corner on, each
/// get the mean of its pixels, told in sixteen steps, so that neither a block nor a row of pictures
/// tells what was within. Every block that a region touches is taken whole: what lies at the region's
/// rim cannot be told apart either. Blackening leaves nothing at all. Colour goes in both cases, of the
/// whole picture. One owner, one thread at a time; memory grows with the largest picture.
public struct FrameVeil: ~Copyable {
  /// What becomes of the pixels.
  public enum Manner: Sendable, Equatable {
    /// Blocks of so many pixels; smaller than `blockMin(width:)` is taken for that.
    case pixelate(block: Int)
    /// Black.
    case blacken
  }

  /// A picture of so many pixels in width is pixelated by blocks of at least this: a fortieth of the
  /// width, and at least 16 pixels.
  ///
  /// A face of 20 pixels, the least by which somebody who is known is told (EN 62676-4, "recognise": 125
  /// pixels a metre, of a face 0.16 m wide), is two or three blocks wide then. One that fills much of the
  /// picture has more of them: take larger blocks, or black.
  public static func blockMin(width: Int) -> Int { max(16, (width + 39) / 40) }

  /// Steps between black and white that a block may have.
  private static let steps = 16

  private let manner: Manner
  private let regions: [[SIMD2<Double>]]
  private var encoder = SnapshotEncoder()
  private var frame = FrameLuma()
  private var pixels: [UInt8] = []
  /// The blocks that are covered of pictures of the size that came last.
  private var marked: (size: Size, marks: [Bool])?

  private struct Size: Equatable {
    var width: Int
    var height: Int
    var block: Int
  }

  /// A veil over `regions`, polygons in fractions of width and height; over the whole picture when there
  /// are none.
  public init(_ manner: Manner, regions: [[SIMD2<Double>]] = []) {
    self.manner = manner
    self.regions = regions
  }

  /// Lends `body` the bytes of the veiled frame, of the format and layout that the header says.
  ///
  /// - Returns: false, without a call of `body`, for a frame that holds no picture: a damaged one, or
  ///   one whose header contradicts its bytes. It must not be handed on.
  public mutating func veil(
    _ header: FrameHeader, _ bytes: RawSpan, _ body: (RawSpan) -> Void
  ) -> Bool {
    let (width, height) = (Int(header.width), Int(header.height))
    guard let layout = frame.read(header, bytes) else { return false }
    cover(width: width, height: height)
    guard case .rows(let stride, let isPacked) = layout else {
      var grey = header
      (grey.format, grey.stride) = (.grey, Int32(width))
      let plane = unsafe UnsafeRawBufferPointer(start: frame.plane.base, count: width * height)
      return encoder.encode(grey, unsafe plane.bytes, body)
    }
    // What is neither luma nor written here (chroma, gaps between rows) is neutral.
    pixels = Array(repeating: 128, count: bytes.byteCount)
    for row in 0..<height {
      for column in 0..<width {
        pixels[row * stride + (isPacked ? 2 * column : column)] = frame.plane[row * width + column]
      }
    }
    unsafe body(pixels.span.bytes)
    return true
  }

  private func block(width: Int) -> Int {
    switch manner {
    case .pixelate(let block): max(block, Self.blockMin(width: width))
    case .blacken: Self.blockMin(width: width)
    }
  }

  /// Covers what is to be covered of the luma.
  private mutating func cover(width: Int, height: Int) {
    let block = block(width: width)
    let columns = (width + block - 1) / block
    let marks = marks(Size(width: width, height: height, block: block))
    for (place, isMarked) in marks.enumerated() where isMarked {
      let left = place % columns * block
      let top = place / columns * block
      let (right, bottom) = (min(left + block, width), min(top + block, height))
      let value = manner == .blacken ? 0 : mean(left..<right, top..<bottom, width)
      for row in top..<bottom {
        for column in left..<right { frame.plane[row * width + column] = value }
      }
    }
  }

  private func mean(_ columns: Range<Int>, _ rows: Range<Int>, _ width: Int) -> UInt8 {
    var sum = 0
    for row in rows {
      for column in columns { sum += Int(frame.plane[row * width + column]) }
    }
    let mean = sum / max(columns.count * rows.count, 1)
    let step = 256 / Self.steps
    return UInt8(mean / step * step + step / 2)
  }

  /// Which blocks are to be covered, row by row.
  private mutating func marks(_ size: Size) -> [Bool] {
    if let marked, marked.size == size { return marked.marks }
    let columns = (size.width + size.block - 1) / size.block
    let rows = (size.height + size.block - 1) / size.block
    var marks = Array(repeating: regions.isEmpty, count: columns * rows)
    let masked = MaskedPixels(width: size.width, height: size.height, polygons: regions)
    masked.forEachPixel { pixel in
      let (row, column) = (pixel / size.width, pixel % size.width)
      marks[row / size.block * columns + column / size.block] = true
    }
    marked = (size, marks)
    return marks
  }
}
