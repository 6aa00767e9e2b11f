import Model
import TestSupport
import Testing

@testable import Vision

/// Runs `scene` through `detector` for `frames` frames; `paint` draws on each.
private func run(
  _ scene: inout SyntheticScene, _ detector: inout MotionDetector, frames: Range<Int>,
  noise: Int = 2, gains: [Double] = [],
  paint: (inout SyntheticScene, Int) -> Void,
  check: (Int, FrameVerdict, [Blob]) -> Void
) {
  for index in frames {
    scene.draw(noise: noise, gain: index < gains.count ? gains[index] : 1)
    paint(&scene, index)
    var blobs: [Blob] = []
    let verdict = detector.process(
      luma: scene.picture.span.bytes, stride: scene.stride, time: frameTime(index)
    ) { blobs.append($0) }
    check(index, verdict, blobs)
  }
}

@Suite("The motion detector")
struct MotionDetectorTests {
  @Test(
    "finds a moving square within about a pixel",
    arguments: [(2, 160, 120, 160), (4, 203, 151, 224), (8, 240, 176, 240)])
  func square(cell: Int, width: Int, height: Int, stride: Int) {
    var scene = SyntheticScene(width: width, height: height, stride: stride)
    var parameters = MotionParameters()
    parameters.cellSize = cell
    var detector = MotionDetector(width: width, height: height, parameters: parameters)
    var found = 0
    var offsets: [Double] = []
    let side = 5 * cell
    run(&scene, &detector, frames: 0..<80) { scene, index in
      guard index >= 40 else { return }
      let left = 20 + (index - 40) * 2
      // Five even cells can pass for a pool of light in single frames (Docs/Vision.md, limits).
      if cell == 2 {
        scene.paintChecks(left: left, top: 30, width: side, height: side)
      } else {
        scene.paint(left: left, top: 30, width: side, height: side, luma: 220)
      }
    } check: { index, verdict, blobs in
      #expect(verdict == (index < 25 ? .warmingUp : .ok))
      // It must have gone two cells, at two pixels a frame.
      guard index >= 43 + cell else {
        if index < 40 { #expect(blobs.isEmpty) }
        return
      }
      #expect(blobs.count == 1, "frame \(index)")
      guard let blob = blobs.first else { return }
      found += 1
      let left = Double(20 + (index - 40) * 2)
      // What the background took of it before it was told is forgotten when it has gone its length.
      guard index >= 43 + 3 * cell else { return }
      let truth = SIMD4(left, 30, left + Double(side), 30 + Double(side))
      let error = blob.edges - truth
      for lane in 0..<4 {
        offsets.append(abs(error[lane]))
        #expect(abs(error[lane]) < Double(cell) * 0.75, "side \(lane) off by \(error[lane])")
      }
      #expect(abs(blob.foot.x - (left + Double(side) / 2)) < 0.5 + 0.35 * Double(cell))
      #expect(blob.quality > 0 && blob.quality <= 1)
    }
    #expect(found == 37 - cell)
    #expect(offsets.reduce(0, +) / Double(offsets.count) < 1.2)
  }

  @Test("tells nothing in 500 frames of noise", arguments: [2, 8])
  func noise(amplitude: Int) {
    var scene = SyntheticScene(width: 160, height: 120)
    var detector = MotionDetector(width: 160, height: 120)
    run(&scene, &detector, frames: 0..<500, noise: amplitude) { _, _ in
    } check: { index, verdict, blobs in
      #expect(blobs.isEmpty, "frame \(index)")
      if index > 30 { #expect(verdict == .ok) }
    }
  }

  @Test("takes a light switch for a change of scene and sees again within a second")
  func lightSwitch() {
    var scene = SyntheticScene(width: 160, height: 120)
    var detector = MotionDetector(width: 160, height: 120)
    var verdicts: [FrameVerdict] = []
    run(&scene, &detector, frames: 0..<100, gains: (0..<100).map { $0 >= 50 ? 1.7 : 1 }) {
      scene, index in
      if index >= 80 {
        scene.paint(left: index, top: 40, width: 12, height: 20, luma: 20)
      }
    } check: { index, verdict, blobs in
      verdicts.append(verdict)
      if index < 80 { #expect(blobs.isEmpty) }
      if index >= 84 { #expect(blobs.count == 1) }
    }
    #expect(verdicts[49] == .ok)
    #expect(verdicts[50] == .sceneChange)
    #expect(verdicts[51...].firstIndex(of: .ok).map { $0 <= 62 } == true)
    #expect(detector.counters.sceneChanges == 1)
  }

  @Test("tells nothing while the light slowly changes")
  func ramp() {
    var scene = SyntheticScene(width: 160, height: 120)
    var detector = MotionDetector(width: 160, height: 120)
    run(&scene, &detector, frames: 0..<400, gains: (0..<400).map { 0.7 + Double($0) * 0.002 }) {
      _, _ in
    } check: {
      index, verdict, blobs in
      #expect(blobs.isEmpty, "frame \(index)")
      if index > 30 { #expect(verdict == .ok) }
    }
  }

  @Test("calls equal frames frozen, and no sooner than set")
  func frozen() {
    var scene = SyntheticScene(width: 64, height: 48)
    var detector = MotionDetector(width: 64, height: 48)
    var verdicts: [FrameVerdict] = []
    for index in 0..<200 {
      if index < 60 || index >= 150 { scene.draw() }
      verdicts.append(
        detector.process(luma: scene.picture.span.bytes, stride: 64, time: frameTime(index)) { _ in
        })
    }
    // Frame 59 is the last that differs: 0.8 s later is frame 79.
    #expect(verdicts[78] == .ok)
    #expect(verdicts[79] == .frozen)
    #expect(verdicts[149] == .frozen)
    #expect(verdicts[150] == .ok)
  }

  @Test("calls a covered camera without contrast, and goes on when it is uncovered")
  func covered() {
    var scene = SyntheticScene(width: 96, height: 64)
    var detector = MotionDetector(width: 96, height: 64)
    run(&scene, &detector, frames: 0..<120) { scene, index in
      if (50..<80).contains(index) {
        scene.paint(left: 0, top: 0, width: 96, height: 64, luma: UInt8(9 + index % 2))
      }
    } check: { index, verdict, blobs in
      #expect(blobs.isEmpty)
      if (50..<80).contains(index) { #expect(verdict == .noContrast) }
      if index >= 80 { #expect(verdict == .ok) }
    }
  }

  @Test("takes what stands still into the background, and forgets where it stood")
  func absorbs() {
    var parameters = MotionParameters()
    parameters.absorbNanos = 2_000_000_000
    var scene = SyntheticScene(width: 160, height: 120)
    var detector = MotionDetector(width: 160, height: 120, parameters: parameters)
    var seen: [Int] = []
    run(&scene, &detector, frames: 0..<320) { scene, index in
      // It comes from the left, stands from frame 60 on, and goes to the right.
      if (40..<220).contains(index) {
        let left = index < 60 ? 20 + (index - 40) * 2 : index < 180 ? 60 : 60 + (index - 180) * 3
        scene.paintChecks(left: left, top: 40, width: 30, height: 30)
      }
    } check: { index, _, blobs in
      if !blobs.isEmpty { seen.append(index) }
    }
    #expect(seen.contains(60) && seen.contains(85))
    #expect(!seen.contains(150) && !seen.contains(179))
    #expect(seen.contains(195), "it goes on")
    #expect(!seen.contains { $0 >= 260 }, "\(seen)")
  }

  @Test("forgets within two seconds the place that a thing of the first picture left")
  func ghost() {
    var scene = SyntheticScene(width: 320, height: 240)
    var detector = MotionDetector(width: 320, height: 240)
    var ghost: [Int] = []
    var missed: [Int] = []
    run(&scene, &detector, frames: 0..<180) { scene, index in
      let left = index < 60 ? 60 : 60 + (index - 60) * 2
      scene.paintChecks(left: left, top: 80, width: 30, height: 60)
    } check: { index, _, blobs in
      // The thing itself is apart from its place from here on.
      guard index >= 86 else { return }
      let left = Double(60 + (index - 60) * 2)
      if left < 290, !blobs.contains(where: { abs($0.edges.x - left) < 4 }) { missed.append(index) }
      if blobs.contains(where: { $0.edges.x < 95 }) { ghost.append(index) }
    }
    #expect(missed == [])
    #expect(ghost.allSatisfy { $0 < 110 }, "\(ghost)")
    #expect(detector.counters.ghosts > 0)
  }

  @Test("tells nothing of what lies changed where a thing stood and left")
  func leftBehind() {
    var scene = SyntheticScene(width: 320, height: 240)
    var detector = MotionDetector(width: 320, height: 240)
    var missed: [Int] = []
    var left: [Int] = []
    run(&scene, &detector, frames: 0..<240) { scene, index in
      // A bar of the ground is another one when the thing goes on: as bright as a thing.
      if index == 100 {
        for y in 108..<112 {
          for x in 148..<160 { scene.ground[y * 320 + x] = 240 }
        }
      }
      guard index >= 40 else { return }
      let place = index < 90 ? 40 + (index - 40) * 2 : index < 120 ? 140 : 140 + (index - 120) * 2
      scene.paintChecks(left: place, top: 80, width: 30, height: 60)
      // What trails behind it keeps the bar within its box when the thing goes on.
      scene.paintChecks(left: place - 36, top: 80, width: 36, height: 12)
    } check: { index, _, blobs in
      guard index >= 124 else { return }
      let place = Double(140 + (index - 120) * 2)
      if place < 290, !blobs.contains(where: { abs($0.edges.z - place - 30) < 4 }) {
        missed.append(index)
      }
      if blobs.contains(where: { $0.edges.y > 100 && $0.edges.z < 165 }) { left.append(index) }
    }
    #expect(missed == [])
    #expect(left == [])
  }

  @Test(
    "goes on telling what stands still before a textured ground",
    arguments: [(15, 440), (110, 72), (230, 440)])
  func standing(luma: UInt8, until end: Int) {
    // One without a pattern and about as bright as the ground passes for light (Docs/Vision.md).
    var scene = SyntheticScene(width: 320, height: 240)
    var detector = MotionDetector(width: 320, height: 240)
    var missed: [Int] = []
    run(&scene, &detector, frames: 0..<440) { scene, index in
      guard index >= 40 else { return }
      let left = min(40 + (index - 40) * 2, 140)
      scene.paint(left: left, top: 80, width: 30, height: 60, luma: luma)
    } check: { index, _, blobs in
      guard (46..<end).contains(index) else { return }
      if blobs.isEmpty { missed.append(index) }
    }
    #expect(missed == [])
    // What has no pattern and is as bright as the ground hides its edges as a ghost would.
    if luma != 110 { #expect(detector.counters.ghosts == 0) }
  }

  @Test("never looks at what a privacy mask covers")
  func privacy() {
    // A mask over the left half: whatever is there, the answers are the same.
    var parameters = MotionParameters()
    parameters.privacyMasks = [
      [SIMD2(0, 0), SIMD2(0.5, 0), SIMD2(0.5, 0.6), SIMD2(0.3, 1), SIMD2(0, 1)]
    ]
    var clear = MotionDetector(width: 163, height: 121, parameters: parameters)
    var disturbed = MotionDetector(width: 163, height: 121, parameters: parameters)
    var scene = SyntheticScene(width: 163, height: 121, stride: 170)
    var random = SeededGenerator(seed: 5)
    var told = 0
    for index in 0..<90 {
      scene.draw()
      if index > 40 {
        scene.paint(left: 160 - index, top: 50, width: 14, height: 24, luma: 230)
      }
      var a: [Blob] = []
      let first = clear.process(
        luma: scene.picture.span.bytes, stride: 170, time: frameTime(index)
      ) { a.append($0) }
      for y in 0..<121 {
        let end = Double(y) / 121 <= 0.6 ? 81 : Int(163 * (0.5 - (Double(y) / 121 - 0.6) / 2)) - 1
        for x in 0..<end { scene.picture[y * 170 + x] = UInt8.random(in: 0...255, using: &random) }
      }
      var b: [Blob] = []
      let second = disturbed.process(
        luma: scene.picture.span.bytes, stride: 170, time: frameTime(index)
      ) { b.append($0) }
      #expect(first == second && a == b, "frame \(index)")
      told += a.count
      for blob in a where blob.edges.w < 70 { #expect(blob.edges.x > 78) }
    }
    #expect(told > 20)
  }

  @Test(
    "takes any size from 16 by 16 on, with no pixel beyond the last row",
    arguments: [(16, 16), (17, 19), (33, 16), (31, 4000), (1023, 17), (8192, 16)])
  func sizes(width: Int, height: Int) {
    var detector = MotionDetector(width: width, height: height)
    var random = SeededGenerator(seed: UInt64(width * 31 + height))
    let stride = width + 3
    let bytes = (0..<stride * (height - 1) + width).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
    for index in 0..<3 {
      let verdict = detector.process(
        luma: bytes.span.bytes, stride: stride, time: frameTime(index)
      ) { _ in }
      #expect(verdict == .warmingUp)
    }
  }

  @Test("gives the same blobs whatever the stride")
  func strides() {
    var narrow = SyntheticScene(width: 120, height: 90)
    var wide = SyntheticScene(width: 120, height: 90, stride: 173)
    var a = MotionDetector(width: 120, height: 90)
    var b = MotionDetector(width: 120, height: 90)
    for index in 0..<60 {
      narrow.draw()
      if index > 35 { narrow.paint(left: index, top: 30, width: 12, height: 30, luma: 240) }
      for y in 0..<90 {
        for x in 0..<173 { wide.picture[y * 173 + x] = x < 120 ? narrow.picture[y * 120 + x] : 255 }
      }
      var first: [Blob] = []
      var second: [Blob] = []
      _ = a.process(luma: narrow.picture.span.bytes, stride: 120, time: frameTime(index)) {
        first.append($0)
      }
      _ = b.process(luma: wide.picture.span.bytes, stride: 173, time: frameTime(index)) {
        second.append($0)
      }
      #expect(first == second)
      if index > 40 { #expect(first.count == 1) }
    }
  }
}
