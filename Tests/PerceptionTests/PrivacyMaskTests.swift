import Model
import Perception
import Testing

@Suite("Privacy masks")
struct PrivacyMaskTests {
  /// A triangle and a strip that ends at the picture's right border, in fractions.
  static let masks = [
    [SIMD2(0.1, 0.1), SIMD2(0.4, 0.15), SIMD2(0.2, 0.5)],
    [SIMD2(0.9, 0.3), SIMD2(1, 0.3), SIMD2(1, 0.8), SIMD2(0.9, 0.8)],
  ]
  /// Points well within the masks and well outside, pixels.
  static let inside = [(32, 24), (40, 18), (150, 60), (159, 90)]
  static let outside = [(5, 5), (80, 60), (140, 20), (120, 110), (50, 50)]

  private func site() -> Site {
    var site = TestSite.site()
    guard var camera = site.sensors[TestSite.camera.index].camera else { return site }
    camera.privacyMasks = Self.masks
    site.sensors[TestSite.camera.index].detail = .camera(camera)
    return site
  }

  private func run(_ frames: [TestFrame]) -> (told: [String], recorded: [TestFrame]) {
    var perception = CameraPerception(
      site: site(), sensor: TestSite.camera, source: TestSite.sources.camera)
    var told: [String] = []
    var recorded: [TestFrame] = []
    for frame in frames {
      perception.take(frame.header, frame.bytes.span.bytes) { header, bytes in
        recorded.append(TestFrame(header: header, bytes: bytes.withUnsafeBytes { Array($0) }))
      } emit: {
        told.append($0.text)
      }
    }
    return (told, recorded)
  }

  @Test("are black in what is recorded, and nothing else is", arguments: PixelFormat.allCases)
  func burned(format: PixelFormat) {
    let frames = TestVideo.walker(format: format, count: 3, padding: format == .mjpeg ? 0 : 9)
    for frame in run(frames).recorded {
      #expect(frame.header.format == .grey && frame.header.stride == 160)
      #expect(frame.bytes.count == 160 * 120)
      for (x, y) in Self.inside { #expect(frame.bytes[y * 160 + x] == 0) }
      for (x, y) in Self.outside { #expect(frame.bytes[y * 160 + x] > 0) }
    }
  }

  @Test("leave no byte of a frame that cannot be read", arguments: PixelFormat.allCases)
  func refused(format: PixelFormat) {
    var frames = TestVideo.walker(format: format, count: 3)
    frames[0].header.isDamaged = true
    frames[1].header.width = 80
    frames[2].bytes.removeLast(frames[2].bytes.count / 2)
    let recorded = run(frames).recorded
    #expect(recorded.count == 3)
    #expect(recorded.allSatisfy { $0.bytes.isEmpty || $0.header.format == .grey })
    #expect(recorded[0].bytes.isEmpty && recorded[2].bytes.isEmpty)
  }

  @Test("change nothing of what a replay says", arguments: PixelFormat.allCases)
  func replay(format: PixelFormat) {
    var frames = TestVideo.walker(format: format, count: 60, padding: format == .mjpeg ? 0 : 9)
    frames[45].header.isDamaged = true
    frames[47].bytes.removeLast(frames[47].bytes.count / 2)
    let first = run(frames)
    let second = run(first.recorded)
    #expect(first.told == second.told)
    #expect(first.told.count > 30)
    #expect(run(second.recorded).recorded == second.recorded)
  }
}
