import Model
import TestSupport

/// Pictures for the tests: a textured ground, noise, and whatever is painted on it.
struct SyntheticScene {
  let width: Int
  let height: Int
  let stride: Int
  var ground: [UInt8]
  var picture: [UInt8]
  var random: SeededGenerator
  private var noiseTable = NoiseTable()

  init(width: Int, height: Int, stride: Int? = nil, seed: UInt64 = 1) {
    self.width = width
    self.height = height
    self.stride = stride ?? width
    random = SeededGenerator(seed: seed)
    ground = [UInt8](repeating: 0, count: self.stride * height)
    for y in 0..<height {
      for x in 0..<width {
        ground[y * self.stride + x] = UInt8(60 + (x / 11 * 7 + y / 13 * 5) % 80)
      }
    }
    picture = ground
  }

  /// The ground times `gain`, plus noise of up to `noise` steps either way.
  ///
  /// The noise is a long table read from a random place on, since drawing each pixel is slow.
  mutating func draw(noise: Int = 2, gain: Double = 1) {
    if noiseTable.amplitude != noise { noiseTable = NoiseTable(amplitude: noise, &random) }
    let gainE8 = Int(gain * 256)
    var from = Int(random.next() >> 1) % NoiseTable.length
    picture.withUnsafeMutableBufferPointer { picture in
      ground.withUnsafeBufferPointer { ground in
        noiseTable.values.withUnsafeBufferPointer { values in
          for at in 0..<picture.count {
            let value = Int(ground[at]) &* gainE8 / 256 &+ Int(values[from])
            picture[at] = UInt8(truncatingIfNeeded: value < 0 ? 0 : value > 255 ? 255 : value)
            from = from &+ 1 == NoiseTable.length ? 0 : from &+ 1
          }
        }
      }
    }
  }

  mutating func paint(left: Int, top: Int, width: Int, height: Int, luma: UInt8) {
    for y in max(top, 0)..<min(top + height, self.height) {
      for x in max(left, 0)..<min(left + width, self.width) {
        picture[y * stride + x] = luma
      }
    }
  }
}

extension SyntheticScene {
  /// Something with a pattern, light and dark, as things are.
  mutating func paintChecks(left: Int, top: Int, width: Int, height: Int) {
    for y in max(top, 0)..<min(top + height, self.height) {
      for x in left..<left + width where x >= 0 && x < self.width {
        picture[y * stride + x] = ((x - left) / 6 + (y - top) / 6) % 2 == 0 ? 230 : 15
      }
    }
  }
}

/// The time of frame `index` at 25 frames/s.
func frameTime(_ index: Int) -> Instant {
  Instant(monotonicNanos: 1_000_000_000 + Int64(index) * 40_000_000)
}

/// Differences of two dice, so that small ones are more likely.
private struct NoiseTable {
  static let length = 65_521
  var amplitude = -1
  var values: [Int8] = []

  init() {}

  init(amplitude: Int, _ random: inout SeededGenerator) {
    self.amplitude = amplitude
    values = (0..<Self.length).map { _ in
      Int8(
        Int.random(in: 0...amplitude, using: &random)
          - Int.random(in: 0...amplitude, using: &random))
    }
  }
}
