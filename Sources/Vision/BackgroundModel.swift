import CVisionKernels

/// What each cell looks like when nothing is there, and how much it wavers.
///
/// Per cell: `mean` m and mean absolute deviation `deviation` v of the cell's brightness x, both as
/// luma times 64, and `age`, the frames for which it has differed. With d = x - m a cell differs when
///
///     |d| > T = max(contrastMin, deviations * v) + unrest
///
/// and x lies more than T / 2 outside of the lowest and highest mean about it (`low`, `high`).
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
  /// What is added to the threshold of a cell whose mark flickers, luma times 64.
  let unrest: Buffer<Int16>
  /// For 16 cells each: 0 where unrest and age of all are 0, for the wide loop.
  private let lively: Buffer<UInt8>
  /// Lowest and highest mean about a cell.
  let low: Buffer<Int16>
  let high: Buffer<Int16>

  /// Deviation bounds and start, luma times 64: 0.25, 6 and 1.5 steps.
  static let deviationMin: Int16 = 16
  static let deviationMax: Int16 = 384
  static let deviationStart: Int16 = 96
  /// A differing cell grows younger by this much in a frame in which it does not differ.
  static let ageDecay: Int16 = 8
  static let ageTop: Int16 = 32_000
  /// Most unrest, 40 steps, and the binary logarithm of the frames in which it fades.
  static let unrestMax: Int16 = 40 * 64
  static let unrestShift: Int16 = 7

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
    /// What a change of a cell's mark adds to its unrest, luma times 64.
    var unrestRise: Int16
    /// Running number of the frame, for the rounding.
    var frame: UInt32

    /// An offset in 0 ..< 2^shift: multiples of the golden ratio run evenly through all (Weyl's
    /// sequence).
    func rounding(shift: Int16) -> Int16 {
      Int16(truncatingIfNeeded: (frame &* 0x9E37_79B9) >> (32 - UInt32(shift)))
    }
  }

  /// Whether the processor's wide instructions are used; without them the same is done in Swift.
  private let hasKernel: Bool

  init(grid: CellGrid, usesKernel: Bool = true) {
    self.grid = grid
    hasKernel = usesKernel && vdt_background_can()
    mean = Buffer(count: grid.count, repeating: 0)
    deviation = Buffer(count: grid.count, repeating: Self.deviationStart)
    age = Buffer(count: grid.count, repeating: 0)
    unrest = Buffer(count: grid.count, repeating: 0)
    lively = Buffer(count: grid.count / 16, repeating: 0)
    low = Buffer(count: grid.count, repeating: 0)
    high = Buffer(count: grid.count, repeating: 0)
  }

  /// Starts anew from one picture.
  func seed(_ cells: borrowing Buffer<Int16>) {
    unsafe mean.base.update(from: cells.base, count: grid.count)
    deviation.fill(Self.deviationStart)
    age.fill(0)
    unrest.fill(0)
    lively.fill(0)
    refreshRange(rows: 0..<grid.rows)
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

  /// Takes the background to where the camera looks now, `shift` cells to the right and down in the
  /// picture `cells`; what was not in view before is taken from the picture. `scratch` is room for one
  /// plane. To be followed by `refreshRange` of all rows.
  func move(
    by shift: SIMD2<Int>, cells: borrowing Buffer<Int16>, scratch: borrowing Buffer<Int16>
  ) {
    unsafe scratch.base.update(from: cells.base, count: grid.count)
    Self.move(mean, by: shift, grid, into: scratch)
    scratch.fill(Self.deviationStart)
    Self.move(deviation, by: shift, grid, into: scratch)
    scratch.fill(0)
    Self.move(unrest, by: shift, grid, into: scratch)
    age.fill(0)
    lively.fill(1)
  }

  /// Puts what `plane` holds, shifted, over `scratch`, and the whole back into `plane`.
  private static func move(
    _ plane: borrowing Buffer<Int16>, by shift: SIMD2<Int>, _ grid: CellGrid,
    into scratch: borrowing Buffer<Int16>
  ) {
    precondition(plane.count >= grid.count && scratch.count >= grid.count)
    let count = grid.columns - abs(shift.x)
    guard count > 0 else { return }
    for row in max(0, shift.y)..<max(min(grid.rows, grid.rows + shift.y), max(0, shift.y)) {
      let from = unsafe plane.base + (row - shift.y) * grid.stride + max(0, -shift.x)
      unsafe (scratch.base + row * grid.stride + max(0, shift.x)).update(from: from, count: count)
    }
    unsafe plane.base.update(from: scratch.base, count: grid.count)
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

  /// Marks the cells that differ (`weak`) and those that differ by twice as much (`strong`), one bit a
  /// cell, and takes the picture in.
  ///
  /// `toggled` are the cells whose mark changed from the last but one frame to the last, `covered`
  /// those of the targets of the last.
  func update(
    _ cells: borrowing Buffer<Int16>, step: Step, toggled: borrowing Buffer<UInt64>,
    covered: borrowing Buffer<UInt64>, weak: borrowing Buffer<UInt64>,
    strong: borrowing Buffer<UInt64>
  ) {
    precondition(cells.count >= grid.count && weak.count * 64 >= grid.count)
    precondition(strong.count * 64 >= grid.count && (1...9).contains(step.shift))
    precondition(toggled.count * 64 >= grid.count && covered.count * 64 >= grid.count)
    guard hasKernel else {
      updateByReference(
        cells, step: step, toggled: toggled, covered: covered, weak: weak, strong: strong)
      return
    }
    var kernel = unsafe vdt_background_step()
    unsafe kernel.mean = mean.base
    unsafe kernel.deviation = deviation.base
    unsafe kernel.unrest = unrest.base
    unsafe kernel.age = age.base
    unsafe kernel.low = UnsafePointer(low.base)
    unsafe kernel.high = UnsafePointer(high.base)
    unsafe kernel.cells = UnsafePointer(cells.base)
    unsafe kernel.toggled = UnsafeRawPointer(toggled.base).assumingMemoryBound(to: UInt8.self)
    unsafe kernel.covered = UnsafeRawPointer(covered.base).assumingMemoryBound(to: UInt8.self)
    unsafe kernel.weak = UnsafeMutableRawPointer(weak.base).assumingMemoryBound(to: UInt8.self)
    unsafe kernel.strong =
      UnsafeMutableRawPointer(strong.base).assumingMemoryBound(to: UInt8.self)
    unsafe kernel.lively = lively.base
    unsafe kernel.count = grid.count
    unsafe kernel.contrast_min = step.contrastMin
    unsafe kernel.deviations = step.deviations
    unsafe kernel.shift = step.shift
    unsafe kernel.rounding = step.rounding(shift: step.shift)
    unsafe kernel.age_max = step.ageMax
    unsafe kernel.age_decay = Self.ageDecay
    unsafe kernel.age_top = Self.ageTop
    unsafe kernel.deviation_min = Self.deviationMin
    unsafe kernel.deviation_max = Self.deviationMax
    unsafe kernel.unrest_rise = step.unrestRise
    unsafe kernel.unrest_max = Self.unrestMax
    unsafe kernel.unrest_shift = Self.unrestShift
    unsafe kernel.unrest_rounding = step.rounding(shift: Self.unrestShift)
    unsafe vdt_background_update(&kernel)
  }

  /// Takes the lowest and highest mean about each cell (3 by 3 cells) of the rows `rows` anew.
  func refreshRange(rows: Range<Int>) {
    let stride = grid.stride
    for row in rows {
      let upper = unsafe mean.base + max(row - 1, 0) &* stride
      let centre = unsafe mean.base + row &* stride
      let lower = unsafe mean.base + min(row + 1, grid.rows - 1) &* stride
      let lows = unsafe low.base + row &* stride
      let highs = unsafe high.base + row &* stride
      unsafe Self.range(upper, centre, lower, grid.columns, lows, highs)
    }
  }

  @inline(__always)
  private static func range(
    _ upper: UnsafePointer<Int16>, _ centre: UnsafePointer<Int16>, _ lower: UnsafePointer<Int16>,
    _ count: Int, _ lows: UnsafeMutablePointer<Int16>, _ highs: UnsafeMutablePointer<Int16>
  ) {
    guard count > 2 else {
      for column in 0..<count {
        unsafe lows[column] = centre[column]
        unsafe highs[column] = centre[column]
      }
      return
    }
    for column in 1..<count - 1 {
      let l = unsafe min(
        min(upper[column], centre[column]),
        min(lower[column], min(centre[column - 1], centre[column &+ 1])))
      let h = unsafe max(
        max(upper[column], centre[column]),
        max(lower[column], max(centre[column - 1], centre[column &+ 1])))
      let lowest = unsafe min(
        min(upper[column - 1], upper[column &+ 1]), min(lower[column - 1], lower[column &+ 1]))
      let highest = unsafe max(
        max(upper[column - 1], upper[column &+ 1]), max(lower[column - 1], lower[column &+ 1]))
      unsafe lows[column] = min(l, lowest)
      unsafe highs[column] = max(h, highest)
    }
    unsafe lows[0] = min(centre[0], centre[1])
    unsafe highs[0] = max(centre[0], centre[1])
    unsafe lows[count - 1] = min(centre[count - 1], centre[count - 2])
    unsafe highs[count - 1] = max(centre[count - 1], centre[count - 2])
  }
}
