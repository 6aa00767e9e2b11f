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
