import Model
import TestSupport
import Testing

@testable import Vision

/// A picture of random patches, larger than what a camera sees of it.
private struct WideScene {
  static let border = 20
  let width = 200
  let height = 150
  private var wide: [Int] = []
  private var random = SeededGenerator(seed: 9)

  init() {
    let across = width + 2 * Self.border
    var patches: [Int] = []
    for _ in 0..<40 * 40 { patches.append(Int.random(in: 50...170, using: &random)) }
    for y in 0..<height + 2 * Self.border {
      for x in 0..<across { wide.append(patches[y / 7 * 40 + x / 9]) }
    }
  }

  /// What is seen when the picture is moved `right` and `down` by so many pixels, with noise.
  mutating func seen(right: Int, down: Int) -> [UInt8] {
    var picture: [UInt8] = []
    picture.reserveCapacity(width * height)
    var noise: UInt64 = 0
    for y in 0..<height {
      for x in 0..<width {
        if x % 32 == 0 { noise = random.next() }
        let from = (y + Self.border - down) * (width + 2 * Self.border) + x + Self.border - right
        picture.append(UInt8(wide[from] + Int(noise & 3)))
        noise >>= 2
      }
    }
    return picture
  }

  func paint(_ picture: inout [UInt8], left: Int, top: Int) {
    for y in top..<top + 40 {
      for x in max(left, 0)..<min(left + 16, width) {
        picture[y * width + x] = (x + y) % 9 < 5 ? 240 : 15
      }
    }
  }
}

@Suite("A camera that moves")
struct CameraMotionTests {
  @Test(
    "is found by how much it is shifted",
    arguments: [(0, 0), (3, -2), (-5, 0), (1, 7), (-9, -9), (11, 4)])
  func shifts(x: Int, y: Int) {
    var scene = WideScene()
    let grid = CellGrid(width: scene.width, height: scene.height, cellSize: 1)
    let mask = PrivacyMask(grid: grid, polygons: [])
    let mean = Buffer<Int16>(count: grid.count, repeating: 0)
    let cells = Buffer<Int16>(count: grid.count, repeating: 0)
    let lines = Buffer<Int16>(count: 4 * grid.stride, repeating: 0)
    func average(_ picture: [UInt8], into cells: borrowing Buffer<Int16>) {
      CellAverage.average(
        luma: picture.span.bytes, stride: grid.width, grid: grid, mask: mask, lines: lines,
        into: cells)
    }
    average(scene.seen(right: 0, down: 0), into: mean)
    average(scene.seen(right: x, down: y), into: cells)
    var landmarks = Landmarks(grid: grid)
    landmarks.begin(mean, mask)
    #expect(landmarks.count > 300)
    var shake = ShakeEstimator(grid: grid)
    #expect(shake.shift(of: cells, mean: mean, landmarks: landmarks) == SIMD2(4 * x, 4 * y))
    guard x != 0 || y != 0 else { return }
    let aligned = Buffer<Int16>(count: grid.count, repeating: 0)
    shake.align(cells, by: SIMD2(4 * x, 4 * y), mean: mean, mask: mask, into: aligned)
    for row in 1..<149 {
      for column in 1..<199 {
        let at = row * grid.stride + column
        #expect(abs(Int(aligned[at]) - Int(mean[at])) <= 64 * 3)
      }
    }
  }

  @Test("sees on while it shakes, beside a mask too")
  func shaking() {
    var scene = WideScene()
    var parameters = MotionParameters()
    parameters.privacyMasks = [[SIMD2(0, 0), SIMD2(0.2, 0), SIMD2(0.2, 0.4), SIMD2(0, 0.4)]]
    var detector = MotionDetector(
      width: scene.width, height: scene.height, parameters: parameters)
    var random = SeededGenerator(seed: 4)
    var missed: [Int] = []
    for index in 0..<160 {
      let shift = SIMD2(
        Int.random(in: -3...3, using: &random), Int.random(in: -3...3, using: &random))
      var picture = scene.seen(right: shift.x, down: shift.y)
      let left = 40 + 2 * (index - 80)
      if index >= 80 { scene.paint(&picture, left: left, top: 70) }
      var blobs: [Blob] = []
      let verdict = detector.process(
        luma: picture.span.bytes, stride: scene.width, time: frameTime(index)
      ) { blobs.append($0) }
      if index > 30 { #expect(verdict == .ok, "frame \(index)") }
      if index < 80 { #expect(blobs.isEmpty, "frame \(index)") }
      guard (90..<140).contains(index) else { continue }
      if blobs.count != 1 || abs(blobs[0].edges.x - Double(left)) > 3 { missed.append(index) }
    }
    #expect(missed.count <= 2, "\(missed)")
    #expect(detector.counters.shaken > 80)
    #expect(detector.counters.moves == 0)
  }

  @Test("that was pushed aside is told so once, within a second, and sees on")
  func pushed() {
    var scene = WideScene()
    var detector = MotionDetector(width: scene.width, height: scene.height)
    var moved: [Int] = []
    var found = 0
    for index in 0..<160 {
      var picture = scene.seen(right: index >= 50 ? 5 : 0, down: index >= 50 ? 5 : 0)
      if index >= 100 { scene.paint(&picture, left: 2 * (index - 100), top: 70) }
      var blobs: [Blob] = []
      let verdict = detector.process(
        luma: picture.span.bytes, stride: scene.width, time: frameTime(index)
      ) { blobs.append($0) }
      if verdict == .moved { moved.append(index) }
      if index > 30 && verdict != .moved { #expect(verdict == .ok, "frame \(index)") }
      if index < 100 { #expect(blobs.isEmpty, "frame \(index)") }
      if index >= 110 && blobs.count == 1 { found += 1 }
    }
    #expect(moved.count == 1 && (50...75).contains(moved.first ?? 0), "\(moved)")
    #expect(found >= 45)
  }

  @Test("out of focus says so, and sees again when it is sharp")
  func unsharp() {
    var scene = WideScene()
    var detector = MotionDetector(width: scene.width, height: scene.height)
    var verdicts: [FrameVerdict] = []
    for index in 0..<130 {
      var picture = scene.seen(right: 0, down: 0)
      if (50..<80).contains(index) {
        for _ in 0..<3 { picture = blurred(picture, scene.width, scene.height) }
      }
      verdicts.append(
        detector.process(
          luma: picture.span.bytes, stride: scene.width, time: frameTime(index)
        ) { _ in })
    }
    #expect(verdicts[30..<50].allSatisfy { $0 == .ok })
    let told = verdicts.firstIndex { $0 == .unsharp || $0 == .sceneChange }
    #expect(told.map { $0 < 75 } == true)
    #expect(verdicts[105...].allSatisfy { $0 == .ok })
  }

  /// The mean over 5 by 5 pixels.
  private func blurred(_ picture: [UInt8], _ width: Int, _ height: Int) -> [UInt8] {
    var across = picture
    for y in 0..<height {
      for x in 2..<width - 2 {
        let at = y * width + x
        let sum = Int(picture[at - 2]) + Int(picture[at - 1]) + Int(picture[at])
        across[at] = UInt8((sum + Int(picture[at + 1]) + Int(picture[at + 2])) / 5)
      }
    }
    var out = across
    for at in 2 * width..<(height - 2) * width {
      let sum = Int(across[at - 2 * width]) + Int(across[at - width]) + Int(across[at])
      out[at] = UInt8((sum + Int(across[at + width]) + Int(across[at + 2 * width])) / 5)
    }
    return out
  }
}
