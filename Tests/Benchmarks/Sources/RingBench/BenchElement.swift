/// A ring element of the bench: made from its number, consumed by summing its words.
protocol BenchElement: BitwiseCopyable, Sendable {
  init(number: UInt64)
  var sum: UInt64 { get }
}

/// 8 bytes.
struct Element8: BenchElement {
  var word: UInt64
  @inline(__always) init(number: UInt64) { word = number }
  @inline(__always) var sum: UInt64 { word }
}

/// 64 bytes, a cache line; the C and C++ contestants use the same eight words.
struct Element64: BenchElement {
  var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  @inline(__always)
  init(number: UInt64) {
    words = (
      number, number &+ 1, number &+ 2, number &+ 3, number &+ 4, number &+ 5, number &+ 6,
      number &+ 7
    )
  }

  @inline(__always)
  var sum: UInt64 {
    words.0 &+ words.1 &+ words.2 &+ words.3 &+ words.4 &+ words.5 &+ words.6 &+ words.7
  }
}
