/// What each cell looks like when nothing is there, and how much it wavers.
///
/// Per cell: `mean` m and mean absolute deviation `deviation` v of the cell's brightness x, both as
/// luma times 64, and `age`, the frames for which it has differed. With d = x - m a cell differs when
///
///     |d| > max(contrastMin, deviations * v)
///
/// A cell that does not differ follows the picture, m += d / 2^s; one that differs is left as it was
/// until its age passes `ageMax`, then it is taken into the background with 1/8 a frame. So a thing
/// that stands still, and the place from which one drove away, is background after a set time, while
/// passing targets leave no trail. v follows min(|d|, 2 v + 0.5): unrest that stays (foliage, water)
/// raises the threshold, a passing target hardly. Steps are rounded with an offset that runs evenly
/// through 0 ..< 2^s from frame to frame, so that slow changes are followed without fractional bits.
///
/// After A. Manzanera and J. Richefeu, "A new motion detection algorithm based on sigma-delta
/// background estimation", Pattern Recognition Letters 28 (2007), with exponential instead of unit
/// steps. All integers: the same frames give the same marks on every machine.
struct BackgroundModel: ~Copyable {
  let grid: CellGrid
  let mean: Buffer<Int16>
  let deviation: Buffer<Int16>
  let age: Buffer<Int16>

  /// Deviation bounds and start, luma times 64: 0.25, 6 and 1.5 steps.
  static let deviationMin: Int16 = 16
  static let deviationMax: Int16 = 384
  static let deviationStart: Int16 = 96
  /// A differing cell grows younger by this much in a frame in which it does not differ.
  static let ageDecay: Int16 = 8

  /// How one frame is taken in.
  struct Step {
    /// Smallest difference that counts, luma times 64.
    var contrastMin: Int16
    /// Mean absolute deviations that count.
    var deviations: Int16
    /// Binary logarithm of the frames over which the mean is taken, 1 ... 9.
    var shift: Int16
    /// Age in frames at which a differing cell becomes background; -1 for at once.
    var ageMax: Int16
    /// Running number of the frame, for the rounding.
    var frame: UInt32
  }

  init(grid: CellGrid) {
    self.grid = grid
    mean = Buffer(count: grid.count, repeating: 0)
    deviation = Buffer(count: grid.count, repeating: Self.deviationStart)
    age = Buffer(count: grid.count, repeating: 0)
  }

  /// Starts anew from one picture.
  func seed(_ cells: borrowing Buffer<Int16>) {
    unsafe mean.base.update(from: cells.base, count: grid.count)
    deviation.fill(Self.deviationStart)
    age.fill(0)
  }

  /// Makes the background brighter by `gain` / 256 of itself (darker when negative) where that brings
  /// it nearer to the picture: the sun and the camera's exposure act on the whole picture at once,
  /// but not on lamps and on what is saturated.
  ///
  /// Nor is it the same for all (shade, the camera's curve), so the deviation grows by a quarter of
  /// what was added.
  func scale(by gain: Int, towards cells: borrowing Buffer<Int16>) {
    precondition(cells.count >= grid.count)
    for index in 0..<grid.count {
      let x = Int(unsafe cells.base[index])
      let m = Int(unsafe mean.base[index])
      let added = ((m &+ SceneStatistics.blackOffset) &* gain) >> 8
      let scaled = min(max(m &+ added, 0), 255 * 64)
      let isNearer = abs(x &- scaled) < abs(x &- m)
      unsafe mean.base[index] = Int16(truncatingIfNeeded: isNearer ? scaled : m)
      let v = Int(unsafe deviation.base[index]) &+ abs(added) / 4
      unsafe deviation.base[index] = Int16(
        truncatingIfNeeded: min(v, Int(Self.deviationMax)))
    }
  }

  /// Takes the picture as background where a cell in the box of `component` is marked.
  func take(
    _ component: Component, cells: borrowing Buffer<Int16>, marks: borrowing Buffer<UInt64>
  ) {
    for row in Int(component.top)..<Int(component.bottom) {
      for column in Int(component.left)..<Int(component.right) {
        let isMarked = marks[row * grid.wordsPerRow + column / 64] >> UInt64(column % 64) & 1 != 0
        guard isMarked else { continue }
        let at = row * grid.stride + column
        mean.set(at, cells[at])
        age.set(at, 0)
      }
    }
  }

  /// Marks the cells that differ (`weak`) and those that differ by half as much again (`strong`),
  /// one bit a cell, and takes the picture in.
  ///
  /// About 30 vector instructions for 8 cells, no branches.
  func update(
    _ cells: borrowing Buffer<Int16>, step: Step, weak: borrowing Buffer<UInt64>,
    strong: borrowing Buffer<UInt64>
  ) {
    typealias Lanes = SIMD8<Int16>
    precondition(cells.count >= grid.count && weak.count * 64 >= grid.count)
    precondition(strong.count * 64 >= grid.count && (1...9).contains(step.shift))
    let bits = Lanes(1, 2, 4, 8, 16, 32, 64, 128)
    let zero = Lanes()
    let one = Lanes(repeating: 1)
    let contrastMin = Lanes(repeating: step.contrastMin)
    let deviations = Lanes(repeating: step.deviations)
    let shift = Lanes(repeating: step.shift)
    let ageMax = Lanes(repeating: step.ageMax)
    let ageTop = Lanes(repeating: 32_000)
    let decay = Lanes(repeating: Self.ageDecay)
    let absorbShift = Lanes(repeating: 3)
    let floor = Lanes(repeating: Self.deviationMin)
    let ceiling = Lanes(repeating: Self.deviationMax)
    let margin = Lanes(repeating: 32)
    // Multiples of the golden ratio run evenly through all offsets (Weyl's sequence).
    let offset = (step.frame &* 0x9E37_79B9) >> (32 - UInt32(step.shift))
    let rounding = Lanes(repeating: Int16(truncatingIfNeeded: offset))
    let means = unsafe UnsafeMutableRawPointer(mean.base)
    let unrests = unsafe UnsafeMutableRawPointer(deviation.base)
    let ages = unsafe UnsafeMutableRawPointer(age.base)
    let picture = unsafe UnsafeRawPointer(cells.base)
    let weakBytes = unsafe UnsafeMutableRawPointer(weak.base)
    let strongBytes = unsafe UnsafeMutableRawPointer(strong.base)
    for group in 0..<grid.count / 8 {
      let at = group &* 16
      let x = unsafe picture.loadUnaligned(fromByteOffset: at, as: Lanes.self)
      let m = unsafe means.loadUnaligned(fromByteOffset: at, as: Lanes.self)
      let v = unsafe unrests.loadUnaligned(fromByteOffset: at, as: Lanes.self)
      let a = unsafe ages.loadUnaligned(fromByteOffset: at, as: Lanes.self)
      let d = x &- m
      let size = d.replacing(with: zero &- d, where: d .< zero)
      var threshold = v &* deviations
      threshold.replace(with: contrastMin, where: threshold .< contrastMin)
      let differs = size .> threshold
      let differsBits = unsafe unsafeBitCast(differs, to: Lanes.self)
      let isStrong = size .> (threshold &+ (threshold &>> one))
      var newAge = (a &+ one).replacing(with: a &- decay, where: .!differs)
      newAge.replace(with: zero, where: newAge .< zero)
      newAge.replace(with: ageTop, where: newAge .> ageTop)
      let isOld = unsafe unsafeBitCast(newAge .> ageMax, to: Lanes.self)
      let follow = ((d &+ rounding) &>> shift) & ~differsBits
      let absorb = (d &>> absorbShift) & differsBits & isOld
      unsafe means.storeBytes(of: m &+ follow &+ absorb, toByteOffset: at, as: Lanes.self)
      var bounded = size
      let bound = v &+ v &+ margin
      bounded.replace(with: bound, where: size .> bound)
      var newV = v &+ ((bounded &- v &+ rounding) &>> shift)
      newV.replace(with: floor, where: newV .< floor)
      newV.replace(with: ceiling, where: newV .> ceiling)
      unsafe unrests.storeBytes(of: newV, toByteOffset: at, as: Lanes.self)
      unsafe ages.storeBytes(of: newAge, toByteOffset: at, as: Lanes.self)
      let strongBits = unsafe unsafeBitCast(isStrong, to: Lanes.self)
      unsafe weakBytes.storeBytes(
        of: UInt8(truncatingIfNeeded: (differsBits & bits).wrappedSum()), toByteOffset: group,
        as: UInt8.self)
      unsafe strongBytes.storeBytes(
        of: UInt8(truncatingIfNeeded: (strongBits & bits).wrappedSum()), toByteOffset: group,
        as: UInt8.self)
    }
    #if _endian(big)
      for index in 0..<grid.count / 64 {
        unsafe weak.base[index] = weak.base[index].byteSwapped
        unsafe strong.base[index] = strong.base[index].byteSwapped
      }
    #endif
  }
}
