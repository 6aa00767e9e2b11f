import Digests

/// Room for the marks of a text (``TextMarks``), used again for one text after the other.
@safe
struct MarkBuffer: ~Copyable {
  /// The longest text that can be marked, bytes.
  private let capacity: Int
  private let words: UnsafeMutablePointer<UInt64>

  /// Room for the marks of so many bytes.
  init(capacity: Int) {
    self.capacity = capacity
    unsafe words = .allocate(capacity: TextMarks.wordCount(of: capacity))
  }

  deinit { unsafe words.deallocate() }

  /// Marks `text` for reading. What comes back is good as long as both are there and nothing else is
  /// marked.
  @unsafe
  mutating func mark(_ text: UnsafeRawBufferPointer) -> CanonicalScan {
    precondition(text.count <= capacity, "a text is longer than the room for its marks")
    let room = TextMarks.wordCount(of: capacity)
    var marks = unsafe UnsafeMutableBufferPointer(start: words, count: room).mutableSpan
    let isStrange = unsafe TextMarks.write(text.bytes, to: &marks)
    // Of no text the address is not looked at.
    return unsafe CanonicalScan(
      text: text.baseAddress ?? UnsafeRawPointer(words), count: text.count, marks: words,
      isStrange: isStrange)
  }
}
