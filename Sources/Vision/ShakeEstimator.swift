/// How far a frame is shifted against the background: a camera on a mast shakes.
///
/// At the landmarks the frame, shifted by whole cells, is compared with the background; the sum of the
/// differences, each bounded so that targets do not weigh, falls towards the shift. The search goes
/// down from no shift and from the last frame's; where that ends badly, a coarse lattice of all shifts
/// up to `reach` shows where to begin. The two sides of the least sum, which is nearly a V, give
/// quarters of a cell. A frame counts as shifted only where that fits clearly better than no shift,
/// in most parts of the picture: a large target, or light, does not pass for a shake.
struct ShakeEstimator: ~Copyable {
  /// Largest shift, cells.
  static let reach = 12
  /// Shifts are told in quarters of a cell.
  static let quarters = 4
  /// Most that one landmark's difference weighs, luma times 64: 20 steps.
  static let boundMax: Int32 = 20 * 64
  /// Fewest landmarks that can be judged.
  static let landmarksMin = 32

  private let grid: CellGrid
  /// Mean difference at a landmark where the picture fits, luma times 64, and the last shift.
  private var usual: Int32 = 0
  private var last = SIMD2<Int>(0, 0)

  init(grid: CellGrid) { self.grid = grid }

  /// Forgets: the background is another.
  mutating func restart() {
    usual = 0
    last = SIMD2(0, 0)
  }

  /// Where in `cells` the background's origin lies: quarters of a cell to the right and down.
  mutating func shift(
    of cells: borrowing Buffer<Int16>, mean: borrowing Buffer<Int16>,
    landmarks: borrowing Landmarks
  ) -> SIMD2<Int> {
    precondition(cells.count >= grid.count && mean.count >= grid.count)
    let zero = SIMD2(0, 0)
    let unshifted = difference(cells, mean, landmarks, zero)
    guard unshifted.count >= Self.landmarksMin else { return zero }
    var best = descend(from: zero, cells, mean, landmarks)
    if last != zero {
      let other = descend(from: last, cells, mean, landmarks)
      if other.sum < best.sum { best = other }
    }
    let isPoor = usual == 0 || best.sum / Int32(unshifted.count) > usual + usual / 2 + 32
    if isPoor {
      let start = coarse(cells, mean, landmarks)
      let other = descend(from: start, cells, mean, landmarks)
      if other.sum < best.sum { best = other }
    }
    let reached = best.sum / Int32(unshifted.count)
    usual = usual == 0 ? reached : usual + (reached - usual) / 16
    last = zero
    guard best.shift != zero, best.sum < unshifted.sum / 10 * 8,
      isAgreed(cells, mean, landmarks, best.shift)
    else { return zero }
    last = best.shift
    return quartered(best, cells, mean, landmarks)
  }

  private struct Fit {
    var shift: SIMD2<Int>
    var sum: Int32
  }

  private static func isWithin(_ shift: SIMD2<Int>) -> Bool {
    abs(shift.x) <= reach && abs(shift.y) <= reach
  }

  /// To the least sum that is reached by steps of one cell.
  private func descend(
    from start: SIMD2<Int>, _ cells: borrowing Buffer<Int16>, _ mean: borrowing Buffer<Int16>,
    _ landmarks: borrowing Landmarks
  ) -> Fit {
    var best = Fit(shift: start, sum: difference(cells, mean, landmarks, start).sum)
    for _ in 0..<2 * Self.reach {
      let centre = best.shift
      for step in 0..<4 {
        let side = step % 2 == 0 ? 1 : -1
        let next = centre &+ (step < 2 ? SIMD2(side, 0) : SIMD2(0, side))
        guard Self.isWithin(next) else { continue }
        let sum = difference(cells, mean, landmarks, next).sum
        if sum < best.sum { best = Fit(shift: next, sum: sum) }
      }
      if best.shift == centre { break }
    }
    return best
  }

  /// The best of every other shift across and down, by a sixth of the landmarks.
  private func coarse(
    _ cells: borrowing Buffer<Int16>, _ mean: borrowing Buffer<Int16>,
    _ landmarks: borrowing Landmarks
  ) -> SIMD2<Int> {
    var best = Fit(shift: SIMD2(0, 0), sum: .max)
    for y in stride(from: -Self.reach, through: Self.reach, by: 2) {
      for x in stride(from: -Self.reach, through: Self.reach, by: 2) {
        let sum = difference(cells, mean, landmarks, SIMD2(x, y), every: 5).sum
        if sum < best.sum { best = Fit(shift: SIMD2(x, y), sum: sum) }
      }
    }
    return best.shift
  }

  /// Sum of the bounded differences, and how many landmarks there are.
  private func difference(
    _ cells: borrowing Buffer<Int16>, _ mean: borrowing Buffer<Int16>,
    _ landmarks: borrowing Landmarks, _ shift: SIMD2<Int>, every: Int = 1
  ) -> (sum: Int32, count: Int) {
    let offset = shift.y &* grid.stride &+ shift.x
    var sum: Int32 = 0
    var count = 0
    for index in stride(from: 0, to: landmarks.places.count, by: every) {
      let place = Int(unsafe landmarks.places.base[index])
      guard place >= 0 else { continue }
      let d = unsafe abs(Int32(cells.base[place &+ offset]) &- Int32(mean.base[place]))
      sum &+= min(d, Self.boundMax)
      count &+= 1
    }
    return (sum, count)
  }

  /// Whether two thirds of the parts of the picture that can tell, and at least 4, fit better.
  private func isAgreed(
    _ cells: borrowing Buffer<Int16>, _ mean: borrowing Buffer<Int16>,
    _ landmarks: borrowing Landmarks, _ shift: SIMD2<Int>
  ) -> Bool {
    var sums = InlineArray<12, SIMD2<Int32>>(repeating: SIMD2(0, 0))
    var counts = InlineArray<12, Int32>(repeating: 0)
    let offset = shift.y * grid.stride + shift.x
    for index in 0..<landmarks.places.count {
      let place = Int(landmarks.places[index])
      guard place >= 0 else { continue }
      let known = Int32(mean[place])
      let part = Landmarks.part(of: index)
      sums[part].x += min(abs(Int32(cells[place]) - known), Self.boundMax)
      sums[part].y += min(abs(Int32(cells[place + offset]) - known), Self.boundMax)
      counts[part] += 1
    }
    var asked = 0
    var agreed = 0
    for part in 0..<Landmarks.parts where counts[part] >= 4 && sums[part].x > counts[part] * 3 * 64
    {
      asked += 1
      if sums[part].y < sums[part].x / 10 * 8 { agreed += 1 }
    }
    return agreed >= 4 && agreed * 3 >= asked * 2
  }

  /// The shift to a quarter of a cell.
  private func quartered(
    _ best: Fit, _ cells: borrowing Buffer<Int16>, _ mean: borrowing Buffer<Int16>,
    _ landmarks: borrowing Landmarks
  ) -> SIMD2<Int> {
    var shift = best.shift &* Self.quarters
    for axis in 0..<2 {
      var step = SIMD2(0, 0)
      step[axis] = 1
      let low = difference(cells, mean, landmarks, best.shift &- step).sum
      let high = difference(cells, mean, landmarks, best.shift &+ step).sum
      let depth = max(low, high) - best.sum
      guard depth > 0 else { continue }
      // (low - high) / (2 depth) cells, rounded to quarters.
      let offset = Double(low - high) / Double(depth) * Double(Self.quarters) / 2
      shift[axis] += Int(offset.rounded())
    }
    return shift
  }

  /// Writes `cells` shifted back to `aligned`; where it shows nothing of the background's picture, or
  /// what a mask closes, the background's `mean`.
  func align(
    _ cells: borrowing Buffer<Int16>, by shift: SIMD2<Int>, mean: borrowing Buffer<Int16>,
    mask: borrowing PrivacyMask, into aligned: borrowing Buffer<Int16>
  ) {
    precondition(cells.count >= grid.count && aligned.count >= grid.count)
    let whole = SIMD2(shift.x >> 2, shift.y >> 2)
    let part = SIMD2(Int32(shift.x & 3), Int32(shift.y & 3))
    unsafe aligned.base.update(from: mean.base, count: grid.count)
    let firstColumn = max(0, -whole.x)
    let endColumn = min(grid.columns, grid.columns - whole.x - 1)
    for row in max(0, -whole.y)..<min(grid.rows, grid.rows - whole.y - 1)
    where firstColumn < endColumn {
      let from = (row + whole.y) &* grid.stride + whole.x
      let source = unsafe cells.base + from
      let below = unsafe source + grid.stride
      let target = unsafe aligned.base + row &* grid.stride
      let (right, down) = (part.x, part.y)
      for column in firstColumn..<endColumn {
        let upper =
          unsafe Int32(source[column]) &* (4 &- right)
          &+ Int32(source[column &+ 1]) &* right
        let lower =
          unsafe Int32(below[column]) &* (4 &- right)
          &+ Int32(below[column &+ 1]) &* right
        unsafe target[column] = Int16(
          truncatingIfNeeded: (upper &* (4 &- down) &+ lower &* down &+ 8) &>> 4)
      }
      let isOpen = mask.isRowOpen[row + whole.y] & mask.isRowOpen[row + whole.y + 1] != 0
      guard !isOpen else { continue }
      let known = unsafe mean.base + row &* grid.stride
      let open = unsafe mask.isOpen.base + from
      for column in firstColumn..<endColumn {
        let all =
          unsafe open[column] & open[column + 1] & open[column + grid.stride]
          & open[column + grid.stride + 1]
        if all == 0 { unsafe target[column] = known[column] }
      }
    }
  }
}
