import Model
import Testing

@testable import Perception

@Suite("Snapshots")
struct SnapshotTests {
  private static let mask = [SIMD2(0, 0), SIMD2(0.5, 0), SIMD2(0.5, 1), SIMD2(0, 1)]

  private func snapshot(_ frame: TestFrame) -> [UInt8]? {
    var encoder = SnapshotEncoder()
    var picture: [UInt8]?
    let isMade = encoder.encode(frame.header, frame.bytes.span.bytes) {
      picture = $0.withUnsafeBytes { Array($0) }
    }
    return isMade ? picture : nil
  }

  private func luma(_ picture: [UInt8]) -> [UInt8]? {
    var decoder = JPEGDecoder()
    let table = StateTable<UInt8>(count: 160 * 120, repeating: 0)
    guard decoder.decode(picture.span.bytes, into: table, width: 160, height: 120) == .decoded
    else { return nil }
    return (0..<160 * 120).map { table[$0] }
  }

  /// What a masked camera records of `frames`.
  private func recorded(_ frames: [TestFrame]) -> [TestFrame] {
    var site = TestSite.site()
    guard var camera = site.sensors[TestSite.camera.index].camera else { return [] }
    camera.privacyMasks = [Self.mask]
    site.sensors[TestSite.camera.index].detail = .camera(camera)
    var perception = CameraPerception(
      site: site, sensor: TestSite.camera, source: TestSite.sources.camera)
    var recorded: [TestFrame] = []
    for frame in frames {
      perception.take(frame.header, frame.bytes.span.bytes) { header, bytes in
        recorded.append(TestFrame(header: header, bytes: bytes.withUnsafeBytes { Array($0) }))
      } emit: { _ in
      }
    }
    return recorded
  }

  @Test("show the frame that was recorded", arguments: PixelFormat.allCases)
  func likeness(format: PixelFormat) throws {
    let frame = TestVideo.walker(format: format, count: 45, padding: format == .mjpeg ? 0 : 9)[44]
    let grey = TestVideo.walker(format: .grey, count: 45)[44].bytes
    let picture = try #require(snapshot(frame))
    let seen = try #require(luma(picture))
    let error = zip(seen, grey).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) } / grey.count
    #expect(error <= 2)
  }

  @Test("are black where a privacy mask is, and do not depend on what it covers")
  func masked() throws {
    let frames = TestVideo.walker(format: .grey, count: 45)
    var others = frames
    for place in others.indices {
      for row in 0..<120 {
        for column in 0..<78 {
          others[place].bytes[row * 160 + column] ^= UInt8(truncatingIfNeeded: 37 + column * place)
        }
      }
    }
    let (first, second) = (recorded(frames), recorded(others))
    #expect(first == second, "what is recorded is the same whatever the mask covers")
    for (a, b) in zip(first, second).dropFirst(40) {
      let picture = try #require(snapshot(a))
      #expect(picture == snapshot(b))
      let seen = try #require(luma(picture))
      for row in 0..<120 {
        #expect(seen[row * 160..<row * 160 + 72].allSatisfy { $0 == 0 })
        #expect(seen[row * 160 + 88..<row * 160 + 160].allSatisfy { $0 > 40 })
      }
    }
  }

  @Test("are made of nothing that holds no picture")
  func refused() {
    var frame = TestVideo.walker(format: .grey, count: 1)[0]
    frame.header.isDamaged = true
    #expect(snapshot(frame) == nil)
    frame.header.isDamaged = false
    frame.bytes = []
    #expect(snapshot(frame) == nil)
  }
}
