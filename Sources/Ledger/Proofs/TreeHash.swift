import Crypto

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

  private init(sha256 bytes: [UInt8]) {
    guard let hash = TreeHash(Array(SHA256.hash(data: bytes))) else {
      preconditionFailure("SHA-256 has 32 bytes")
    }
    self = hash
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

  /// The root of the tree without leaves: SHA-256 of nothing.
  public static var empty: TreeHash { TreeHash(sha256: []) }

  /// The leaf of a record: SHA-256(0x00 ‖ record).
  public static func leaf(_ record: [UInt8]) -> TreeHash { TreeHash(sha256: [0] + record) }

  /// An interior node: SHA-256(0x01 ‖ left ‖ right).
  public static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
    TreeHash(sha256: [1] + left.bytes + right.bytes)
  }
}
