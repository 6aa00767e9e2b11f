/// The tree of RFC 6962 while it grows: only the roots of the full subtrees on its right edge, a hash
/// for each bit of its size.
struct TreeFrontier {
  /// Roots of full subtrees, the largest first.
  private var roots: [(height: Int, hash: TreeHash)] = []

  /// Puts a leaf behind the others.
  mutating func append(_ leaf: TreeHash) { append(leaf, height: 0) }

  /// Puts the leaves of another tree behind these, whose number is a multiple of the power of two not
  /// below the other's.
  mutating func append(_ other: TreeFrontier) {
    for (height, hash) in other.roots { append(hash, height: height) }
  }

  private mutating func append(_ root: TreeHash, height: Int) {
    var (height, hash) = (height, root)
    while let last = roots.last, last.height == height {
      roots.removeLast()
      hash = .node(last.hash, hash)
      height += 1
    }
    roots.append((height, hash))
  }

  /// The root over all leaves.
  var root: TreeHash {
    guard var hash = roots.last?.hash else { return .empty }
    for (_, left) in roots.dropLast().reversed() { hash = .node(left, hash) }
    return hash
  }
}
