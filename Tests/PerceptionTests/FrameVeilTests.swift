import Model
import Testing

@testable import Perception

@Suite struct FrameVeilTests {
  private func veiled(
    _ frame: TestFrame, _ manner: FrameVeil.Manner, _ regions: [[SIMD2<Double>]] = []
  ) -> [UInt8]? {
    var veil = FrameVeil(manner, regions: regions)
    var found: [UInt8]?
    let isMade = veil.veil(frame.header, frame.bytes.span.bytes) {
      found = $0.withUnsafeBytes { Array($0) }
    }
    return isMade ? found : nil
  }

  /// The luma of a frame of 160 by 120 pixels.
  private func luma(_ bytes: [UInt8], of header: FrameHeader) -> [UInt8] {
    if header.format == .mjpeg {
      var decoder = JPEGDecoder()
      let table = StateTable<UInt8>(count: 160 * 120, repeating: 0)
      #expect(decoder.decode(bytes.span.bytes, into: table, width: 160, height: 120) == .decoded)
      return (0..<160 * 120).map { table[$0] }
    }
    let step = header.format == .yuyv ? 2 : 1
    return (0..<160 * 120).map { bytes[$0 / 160 * Int(header.stride) + $0 % 160 * step] }
  }

  @Test(arguments: PixelFormat.allCases)
  func `each block of a pixelated picture is of one grey, of sixteen there are`(
    format: PixelFormat
  ) throws {
    let frame = TestVideo.walker(format: format, count: 45, padding: format == .mjpeg ? 0 : 9)[44]
    let made = try #require(veiled(frame, .pixelate(block: 0)))
    if format != .mjpeg { #expect(made.count == frame.bytes.count) }
    let found = luma(made, of: frame.header)
    for top in stride(from: 0, to: 120, by: 16) {
      for left in stride(from: 0, to: 160, by: 16) {
        let block = (top..<min(top + 16, 120)).flatMap { row in
          (left..<left + 16).map { found[row * 160 + $0] }
        }
        let spread = Int(block.max()!) - Int(block.min()!)
        // A JPEG's blocks lie within ours; its rounding is a grey or two.
        #expect(spread <= (format == .mjpeg ? 2 : 0))
        if format != .mjpeg { #expect(block[0] % 16 == 8) }
      }
    }
    // Chroma is neutral: nothing of the old bytes is left.
    if format == .nv12 {
      #expect(made[(119 * Int(frame.header.stride) + 160)...].allSatisfy { $0 == 128 })
    }
    if format == .yuyv {
      let row = made[..<320]
      #expect(row.enumerated().allSatisfy { $0.offset % 2 == 0 || $0.element == 128 })
    }
  }

  @Test func `two pictures that differ within blocks only look alike`() throws {
    let frame = TestVideo.walker(format: .grey, count: 45)[44]
    var other = frame
    // Rows of a block in another order: the same mean, another face.
    for left in stride(from: 0, to: 160, by: 16) {
      for row in 0..<8 {
        for column in left..<left + 16 {
          other.bytes.swapAt(row * 160 + column, (15 - row) * 160 + column)
        }
      }
    }
    #expect(other.bytes != frame.bytes)
    #expect(veiled(other, .pixelate(block: 0)) == veiled(frame, .pixelate(block: 0)))
  }

  @Test func `a region takes each block that it touches, and nothing else`() throws {
    let frame = TestVideo.walker(format: .grey, count: 45)[44]
    let region = [SIMD2(0.0, 0), SIMD2(0.11, 0), SIMD2(0.11, 0.2), SIMD2(0, 0.2)]
    let made = try #require(veiled(frame, .blacken, [region]))
    for row in 0..<120 {
      for column in 0..<160 {
        let isCovered = column < 32 && row < 32
        let pixel = made[row * 160 + column]
        #expect(isCovered ? pixel == 0 : pixel == frame.bytes[row * 160 + column])
      }
    }
  }

  @Test func `blocks are never smaller than detail needs`() throws {
    #expect(FrameVeil.blockMin(width: 640) == 16 && FrameVeil.blockMin(width: 1_280) == 32)
    #expect(FrameVeil.blockMin(width: 3_840) == 96 && FrameVeil.blockMin(width: 160) == 16)
    let frame = TestVideo.walker(format: .grey, count: 45)[44]
    #expect(veiled(frame, .pixelate(block: 2)) == veiled(frame, .pixelate(block: 16)))
    #expect(veiled(frame, .pixelate(block: 40)) != veiled(frame, .pixelate(block: 16)))
  }

  @Test func `a frame that holds no picture is not handed on`() {
    var frame = TestVideo.walker(format: .grey, count: 1)[0]
    frame.header.isDamaged = true
    #expect(veiled(frame, .blacken) == nil)
    frame.header.isDamaged = false
    frame.bytes.removeLast(400)
    #expect(veiled(frame, .blacken) == nil)
    let picture = TestVideo.walker(format: .mjpeg, count: 1)[0]
    let cut = TestFrame(header: picture.header, bytes: Array(picture.bytes.prefix(100)))
    #expect(veiled(cut, .pixelate(block: 0)) == nil)
  }
}
