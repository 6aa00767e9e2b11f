/// A block of a fixed number of values, allocated once and never moved: the storage of fusion.
///
/// Reading and writing an element costs a bounds check and no exclusivity or reference counting.
/// The owner is the only one who may reach the elements; it is not shared between threads.
@safe
struct FixedArray<Element: BitwiseCopyable>: ~Copyable {
  private let storage: UnsafeMutableBufferPointer<Element>

  /// `count` times `value`.
  init(repeating value: Element, count: Int) {
    let block = UnsafeMutableBufferPointer<Element>.allocate(capacity: count)
    unsafe block.initialize(repeating: value)
    unsafe storage = block
  }

  /// The elements of `values`.
  init(_ values: [Element]) {
    let block = UnsafeMutableBufferPointer<Element>.allocate(capacity: values.count)
    _ = unsafe block.initialize(fromContentsOf: values)
    unsafe storage = block
  }

  /// Room for `count` values; an element must be written before it is read. Memory is taken page by page
  /// as it is written.
  init(unwritten count: Int) {
    unsafe storage = UnsafeMutableBufferPointer<Element>.allocate(capacity: count)
  }

  deinit { unsafe storage.deallocate() }

  var count: Int { unsafe storage.count }

  var indices: Range<Int> { 0..<count }

  subscript(index: Int) -> Element {
    @inline(__always)
    _read {
      precondition(index >= 0 && index < count, "index outside the fixed array")
      yield unsafe storage[index]
    }
    @inline(__always)
    nonmutating _modify {
      precondition(index >= 0 && index < count, "index outside the fixed array")
      yield unsafe &storage[index]
    }
  }

  /// Copies elements of another array, or moves own ones; the stretches may overlap.
  @inline(__always)
  func copy(_ stretch: Stretch, of other: borrowing FixedArray, to first: Int) {
    precondition(
      stretch.first >= 0 && stretch.count >= 0 && stretch.end <= other.count && first >= 0
        && first + stretch.count <= count, "stretch outside the fixed array")
    guard stretch.count > 0, let to = unsafe storage.baseAddress,
      let from = unsafe other.storage.baseAddress
    else { return }
    unsafe (to + first).update(from: from + stretch.first, count: stretch.count)
  }

  /// Moves own elements; the stretches may overlap.
  @inline(__always)
  func move(_ stretch: Stretch, to first: Int) { copy(stretch, of: self, to: first) }

  /// Lends the elements of `stretch` where they lie.
  @inline(__always)
  func withSpan<Result>(_ stretch: Stretch, _ body: (Span<Element>) -> Result) -> Result {
    precondition(stretch.first >= 0 && stretch.end <= count, "stretch outside the fixed array")
    return unsafe body(
      Span(_unsafeElements: UnsafeBufferPointer(storage).extracting(stretch.first..<stretch.end)))
  }
}

/// A run of elements: a range that fits a fixed array itself.
struct Stretch: BitwiseCopyable, Sendable, Equatable {
  var first: Int
  /// One beyond the last.
  var end: Int

  var count: Int { end - first }
}
