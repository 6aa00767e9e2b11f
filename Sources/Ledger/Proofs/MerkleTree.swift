/// The Merkle tree of RFC 6962 over a ledger's records, in memory; it gives out the hash tiles of
/// height 8 of c2sp.org/tlog-tiles.
///
/// 64 bytes a leaf: the roots of all full subtrees are kept. Appending costs one interior hash a
/// leaf on average, a root or a proof two for each level at most.
public struct MerkleTree: Sendable {
  /// Height of a tile.
  public static let tileHeight = 8
  /// Hashes in a full tile.
  public static let tileWidth = 256

  /// `levels[h][i]`: root of the full subtree of height h that begins with leaf i · 2^h.
  private var levels: [[TreeHash]] = [[]]

  /// A tree without leaves.
  public init() {}

  /// How many leaves it has.
  public var size: UInt64 { UInt64(levels[0].count) }

  /// Puts the leaf of the next record behind the others.
  public mutating func append(_ leaf: TreeHash) {
    var hash = leaf
    var height = 0
    while true {
      if height == levels.count { levels.append([]) }
      levels[height].append(hash)
      let count = levels[height].count
      guard count % 2 == 0 else { return }
      hash = .node(levels[height][count - 2], hash)
      height += 1
    }
  }

  /// The root of the tree over the first `size` leaves.
  ///
  /// - Precondition: `size` is at most ``size``.
  public func root(size: UInt64) -> TreeHash {
    precondition(size <= self.size, "a root of more leaves than there are")
    return size == 0 ? .empty : root(of: 0..<size)
  }

  /// The hashes that prove leaf `index` in the tree of `size` leaves, from the leaf's sibling up
  /// (RFC 6962, section 2.1.1).
  ///
  /// - Precondition: `index` < `size` ≤ ``size``.
  public func inclusionProof(of index: UInt64, size: UInt64) -> [TreeHash] {
    precondition(index < size && size <= self.size, "a proof of a leaf that is not there")
    var range = 0..<size
    var proof: [TreeHash] = []
    while range.count > 1 {
      let middle = Self.middle(of: range)
      if index < middle {
        proof.append(root(of: middle..<range.upperBound))
        range = range.lowerBound..<middle
      } else {
        proof.append(root(of: range.lowerBound..<middle))
        range = middle..<range.upperBound
      }
    }
    return proof.reversed()
  }

  /// The hashes that prove that the tree of `old` leaves is the beginning of that of `new` leaves
  /// (RFC 6962, section 2.1.2). Empty when `old` is 0 or `new`.
  ///
  /// - Precondition: `old` ≤ `new` ≤ ``size``.
  public func consistencyProof(from old: UInt64, to new: UInt64) -> [TreeHash] {
    precondition(old <= new && new <= size, "a proof between trees that are not there")
    guard old > 0, old < new else { return [] }
    var range = 0..<new
    var proof: [TreeHash] = []
    // The old tree ends inside of the range until it ends where the range does.
    while range.upperBound != old {
      let middle = Self.middle(of: range)
      if old <= middle {
        proof.append(root(of: middle..<range.upperBound))
        range = range.lowerBound..<middle
      } else {
        proof.append(root(of: range.lowerBound..<middle))
        range = middle..<range.upperBound
      }
    }
    if range.lowerBound > 0 { proof.append(root(of: range)) }
    return proof.reversed()
  }

  /// The hashes of a tile of c2sp.org/tlog-tiles in a tree of `size` leaves; empty when the tree has
  /// none there, fewer than 256 when the tile is not full yet.
  ///
  /// - Precondition: `size` is at most ``size``.
  public func tile(level: Int, index: UInt64, size: UInt64) -> [TreeHash] {
    precondition(size <= self.size, "a tile of more leaves than there are")
    guard level >= 0, level < 8, levels.indices.contains(level * Self.tileHeight) else {
      return []
    }
    let row = levels[level * Self.tileHeight]
    let there = size >> UInt64(Self.tileHeight * level)
    let (start, isBeyond) = index.multipliedReportingOverflow(by: UInt64(Self.tileWidth))
    guard !isBeyond, start < there else { return [] }
    return Array(row[Int(start)..<Int(min(there, start + UInt64(Self.tileWidth)))])
  }

  // MARK: - Subtrees

  /// Where a range of more than one leaf is split: its lower bound and the largest power of two
  /// that is smaller than its length.
  private static func middle(of range: Range<UInt64>) -> UInt64 {
    let length = range.upperBound - range.lowerBound
    return range.lowerBound + 1 << UInt64(63 - (length - 1).leadingZeroBitCount)
  }

  /// The root over `range`, whose lower bound is a multiple of the power of two not below its
  /// length, as all ranges that the splitting gives.
  private func root(of range: Range<UInt64>) -> TreeHash {
    let length = range.upperBound - range.lowerBound
    if length.nonzeroBitCount == 1 {
      let height = length.trailingZeroBitCount
      return levels[height][Int(range.lowerBound >> UInt64(height))]
    }
    let middle = Self.middle(of: range)
    return .node(
      root(of: range.lowerBound..<middle), root(of: middle..<range.upperBound))
  }
}
