/// An array of values that cannot be copied; its length is set once.
@safe
struct OwnedArray<Element: ~Copyable>: ~Copyable {
  private let base: UnsafeMutablePointer<Element>
  /// How many elements there are.
  let count: Int

  /// Makes each element by its place.
  init(count: Int, _ make: (Int) -> Element) {
    unsafe base = .allocate(capacity: max(count, 1))
    self.count = count
    for place in 0..<count { unsafe (base + place).initialize(to: make(place)) }
  }

  deinit {
    unsafe base.deinitialize(count: count)
    unsafe base.deallocate()
  }

  /// The element at `place`, borrowed.
  subscript(place: Int) -> Element {
    _read {
      precondition(place >= 0 && place < count, "Place \(place) is outside 0 ..< \(count).")
      yield unsafe base[place]
    }
    _modify {
      precondition(place >= 0 && place < count, "Place \(place) is outside 0 ..< \(count).")
      yield unsafe &base[place]
    }
  }
}
