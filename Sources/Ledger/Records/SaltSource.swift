import Glibc

/// Draws salts from the kernel's generator (arc4random_buf(3), which is getrandom(2) in glibc) into
/// memory of its own, which it lends and takes back: no allocation.
struct SaltSource: ~Copyable {
  private var bytes: [UInt8]

  /// A source of `count` bytes at a time.
  init(bytes count: Int) { bytes = [UInt8](repeating: 0, count: count) }

  /// Hands out new ones.
  mutating func take() -> [UInt8] {
    var drawn: [UInt8] = []
    swap(&drawn, &bytes)
    unsafe drawn.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe arc4random_buf(start, bytes.count)
    }
    return drawn
  }

  /// Takes the memory back.
  mutating func giveBack(_ drawn: consuming [UInt8]) { bytes = drawn }
}
