#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The smallest baseline JPEG encoder for grey pictures whose sides are multiples of 8, so that the
/// tests bring their own images (ITU-T T.81).
///
/// One trick keeps it short: all symbols have 8-bit Huffman codes of their own value, which the
/// standard allows as long as none is all ones.
enum JPEGWriter {
  /// Steps of all coefficients: 4 is nearly lossless.
  private static let quantiser = 4

  static func grey(_ luma: [UInt8], width: Int, height: Int) -> [UInt8] {
    var out: [UInt8] = [0xFF, 0xD8]
    segment(0xDB, [0] + [UInt8](repeating: UInt8(quantiser), count: 64), &out)
    segment(
      0xC0,
      [
        8, UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255), 1, 1,
        0x11, 0,
      ], &out)
    // 12 sizes of DC differences, then 162 run/size pairs of AC coefficients, 8 bits each.
    let dc = (0..<12).map { UInt8($0) }
    let pairs: [UInt8] = (0..<160).map { UInt8(($0 / 10) << 4 | ($0 % 10 + 1)) }
    let ac: [UInt8] = [0x00, 0xF0] + pairs
    segment(0xC4, [0x00] + counts(dc.count) + dc, &out)
    segment(0xC4, [0x10] + counts(ac.count) + ac, &out)
    segment(0xDA, [1, 1, 0, 0, 63, 0], &out)
    var bits = Bits()
    var lastDC = 0
    for top in stride(from: 0, to: height, by: 8) {
      for left in stride(from: 0, to: width, by: 8) {
        let block = transform(luma, width, left, top)
        let difference = block[0] - lastDC
        lastDC = block[0]
        let size = Self.size(difference)
        bits.put(dc.firstIndex(of: UInt8(size))!, 8)
        bits.putValue(difference, size)
        var run = 0
        for value in block.dropFirst() {
          guard value != 0 else {
            run += 1
            continue
          }
          while run > 15 {
            bits.put(ac.firstIndex(of: 0xF0)!, 8)
            run -= 16
          }
          let size = Self.size(value)
          bits.put(ac.firstIndex(of: UInt8(run << 4 | size))!, 8)
          bits.putValue(value, size)
          run = 0
        }
        if run > 0 { bits.put(0, 8) }
      }
    }
    bits.put(0x7F, 7)
    return out + bits.bytes + [0xFF, 0xD9]
  }

  private static func segment(_ marker: UInt8, _ body: [UInt8], _ out: inout [UInt8]) {
    let length = body.count + 2
    out += [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + body
  }

  /// Number of codes of each length: `count` codes of 8 bits.
  private static func counts(_ count: Int) -> [UInt8] {
    (1...16).map { $0 == 8 ? UInt8(count) : 0 }
  }

  private static func size(_ value: Int) -> Int {
    Int.bitWidth - abs(value).leadingZeroBitCount
  }

  private static let cosines: [Double] = (0..<64).map { at in
    let (u, x) = (Double(at / 8), Double(at % 8))
    return cos((2 * x + 1) * u * .pi / 16) * (u == 0 ? 0.5.squareRoot() : 1) / 2
  }

  private static let zigzag = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
  ]

  /// The quantised coefficients of a block in zigzag order.
  private static func transform(_ luma: [UInt8], _ width: Int, _ left: Int, _ top: Int) -> [Int] {
    var rows = [Double](repeating: 0, count: 64)
    for y in 0..<8 {
      for u in 0..<8 {
        for x in 0..<8 {
          rows[y * 8 + u] +=
            (Double(luma[(top + y) * width + left + x]) - 128) * cosines[u * 8 + x]
        }
      }
    }
    return zigzag.map { at in
      let (v, u) = (at / 8, at % 8)
      var sum = 0.0
      for y in 0..<8 { sum += rows[y * 8 + u] * cosines[v * 8 + y] }
      return Int((sum / Double(quantiser)).rounded())
    }
  }

  private struct Bits {
    var bytes: [UInt8] = []
    private var held = 0
    private var count = 0

    mutating func put(_ value: Int, _ length: Int) {
      for bit in stride(from: length - 1, through: 0, by: -1) {
        held = held << 1 | (value >> bit & 1)
        count += 1
        guard count == 8 else { continue }
        bytes.append(UInt8(held))
        // A byte of ones is followed by a zero, so that it is no marker.
        if held == 0xFF { bytes.append(0) }
        held = 0
        count = 0
      }
    }

    mutating func putValue(_ value: Int, _ size: Int) {
      put(value >= 0 ? value : value + (1 << size) - 1, size)
    }
  }
}
