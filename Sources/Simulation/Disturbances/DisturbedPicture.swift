/// Lays a disturbance over the frames of one clip, which come in order.
public struct DisturbedPicture: Sendable {
  private let disturbance: Disturbance
  private let width: Int
  private let height: Int
  private let noise: Noise
  private var frozen: [UInt8] = []

  /// For frames of `width` by `height` pixels.
  public init(_ disturbance: Disturbance, width: Int, height: Int) {
    self.disturbance = disturbance
    self.width = width
    self.height = height
    noise = Noise(seed: disturbance.seed, purpose: .grain, sensor: 0)
  }

  /// Spoils `picture`, rows of `width` bytes without gaps, which is the frame number `frame`.
  ///
  /// Programmer error if the picture has another size.
  public mutating func spoil(_ picture: inout [UInt8], frame: Int) {
    precondition(picture.count == width * height, "a picture of another size")
    guard disturbance.interval.contains(frame) else {
      frozen.removeAll(keepingCapacity: true)
      return
    }
    switch disturbance.kind {
    case .rain: streaks(&picture, frame)
    case .snow: flakes(&picture, frame)
    case .insects: insects(&picture, frame)
    case .lightStep: map(&picture) { min(255, Int($0) * 2) }
    case .infraredSwitch: infrared(&picture, frame)
    case .cover: cover(&picture, frame)
    case .defocus: for _ in 0..<3 { blur(&picture, radius: max(3, height / 60)) }
    case .spray: spray(&picture, frame)
    case .rolling: roll(&picture, by: (frame - disturbance.interval.lowerBound) * 17 + 17)
    case .shift: shift(&picture, 5)
    case .freeze:
      if frozen.isEmpty { frozen = picture } else { picture = frozen }
    }
  }

  private func map(_ picture: inout [UInt8], _ change: (UInt8) -> Int) {
    for at in picture.indices { picture[at] = UInt8(clamping: change(picture[at])) }
  }

  private func add(_ picture: inout [UInt8], _ x: Int, _ y: Int, _ luma: Int) {
    guard x >= 0, x < width, y >= 0, y < height else { return }
    picture[y * width + x] = UInt8(clamping: Int(picture[y * width + x]) + luma)
  }

  /// One streak for each 3,000 pixels, 1 pixel wide, up to an eighth of the height long.
  private func streaks(_ picture: inout [UInt8], _ frame: Int) {
    for drop in 0..<width * height / 3_000 {
      let random = noise.bits(frame &* 4_096 &+ drop)
      let left = Int(random % UInt64(width))
      let top = Int((random >> 16) % UInt64(height))
      let length = height / 24 + Int((random >> 32) % UInt64(height / 12 + 1))
      let luma = 20 + Int((random >> 48) % 50)
      for step in 0..<length { add(&picture, left + step / 6, top + step, luma) }
    }
  }

  /// One flake for each 2,000 pixels, 2 to 3 pixels wide, that falls 4 to 9 pixels a frame.
  private func flakes(_ picture: inout [UInt8], _ frame: Int) {
    for flake in 0..<width * height / 2_000 {
      let random = noise.bits(flake)
      let speed = 4 + Int((random >> 40) % 6)
      let drift = Int(noise.bits(frame &* 4_096 &+ flake) % 9) - 4
      let x = Int(random % UInt64(width)) + drift
      let y = (Int((random >> 16) % UInt64(height)) + speed * frame) % height
      let side = 2 + Int((random >> 50) % 2)
      for row in 0..<side { for column in 0..<side { add(&picture, x + column, y + row, 70) } }
    }
  }

  /// Three soft discs of a tenth of the height that are somewhere else in each frame.
  private func insects(_ picture: inout [UInt8], _ frame: Int) {
    let radius = height / 20
    for insect in 0..<3 {
      let random = noise.bits(frame &* 8 &+ insect)
      let x = Int(random % UInt64(width))
      let y = Int((random >> 20) % UInt64(height))
      for row in -radius...radius {
        for column in -radius...radius {
          let rest = radius * radius - row * row - column * column
          if rest > 0 { add(&picture, x + column, y + row, 110 * rest / (radius * radius)) }
        }
      }
    }
  }

  /// Foliage bright, sky dark, a lamp in the middle, grain of ±6.
  private func infrared(_ picture: inout [UInt8], _ frame: Int) {
    for row in 0..<height {
      for column in 0..<width {
        let at = row * width + column
        let x = 2 * column - width
        let y = 2 * row - height
        let lamp = 100 - 60 * (x * x + y * y) / (width * width + height * height)
        let grain = Int(noise.bits(frame &* 1_048_576 &+ at) % 13) - 6
        picture[at] = UInt8(clamping: (200 - Int(picture[at])) * lamp / 130 + grain)
      }
    }
  }

  private func cover(_ picture: inout [UInt8], _ frame: Int) {
    for at in picture.indices {
      picture[at] = UInt8(10 + noise.bits(frame &* 1_048_576 &+ at) % 3)
    }
  }

  /// The mean of 2 · radius + 1 pixels across, then down; borders are repeated.
  private func blur(_ picture: inout [UInt8], radius: Int) {
    pass(&picture, count: width, step: 1, lines: height, lineStep: width, radius)
    pass(&picture, count: height, step: width, lines: width, lineStep: 1, radius)
  }

  private func pass(
    _ picture: inout [UInt8], count: Int, step: Int, lines: Int, lineStep: Int, _ radius: Int
  ) {
    var line = [Int](repeating: 0, count: count)
    for index in 0..<lines {
      let base = index * lineStep
      for at in 0..<count { line[at] = Int(picture[base + at * step]) }
      var sum = 0
      for at in -radius...radius { sum += line[min(max(at, 0), count - 1)] }
      for at in 0..<count {
        picture[base + at * step] = UInt8(sum / (2 * radius + 1))
        sum += line[min(at + radius + 1, count - 1)] - line[max(at - radius, 0)]
      }
    }
  }

  /// Nine patches of ten of a twelfth of the height are grey, with a little grain.
  private func spray(_ picture: inout [UInt8], _ frame: Int) {
    let side = max(height / 12, 1)
    for row in 0..<height {
      for column in 0..<width where noise.bits(row / side &* 256 &+ column / side) % 10 != 0 {
        let at = row * width + column
        picture[at] = UInt8(55 + noise.bits(frame &* 1_048_576 &+ at) % 4)
      }
    }
  }

  private func roll(_ picture: inout [UInt8], by rows: Int) {
    let before = picture
    for row in 0..<height {
      let from = (row + rows) % height * width
      for column in 0..<width { picture[row * width + column] = before[from + column] }
    }
  }

  private func shift(_ picture: inout [UInt8], _ pixels: Int) {
    let before = picture
    for row in 0..<height {
      for column in 0..<width {
        let from = max(row - pixels, 0) * width + max(column - pixels, 0)
        picture[row * width + column] = before[from]
      }
    }
  }
}
