import Model
import Testing
import Vision

@Suite struct DetectorMaskTests {
  @Test func `the mask covers a told target and nothing far from it`() {
    var scene = SyntheticScene(width: 320, height: 240)
    var detector = MotionDetector(width: 320, height: 240)
    var mask = [UInt8](repeating: 1, count: 320 * 240)
    var box = SIMD4<UInt16>.zero
    for frame in 0..<60 {
      scene.draw()
      if frame >= 30 {
        scene.paint(left: 40 + 3 * (frame - 30), top: 80, width: 24, height: 60, luma: 220)
      }
      _ = detector.process(luma: scene.picture.span.bytes, stride: 320, time: frameTime(frame)) {
        box = $0.box
      }
      detector.drawMask(into: &mask)
      if frame < 30 { #expect(!mask.contains(255)) }
    }
    #expect(box.z > 0)
    var inside = 0
    for y in 0..<240 {
      for x in 0..<320 where mask[y * 320 + x] == 255 {
        #expect((122...156).contains(x) && (76...144).contains(y))
        inside += 1
      }
    }
    // 24 by 60 pixels, give or take a cell on each side.
    #expect(inside > 1_200 && inside < 2_100)
  }
}
