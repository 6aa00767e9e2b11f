import Glibc

/// Draws seeds of salts from the kernel's generator (arc4random_buf(3), which is getrandom(2) in glibc),
/// many at a time, into memory of its own, which it lends and takes back: no allocation.
struct SaltSource: ~Copyable {
  /// Seeds drawn with one call.
  private static let batch = 64

  /// A seed, in the memory that is lent with it.
  struct Drawn {
    let bytes: [UInt8]
    /// Where it stands.
    let range: Range<Int>
  }

  private let size: Int
  private var bytes: [UInt8]
  private var used: Int

  /// A source of `size` bytes at a time.
  init(bytes size: Int) {
    self.size = size
    bytes = [UInt8](repeating: 0, count: size * Self.batch)
    used = bytes.count
  }

  /// Hands out the next one.
  mutating func take() -> Drawn {
    var drawn: [UInt8] = []
    swap(&drawn, &bytes)
    if used == drawn.count {
      unsafe drawn.withUnsafeMutableBytes { bytes in
        guard let start = bytes.baseAddress else { return }
        unsafe arc4random_buf(start, bytes.count)
      }
      used = 0
    }
    defer { used += size }
    return Drawn(bytes: drawn, range: used..<used + size)
  }

  /// Takes the memory back.
  mutating func giveBack(_ drawn: consuming Drawn) { bytes = drawn.bytes }
}
