/// The picture of the empty ground, `width` by `height`: brighter towards the top, with patches.
///
/// Value noise of two scales (Perlin, "An image synthesizer", 1985, with values instead of
/// gradients): 40 and 9 pixels, ±24 and ±9 levels about 128 ... 98. All values lie within 60 ... 165.
func makeGround(width: Int, height: Int, noise: Noise) -> [UInt8] {
  var ground = [UInt8](repeating: 0, count: width * height)
  var coarse = [Double](repeating: 0, count: width)
  var fine = coarse
  for row in 0..<height {
    fillValueNoise(&coarse, row: row, scale: 40, noise: noise, layer: 0)
    fillValueNoise(&fine, row: row, scale: 9, noise: noise, layer: 1)
    let slope = 128 - 30 * Double(row) / Double(height)
    for column in 0..<width {
      ground[row * width + column] = UInt8(slope + 24 * coarse[column] + 9 * fine[column])
    }
  }
  return ground
}

/// The grain of an image sensor: whole levels within ±3 as wrapping bytes, the sum of two dice, so
/// that small ones are more likely.
func makeGrain(count: Int, noise: Noise) -> [UInt8] {
  (0..<count).map { index in
    let random = noise.bits(index)
    let sum = Int(random & 0xFFFF) % 4 - Int(random >> 32 & 0xFFFF) % 4
    return UInt8(truncatingIfNeeded: sum)
  }
}

/// One row of values within -1 ... 1 that change smoothly over `scale` pixels.
private func fillValueNoise(
  _ values: inout [Double], row: Int, scale: Int, noise: Noise, layer: Int
) {
  let (above, down) = (row / scale, smooth(Double(row % scale) / Double(scale)))
  func corner(_ column: Int, _ row: Int) -> Double {
    2 * noise.uniform((layer * 8192 + row) * 8192 + column) - 1
  }
  var left = 0.0
  var right = 0.0
  for column in values.indices {
    let cell = column / scale
    if column % scale == 0 {
      left = corner(cell, above) * (1 - down) + corner(cell, above + 1) * down
      right = corner(cell + 1, above) * (1 - down) + corner(cell + 1, above + 1) * down
    }
    let across = smooth(Double(column % scale) / Double(scale))
    values[column] = left + (right - left) * across
  }
}

/// 0 ... 1 with level ends: 3x² - 2x³.
private func smooth(_ x: Double) -> Double { x * x * (3 - 2 * x) }
