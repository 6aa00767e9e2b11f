#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Fixed memory of the detector: allocated once, filled with zeros, freed with its owner.
///
/// The subscript is checked; kernels take `base` and keep within `count` by the grid's geometry.
@safe struct Buffer<Element: BitwiseCopyable>: ~Copyable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int, repeating value: Element) {
    precondition(count >= 0)
    unsafe base = .allocate(capacity: max(count, 1))
    unsafe base.initialize(repeating: value, count: max(count, 1))
    self.count = count
  }

  deinit { unsafe base.deallocate() }

  @inline(__always)
  subscript(_ index: Int) -> Element {
    precondition(index >= 0 && index < count)
    return unsafe base[index]
  }

  /// Writes through a borrow: a buffer's memory is its owner's, whoever holds the owner.
  @inline(__always)
  func set(_ index: Int, _ value: Element) {
    precondition(index >= 0 && index < count)
    unsafe base[index] = value
  }

  /// Whether all elements have the same bits; ends at the first that differ.
  func isEqual(to other: borrowing Buffer<Element>) -> Bool {
    guard count == other.count else { return false }
    return unsafe memcmp(base, other.base, count * MemoryLayout<Element>.stride) == 0
  }

  func fill(_ value: Element) { unsafe base.update(repeating: value, count: count) }
}
