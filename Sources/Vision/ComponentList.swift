/// The largest components of a frame, largest first; bounded.
struct ComponentList: ~Copyable {
  static let capacity = 64

  private(set) var count = 0
  /// Components that found no room, since the start.
  private(set) var overflows: UInt64 = 0
  private let items: Buffer<Component>

  init() { items = Buffer(count: Self.capacity, repeating: .empty) }

  subscript(_ index: Int) -> Component { items[index] }

  mutating func removeAll() { count = 0 }

  /// Puts `component` in its place by area; equal ones stay in order. The smallest leaves a full list.
  mutating func insert(_ component: Component) {
    var at = count
    if count == Self.capacity {
      overflows &+= 1
      guard items[count - 1].area < component.area else { return }
      at = count - 1
    } else {
      count += 1
    }
    while at > 0 && items[at - 1].area < component.area {
      items.set(at, items[at - 1])
      at -= 1
    }
    items.set(at, component)
  }

  /// Joins parts of one target that lie on top of each other with a small gap: head and legs of
  /// somebody whose coat has the background's brightness.
  ///
  /// Two parts are joined when the narrower is covered across by at least half, and the gap down is
  /// at most a fifth of the height of both together (at least 1 cell). Repeats until nothing changes,
  /// which is at most `count` times.
  mutating func joinFragments() {
    var first = 0
    while first < count {
      var second = first + 1
      var hasJoined = false
      while second < count {
        if Self.isOneTarget(items[first], items[second]) {
          var sum = items[first]
          sum.join(items[second])
          items.set(first, sum)
          remove(second)
          hasJoined = true
        } else {
          second += 1
        }
      }
      if !hasJoined { first += 1 }
    }
  }

  /// Draws each box together around the cells that differ by at least a fifth of what the clear cells
  /// in it do on average: soft shadows stay outside.
  func tighten(
    _ weak: borrowing Buffer<UInt64>, grid: CellGrid, cells: borrowing Buffer<Int16>,
    mean: borrowing Buffer<Int16>
  ) {
    for index in 0..<count {
      var component = items[index]
      let all = Self.differences(in: component, from: 1, weak, grid, cells, mean)
      guard all.area > 0 else { continue }
      let middle = all.difference / Int64(all.area)
      let clear = Self.differences(in: component, from: middle, weak, grid, cells, mean)
      guard clear.area > 0 else { continue }
      let limit = clear.difference / Int64(clear.area) / 5
      let tight = Self.differences(in: component, from: limit, weak, grid, cells, mean)
      component.left = tight.left
      component.top = tight.top
      component.right = tight.right
      component.bottom = tight.bottom
      component.area = tight.area
      component.difference = tight.difference
      items.set(index, component)
    }
  }

  /// What the marked cells in the box of `component` that differ by at least `limit` amount to.
  private static func differences(
    in component: Component, from limit: Int64, _ weak: borrowing Buffer<UInt64>,
    _ grid: CellGrid, _ cells: borrowing Buffer<Int16>, _ mean: borrowing Buffer<Int16>
  ) -> Component {
    var sum = Component.empty
    for row in Int(component.top)..<Int(component.bottom) {
      for column in Int(component.left)..<Int(component.right) {
        let isMarked = weak[row &* grid.wordsPerRow &+ column / 64] >> UInt64(column % 64) & 1
        guard isMarked != 0 else { continue }
        let at = row &* grid.stride &+ column
        let difference = Int64(abs(Int32(cells[at]) &- Int32(mean[at])))
        guard difference >= limit else { continue }
        sum.left = min(sum.left, Int32(column))
        sum.right = max(sum.right, Int32(column &+ 1))
        sum.top = min(sum.top, Int32(row))
        sum.bottom = Int32(row &+ 1)
        sum.area &+= 1
        sum.difference &+= difference
      }
    }
    return sum
  }

  private mutating func remove(_ index: Int) {
    for at in index..<count - 1 { items.set(at, items[at + 1]) }
    count -= 1
  }

  private static func isOneTarget(_ a: Component, _ b: Component) -> Bool {
    let across = min(a.right, b.right) - max(a.left, b.left)
    guard across * 2 >= min(a.width, b.width) else { return false }
    let gap = max(a.top, b.top) - min(a.bottom, b.bottom)
    let height = max(a.bottom, b.bottom) - min(a.top, b.top)
    return gap <= max(1, height / 5) && min(a.area, b.area) * 3 <= max(a.area, b.area)
  }
}
