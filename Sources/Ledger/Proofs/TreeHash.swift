import Digests

/// A hash of the Merkle tree of RFC 6962, section 2.1: SHA-256, 32 bytes.
public struct TreeHash: Hashable, Sendable, BitwiseCopyable {
  private let words: SIMD4<UInt64>

  /// The hash that 32 bytes say; `nil` for any other number of them.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words = SIMD4<UInt64>()
    for (place, byte) in bytes.enumerated() {
      words[place / 8] = words[place / 8] << 8 | UInt64(byte)
    }
    self.words = words
  }

  /// The hash of those four words, each of eight bytes, the first of them highest.
  init(words: SIMD4<UInt64>) { self.words = words }

  /// The hash that SHA-256 gives as eight words.
  init(_ digest: SIMD8<UInt32>) {
    let (high, low) = (digest.evenHalf, digest.oddHalf)
    words =
      SIMD4<UInt64>(truncatingIfNeeded: high) &<< 32 | SIMD4<UInt64>(truncatingIfNeeded: low)
  }

  /// The hash whose 32 bytes stand in `buffer` at `offset`.
  init(_ buffer: borrowing LogBuffer, at offset: Int) {
    var words = SIMD4<UInt64>()
    for word in 0..<4 { words[word] = buffer.load(UInt64.self, at: offset + 8 * word).byteSwapped }
    self.words = words
  }

  /// The hash whose 32 bytes stand in `text` at `offset`.
  init(_ text: borrowing CanonicalText, at offset: Int) {
    var words = SIMD4<UInt64>()
    for word in 0..<4 { words[word] = text.leading(at: offset + 8 * word) }
    self.words = words
  }

  /// Puts the 32 bytes into `buffer` at `offset`.
  func put(into buffer: inout LogBuffer, at offset: Int) {
    for word in 0..<4 { buffer.store(words[word].byteSwapped, at: offset + 8 * word) }
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    for word in 0..<4 {
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: words[word] >> shift))
      }
    }
    return bytes
  }

  /// Lends the 32 bytes.
  func withBytes(_ body: (RawSpan) -> Void) {
    var ordered = words
    for word in 0..<4 { ordered[word] = words[word].bigEndian }
    unsafe withUnsafeBytes(of: ordered) { unsafe body($0.bytes) }
  }

  /// The root of the tree without leaves: SHA-256 of nothing.
  public static var empty: TreeHash {
    var digest = SHA256Digest()
    return TreeHash(digest.finish())
  }

  /// The leaf of a record: SHA-256(0x00 ‖ record).
  public static func leaf(_ record: [UInt8]) -> TreeHash { unsafe leaf(record.span.bytes) }

  /// The leaf of a record: SHA-256(0x00 ‖ record). Allocates nothing.
  static func leaf(_ record: RawSpan) -> TreeHash {
    var digest = begin(0)
    digest.update(record)
    return TreeHash(digest.finish())
  }

  /// An interior node: SHA-256(0x01 ‖ left ‖ right). Allocates nothing.
  public static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
    var digest = begin(1)
    left.withBytes { digest.update($0) }
    right.withBytes { digest.update($0) }
    return TreeHash(digest.finish())
  }

  /// A digest that has taken in one byte.
  private static func begin(_ prefix: UInt8) -> SHA256Digest {
    var digest = SHA256Digest()
    unsafe withUnsafeBytes(of: prefix) { unsafe digest.update($0.bytes) }
    return digest
  }
}
