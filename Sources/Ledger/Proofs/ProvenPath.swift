/// Checks of inclusion proofs under one root, where what was hashed once is compared from then on.
///
/// Leaves that follow each other share most of their way to the root: of `n` of them about `n` nodes are
/// hashed rather than `n` times the height of the tree. The answer is that of
/// ``ProofCheck/includes(_:index:size:root:proof:)``.
struct ProvenPath {
  /// A node of the tree whose children are known to be those.
  private struct Pair {
    /// Of the node, in its level.
    var index: UInt64
    var left: TreeHash
    var right: TreeHash
    var node: TreeHash
  }

  private let size: UInt64
  private let root: TreeHash
  /// The pair that was proven last, by the level of its children: the way of a leaf close by ends there.
  private var proven = [Pair?](repeating: nil, count: 64)
  /// What was hashed for the proof that is looked at.
  private var fresh: [(level: Int, pair: Pair)] = []

  /// Of the tree of `size` leaves with that root.
  init(size: UInt64, root: TreeHash) {
    self.size = size
    self.root = root
  }

  /// Whether `proof` shows that leaf `index` of the tree is `leaf` (RFC 9162, section 2.1.3.2).
  mutating func includes(_ leaf: TreeHash, index: UInt64, proof: [TreeHash]) -> Bool {
    guard index < size else { return false }
    fresh.removeAll(keepingCapacity: true)
    var (place, last, level) = (index, size - 1, 0)
    var hash = leaf
    for sibling in proof {
      guard last > 0 else { return false }
      if place & 1 == 0, place == last {
        // Alone at the right edge: it is its own parent, up to where it has somebody on its left.
        let height = place.trailingZeroBitCount
        place >>= UInt64(height)
        last >>= UInt64(height)
        level += height
      }
      let isRight = place & 1 == 1
      let (left, right) = isRight ? (sibling, hash) : (hash, sibling)
      place >>= 1
      last >>= 1
      if let known = proven[level], known.index == place, known.left == left,
        known.right == right
      {
        // What led to the root then leads there now: it is compared on the rest of the way.
        hash = known.node
      } else {
        hash = .node(left, right)
        fresh.append((level, Pair(index: place, left: left, right: right, node: hash)))
      }
      level += 1
    }
    guard last == 0, hash == root else { return false }
    // All of the way leads to the root, and so all of its nodes are the tree's.
    for (level, pair) in fresh { proven[level] = pair }
    return true
  }
}
