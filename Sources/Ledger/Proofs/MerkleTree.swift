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
    return TreePath.root(size: size, node)
  }

  /// The hashes that prove leaf `index` in the tree of `size` leaves, from the leaf's sibling up
  /// (RFC 6962, section 2.1.1).
  ///
  /// - Precondition: `index` < `size` ≤ ``size``.
  public func inclusionProof(of index: UInt64, size: UInt64) -> [TreeHash] {
    precondition(index < size && size <= self.size, "a proof of a leaf that is not there")
    return TreePath.inclusion(of: index, size: size, node)
  }

  /// The hashes that prove that the tree of `old` leaves is the beginning of that of `new` leaves
  /// (RFC 6962, section 2.1.2). Empty when `old` is 0 or `new`.
  ///
  /// - Precondition: `old` ≤ `new` ≤ ``size``.
  public func consistencyProof(from old: UInt64, to new: UInt64) -> [TreeHash] {
    precondition(old <= new && new <= size, "a proof between trees that are not there")
    return TreePath.consistency(from: old, to: new, node)
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

  /// Root of the full subtree of `height` with that index among those of its height.
  private func node(_ height: Int, _ index: UInt64) -> TreeHash { levels[height][Int(index)] }
}
