/// One proof of several leaves of a tree (RFC 6962): what their inclusion proofs have in common stands in
/// it once, and what can be computed from the leaves themselves not at all.
///
/// From the root down, left before right: of a range of leaves that holds none of them its root, else what
/// its two halves give; of a leaf itself nothing. Of leaves that follow each other that is about twice the
/// height of the tree in all, rather than its height for each of them.
enum SharedPath {
  /// The proof of `leaves`, in ascending order and each below `size`, in the tree of `size` leaves.
  ///
  /// Cost: for each leaf the height of the tree at most.
  static func hashes<Failure: Error>(
    of leaves: ArraySlice<UInt64>, size: UInt64, _ node: TreePath.Node<Failure>
  ) throws(Failure) -> [TreeHash] {
    var hashes: [TreeHash] = []
    if size > 0 { try append(leaves, 0..<size, to: &hashes, node) }
    return hashes
  }

  private static func append<Failure: Error>(
    _ leaves: ArraySlice<UInt64>, _ range: Range<UInt64>, to hashes: inout [TreeHash],
    _ node: TreePath.Node<Failure>
  ) throws(Failure) {
    guard !leaves.isEmpty else { return hashes.append(try TreePath.root(of: range, node)) }
    guard range.upperBound - range.lowerBound > 1 else { return }
    let middle = TreePath.middle(of: range)
    let half = leaves.firstIndex { $0 >= middle } ?? leaves.endIndex
    try append(leaves[..<half], range.lowerBound..<middle, to: &hashes, node)
    try append(leaves[half...], middle..<range.upperBound, to: &hashes, node)
  }

  /// The inclusion proof of each of `leaves`, from the leaf's sibling up, as the shared proof `hashes` gives
  /// them in a tree of `size` leaves; `nil` when it has too few or too many hashes, or the leaves are not
  /// in ascending order and below `size`.
  ///
  /// Whether they lead to the root of that tree is not looked at: check each, or the root that all of them
  /// give.
  static func paths(
    of leaves: [(index: UInt64, hash: TreeHash)], size: UInt64, hashes: [TreeHash]
  ) -> [[TreeHash]]? {
    guard zip(leaves, leaves.dropFirst()).allSatisfy({ $0.index < $1.index }),
      leaves.last.map({ $0.index < size }) ?? true
    else { return nil }
    var walk = Walk(leaves: leaves, hashes: hashes[...])
    guard size == 0 || walk.root(leaves[...], 0..<size) != nil, walk.hashes.isEmpty else {
      return nil
    }
    return walk.paths
  }

  /// Goes over a shared proof, and writes down what each leaf meets on its way up.
  private struct Walk {
    let leaves: [(index: UInt64, hash: TreeHash)]
    /// What is left of the proof.
    var hashes: ArraySlice<TreeHash>
    var paths: [[TreeHash]]

    init(leaves: [(index: UInt64, hash: TreeHash)], hashes: ArraySlice<TreeHash>) {
      self.leaves = leaves
      self.hashes = hashes
      paths = [[TreeHash]](repeating: [], count: leaves.count)
    }

    /// The root of `range`, in which `inside` are the leaves; `nil` when hashes are missing.
    mutating func root(
      _ inside: ArraySlice<(index: UInt64, hash: TreeHash)>, _ range: Range<UInt64>
    ) -> TreeHash? {
      guard let first = inside.first else { return hashes.popFirst() }
      guard range.upperBound - range.lowerBound > 1 else { return first.hash }
      let middle = TreePath.middle(of: range)
      let half = inside.firstIndex { $0.index >= middle } ?? inside.endIndex
      guard let left = root(inside[..<half], range.lowerBound..<middle),
        let right = root(inside[half...], middle..<range.upperBound)
      else { return nil }
      for place in inside.startIndex..<half { paths[place].append(right) }
      for place in half..<inside.endIndex { paths[place].append(left) }
      return .node(left, right)
    }
  }
}
