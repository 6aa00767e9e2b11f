/// One state for each sensor or blob: fixed memory, allocated once and freed with its owner.
@safe struct StateTable<Element: BitwiseCopyable>: ~Copyable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int, repeating value: Element) {
    precondition(count >= 0)
    unsafe base = .allocate(capacity: max(count, 1))
    unsafe base.initialize(repeating: value, count: max(count, 1))
    self.count = count
  }

  deinit { unsafe base.deallocate() }

  subscript(_ index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count)
      return unsafe base[index]
    }
    _modify {
      precondition(index >= 0 && index < count)
      yield unsafe &base[index]
    }
  }
}
