/// What a sample of the cells says of the whole picture: its contrast, and how much brighter it is
/// than the background.
struct SceneStatistics: ~Copyable {
  /// Brightness, luma times 64, that is added before brightness is compared as a ratio, so that
  /// black does not weigh: 16 steps.
  static let blackOffset = 16 * 64
  /// Most cells looked at.
  static let sampleMax = 1024

  private let samples: Buffer<Int32>

  /// Spreads the sample evenly over the open cells.
  init(grid: CellGrid, mask: borrowing PrivacyMask) {
    let every = max(1, (mask.openCount + Self.sampleMax - 1) / Self.sampleMax)
    let count = mask.openCount == 0 ? 0 : (mask.openCount - 1) / every + 1
    let samples = Buffer<Int32>(count: count, repeating: 0)
    var seen = 0
    for index in 0..<grid.count where mask.isOpen[index] != 0 {
      if seen % every == 0 { samples.set(seen / every, Int32(index)) }
      seen += 1
    }
    self.samples = samples
  }

  /// Luma steps between the 5th and the 95th percentile of the cells; 0 if all are masked.
  func spread(_ cells: borrowing Buffer<Int16>) -> Int {
    var histogram = InlineArray<256, UInt16>(repeating: 0)
    for index in 0..<samples.count {
      histogram[Int(cells[Int(samples[index])]) >> 6 & 0xFF] &+= 1
    }
    let low = Self.percentile(histogram, samples.count / 20)
    let high = Self.percentile(histogram, samples.count - 1 - samples.count / 20)
    return max(high - low, 0)
  }

  /// Median of the relative change of brightness from `mean` to `cells`, in 1/256, bounded to
  /// -127 ... 127.
  ///
  /// The median does not see targets that cover less than half of the picture.
  func gain(_ cells: borrowing Buffer<Int16>, over mean: borrowing Buffer<Int16>) -> Int {
    var histogram = InlineArray<256, UInt16>(repeating: 0)
    for index in 0..<samples.count {
      let at = Int(samples[index])
      let m = Int(mean[at]) + Self.blackOffset
      let change = (Int(cells[at]) + Self.blackOffset - m) * 256
      // Rounded to nearest, so that noise has no bias.
      let ratio = (change + (change < 0 ? -m / 2 : m / 2)) / m
      histogram[min(max(ratio, -127), 127) + 128] &+= 1
    }
    return Self.percentile(histogram, samples.count / 2) - 128
  }

  /// The bin in which the value of rank `rank` lies.
  private static func percentile(_ histogram: borrowing InlineArray<256, UInt16>, _ rank: Int)
    -> Int
  {
    var seen = 0
    for bin in 0..<256 {
      seen += Int(histogram[bin])
      if seen > rank { return bin }
    }
    return 128
  }
}
