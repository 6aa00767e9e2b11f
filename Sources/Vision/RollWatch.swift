import Model

/// Whether the picture rolls: its rows are the background's, out of step, and what runs out below
/// comes in above. Cameras whose sync is lost, and capture devices that drop lines, do that.
///
/// A lattice of cells is compared with the background at every cyclic shift of the rows; each
/// difference is bounded so that targets do not weigh. Only pictures that do not fit as they are are
/// asked, so a steady camera costs one comparison.
struct RollWatch {
  /// Lattice: columns looked at, and every how many rows.
  static let across = 16
  static let rowStep = 8
  /// Mean bounded difference from which a picture is asked, luma times 64: 4 steps.
  static let misfitMin = 4 * 64
  /// A roll fits better than no shift by this factor.
  static let betterMin = 2
  /// How long the rows may stay out of step by the same before the picture is learned as it is.
  static let lastingNanos: Int64 = 1_000_000_000

  /// What a frame says.
  enum Judgement {
    case steady
    case rolling
    /// Out of step by the same for so long that the picture is to be learned as it is.
    case lasting
  }

  private let grid: CellGrid
  private var roll = 0
  private var since = Instant.distantPast

  init(grid: CellGrid) { self.grid = grid }

  /// Forgets: the background is another.
  mutating func restart() { roll = 0 }

  /// Looks at a frame.
  mutating func judge(
    _ cells: borrowing Buffer<Int16>, mean: borrowing Buffer<Int16>,
    mask: borrowing PrivacyMask, time: Instant
  ) -> Judgement {
    guard let found = find(cells, mean, mask) else {
      roll = 0
      return .steady
    }
    let apart = abs(found - roll)
    if roll == 0 || min(apart, grid.rows - apart) > 1 {
      roll = found
      since = time
    }
    return time.nanos(since: since) < Self.lastingNanos ? .rolling : .lasting
  }

  /// By how many rows, 1 ..< `grid.rows`, the background is rolled; `nil` if it is not, or by no more
  /// than a camera shakes.
  private func find(
    _ cells: borrowing Buffer<Int16>, _ mean: borrowing Buffer<Int16>,
    _ mask: borrowing PrivacyMask
  ) -> Int? {
    let rows = grid.rows
    // Half of the lattice is enough to see that nothing is wrong.
    guard difference(cells, mean, mask, roll: 0, every: 2) >= Self.misfitMin else { return nil }
    let plain = difference(cells, mean, mask, roll: 0)
    guard plain >= Self.misfitMin, plain < Int.max else { return nil }
    var best = plain
    var found = 0
    let nearest = ShakeEstimator.reach + 1
    for roll in nearest..<max(rows - ShakeEstimator.reach, nearest) {
      let here = difference(cells, mean, mask, roll: roll)
      if here < best {
        best = here
        found = roll
      }
    }
    return found > 0 && best * Self.betterMin <= plain ? found : nil
  }

  /// Mean bounded difference of the rows from those `roll` further down in the background, luma times
  /// 64; `Int.max` where masks leave too little to compare.
  private func difference(
    _ cells: borrowing Buffer<Int16>, _ mean: borrowing Buffer<Int16>,
    _ mask: borrowing PrivacyMask, roll: Int, every: Int = 1
  ) -> Int {
    precondition(cells.count >= grid.count && mean.count >= grid.count)
    precondition(mask.isOpen.count >= grid.count)
    let columnStep = max(grid.columns / Self.across, 1)
    var sum = 0
    var count = 0
    for row in stride(from: Self.rowStep / 2, to: grid.rows, by: Self.rowStep * every) {
      let known = row &+ roll < grid.rows ? row &+ roll : row &+ roll &- grid.rows
      let here = row &* grid.stride
      let there = known &* grid.stride
      for column in stride(from: columnStep / 2, to: grid.columns, by: columnStep) {
        let isOpen = unsafe mask.isOpen.base[here &+ column] & mask.isOpen.base[there &+ column]
        guard isOpen != 0 else { continue }
        let d = unsafe abs(
          Int32(cells.base[here &+ column]) &- Int32(mean.base[there &+ column]))
        sum &+= Int(min(d, ShakeEstimator.boundMax))
        count &+= 1
      }
    }
    let all = grid.rows / (Self.rowStep * every) * Self.across
    return count * 2 >= all ? sum / count : Int.max
  }
}
