/// Follows components from frame to frame and tells which have lasted long enough to be believed
/// (track before declare): noise, rain and insects are somewhere else in the next frame.
///
/// A bounded table of candidates, matched greedily, the largest component first, to the nearest
/// predicted centre. Coordinates in cells; centres in half cells, velocities in 1/16 of these.
struct BlobConfirmer: ~Copyable {
  static let capacity = 96

  /// What a component turned out to be.
  struct Standing: BitwiseCopyable {
    /// Frames in which it was found.
    var hits: UInt16 = 0
    /// Whether it is to be told.
    var isConfirmed = false
    /// Farthest from the place of its first frame that it has been, half cells.
    var travel: Int32 = 0
    /// Frames for which it has not moved.
    var stillFrames: Int32 = 0
    /// Farthest from where it first showed by itself, half cells: what split off from another starts
    /// at 0.
    var ownTravel: Int32 = 0
  }

  /// Candidates that found no room, since the start.
  private(set) var overflows: UInt64 = 0

  /// Something that may become a target. Not private: the compiler (Swift 6.3) cannot emit a private
  /// type inside a generic non-copyable field across files.
  struct Candidate: BitwiseCopyable {
    var box: SIMD4<Int32> = .zero
    var centre: SIMD2<Int32> = .zero
    var birth: SIMD2<Int32> = .zero
    var birthBox: SIMD4<Int32> = .zero
    var velocity: SIMD2<Int32> = .zero
    var travel: Int32 = 0
    /// Length of its way, half cells, without the jitter of its sides.
    var path: Int32 = 0
    /// The same, across and down together.
    var wandering: Int32 = 0
    /// Where it stands still, and for how many frames.
    var anchor: SIMD2<Int32> = .zero
    var stillFrames: Int32 = 0
    var ownTravel: Int32 = 0
    var area: Int32 = 0
    /// Sum of the areas in which it was found.
    var areaSum: Int64 = 0
    var hits: UInt16 = 0
    var misses: UInt16 = 0
    var isConfirmed = false
    var isMatched = false
  }

  private let candidates: Buffer<Candidate>
  private let standings: Buffer<Standing>
  private var count = 0
  private let confirmFrames: UInt16

  /// Missed frames after which a candidate is given up: unconfirmed, confirmed.
  private static let missesMax: UInt16 = 1
  private static let missesMaxConfirmed: UInt16 = 5

  /// From how many thousandths of another one in its reach on a target must go steadily.
  private static let chanceMax = 10
  private var transients = TransientRate()
  private let grid: CellGrid

  /// A part is small below this fraction of what it split off from.
  private static let fragmentShare: Int64 = 4

  /// Farthest from its anchor that a thing standing still is found, half cells.
  private static let stillMax: Int32 = 3

  init(grid: CellGrid, confirmFrames: Int) {
    self.grid = grid
    candidates = Buffer(count: Self.capacity, repeating: Candidate())
    standings = Buffer(count: ComponentList.capacity, repeating: Standing())
    self.confirmFrames = UInt16(confirmFrames)
  }

  /// Forgets all: the scene is another.
  mutating func removeAll() {
    count = 0
    transients = TransientRate()
  }

  /// Takes the components of one frame; `standing(of:)` then tells what each turned out to be.
  mutating func take(_ components: borrowing ComponentList) {
    for index in 0..<count { update(index) { $0.isMatched = false } }
    let known = count
    for index in 0..<components.count {
      let component = components[index]
      guard let at = match(component, among: known) ?? add(component, known: known) else {
        standings.set(index, Standing())
        continue
      }
      let candidate = candidates[at]
      standings.set(
        index,
        Standing(
          hits: candidate.hits, isConfirmed: candidate.isConfirmed, travel: candidate.travel,
          stillFrames: candidate.stillFrames, ownTravel: candidate.ownTravel))
    }
    dropMissed()
  }

  /// What component `index` of the latest frame turned out to be.
  func standing(of index: Int) -> Standing { standings[index] }

  private func update(_ index: Int, _ change: (inout Candidate) -> Void) {
    var candidate = candidates[index]
    change(&candidate)
    candidates.set(index, candidate)
  }

  private static func centre(_ component: Component) -> SIMD2<Int32> {
    SIMD2(component.left + component.right, component.top + component.bottom)
  }

  private static func box(_ component: Component) -> SIMD4<Int32> {
    SIMD4(component.left, component.top, component.right, component.bottom)
  }

  /// The nearest free candidate within the gate, brought up to date.
  private func match(_ component: Component, among known: Int) -> Int? {
    let centre = Self.centre(component)
    var best: Int?
    var bestDistance = Int32.max
    for index in 0..<known {
      let candidate = candidates[index]
      guard !candidate.isMatched else { continue }
      let predicted =
        candidate.centre &+ candidate.velocity &* Int32(candidate.misses + 1) / 16
      let apart = centre &- predicted
      // Half a box and two cells, in half cells: a target moves less than its size from one frame
      // to the next, at the speeds and rates that this is for.
      let gateX = 4 + max(component.width, candidate.box.z - candidate.box.x)
      let gateY = 4 + max(component.height, candidate.box.w - candidate.box.y)
      guard abs(apart.x) <= gateX, abs(apart.y) <= gateY else { continue }
      let distance = apart.x * apart.x + apart.y * apart.y
      if distance < bestDistance {
        best = index
        bestDistance = distance
      }
    }
    guard let best else { return nil }
    // Two flakes that meet are no larger thing.
    let seen = candidates[best]
    let usual = Int32(truncatingIfNeeded: seen.areaSum / Int64(max(seen.hits, 1)))
    let chance = transients.chance(
      of: component, area: min(component.area, usual), grid: grid)
    let needed = neededFrames(component, chance: chance)
    update(best) { candidate in
      let step = centre &- candidate.centre
      candidate.path &+= max(max(abs(step.x), abs(step.y)) - 1, 0)
      candidate.wandering &+= max(abs(step.x) - 1, 0) &+ max(abs(step.y) - 1, 0)
      let moved = (centre &- candidate.centre) &* 16 / Int32(candidate.misses + 1)
      candidate.velocity =
        candidate.hits == 1
        ? moved : candidate.velocity &+ (moved &- candidate.velocity) / 4
      candidate.centre = centre
      candidate.box = Self.box(component)
      candidate.area = component.area
      if candidate.hits < .max {
        candidate.hits += 1
        candidate.areaSum += Int64(component.area)
      }
      candidate.misses = 0
      candidate.isMatched = true
      let away = centre &- candidate.birth
      candidate.ownTravel = max(candidate.ownTravel, max(abs(away.x), abs(away.y)))
      candidate.travel = max(candidate.travel, candidate.ownTravel)
      let drift = centre &- candidate.anchor
      if max(abs(drift.x), abs(drift.y)) <= Self.stillMax {
        candidate.stillFrames &+= 1
      } else {
        candidate.anchor = centre
        candidate.stillFrames = 0
      }
      // Spots that flicker or sway in place never go far, nor straight.
      let net = max(abs(away.x), abs(away.y))
      let side = min(component.width, component.height)
      // What only shrinks, as a ghost does while the background takes it in, has gone nowhere.
      let beyond = max(
        max(candidate.birthBox.x - component.left, candidate.birthBox.y - component.top),
        max(component.right - candidate.birthBox.z, component.bottom - candidate.birthBox.w))
      let hasGone =
        net >= max(4, side / 4) && net * 2 >= candidate.path
        && beyond >= max(2, side / 8)
        && (chance < Self.chanceMax || Self.isSteady(candidate))
      if candidate.hits >= needed && hasGone { candidate.isConfirmed = true }
    }
    return best
  }

  /// Whether a candidate goes straight, and by less than half its length a frame: nothing else is
  /// believed among flakes and drops. Nor is the length more than that of a thing of its usual area,
  /// 1.5 times as long as a square: two flakes that meet are no longer one.
  private static func isSteady(_ candidate: Candidate) -> Bool {
    let away = candidate.centre &- candidate.birth
    let length = max(candidate.box.z - candidate.box.x, candidate.box.w - candidate.box.y)
    let speed = max(abs(candidate.velocity.x), abs(candidate.velocity.y))
    let squared = Int64(speed) * Int64(speed)
    return (abs(away.x) + abs(away.y)) * 4 >= candidate.wandering * 3 && speed <= 16 * length
      && squared * 4 <= 256 * 9 * candidate.areaSum / Int64(max(candidate.hits, 1))
  }

  /// Frames in which a component must be found: one less for a large one that stands out, more where
  /// things of its size come and go, so that one is likely to be found in the place of another.
  private func neededFrames(_ component: Component, chance: Int) -> UInt16 {
    guard confirmFrames > 1 else { return confirmFrames }
    let isPlain = component.area >= 24 && component.strong * 2 >= component.area
    return switch chance {
    case ..<3: isPlain ? confirmFrames - 1 : confirmFrames
    case ..<10: confirmFrames + 2
    case ..<30: confirmFrames + 4
    case ..<100: confirmFrames + 6
    default: confirmFrames + 9
    }
  }

  /// A new candidate; a part that split off from a confirmed one is confirmed too. Not so a small one:
  /// what a thing leaves behind when it goes on is most often the ground that it hid.
  private mutating func add(_ component: Component, known: Int) -> Int? {
    guard count < Self.capacity else {
      overflows &+= 1
      return nil
    }
    var candidate = Candidate()
    candidate.box = Self.box(component)
    candidate.centre = Self.centre(component)
    candidate.birth = candidate.centre
    candidate.birthBox = candidate.box
    candidate.anchor = candidate.centre
    candidate.area = component.area
    candidate.areaSum = Int64(component.area)
    candidate.hits = 1
    candidate.isMatched = true
    candidate.isConfirmed = confirmFrames == 1
    for index in 0..<known {
      let parent = candidates[index]
      guard parent.isConfirmed, Self.overlap(parent.box, candidate.box),
        Int64(component.area) * Self.fragmentShare * Int64(parent.hits) >= parent.areaSum
      else { continue }
      candidate.isConfirmed = true
      candidate.hits = parent.hits
      candidate.areaSum = Int64(component.area) * Int64(parent.hits)
      candidate.travel = parent.travel
      break
    }
    transients.countBegun(centre: candidate.centre, area: candidate.area, grid: grid)
    candidates.set(count, candidate)
    count += 1
    return count - 1
  }

  private static func overlap(_ a: SIMD4<Int32>, _ b: SIMD4<Int32>) -> Bool {
    a.x < b.z && b.x < a.z && a.y < b.w && b.y < a.w
  }

  private mutating func dropMissed() {
    transients.fade()
    var kept = 0
    for index in 0..<count {
      var candidate = candidates[index]
      if !candidate.isMatched { candidate.misses += 1 }
      let limit = candidate.isConfirmed ? Self.missesMaxConfirmed : Self.missesMax
      guard candidate.misses <= limit else {
        if !candidate.isConfirmed {
          transients.count(centre: candidate.centre, area: candidate.area, grid: grid)
        }
        continue
      }
      candidates.set(kept, candidate)
      kept += 1
    }
    count = kept
  }
}
