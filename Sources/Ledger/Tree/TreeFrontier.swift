/// The tree of RFC 6962 while it grows: only the roots of the full subtrees on its right edge, a hash
/// for each bit of its size.
struct TreeFrontier {
  /// Roots of full subtrees, the largest first.
  private var roots: [(height: Int, hash: TreeHash)] = []

  /// Puts a leaf behind the others.
  mutating func append(_ leaf: TreeHash) {
    var (height, hash) = (0, leaf)
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
