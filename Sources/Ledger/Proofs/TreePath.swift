/// Roots and proofs of the tree of RFC 6962, section 2.1, out of the roots of its full subtrees.
///
/// `node(h, i)` is the root over leaves i · 2^h ..< (i + 1) · 2^h; it is asked for full subtrees only,
/// at most twice for each level.
enum TreePath {
  /// Where a node comes from.
  typealias Node<Failure: Error> = (_ height: Int, _ index: UInt64) throws(Failure) -> TreeHash

  /// The root over the first `size` leaves.
  static func root<Failure: Error>(
    size: UInt64, _ node: Node<Failure>
  ) throws(Failure) -> TreeHash {
    size == 0 ? .empty : try root(of: 0..<size, node)
  }

  /// The inclusion proof of leaf `index` < `size`, from the leaf's sibling up (section 2.1.1).
  static func inclusion<Failure: Error>(
    of index: UInt64, size: UInt64, _ node: Node<Failure>
  ) throws(Failure) -> [TreeHash] {
    var range = 0..<size
    var proof: [TreeHash] = []
    while range.count > 1 {
      let middle = middle(of: range)
      if index < middle {
        proof.append(try root(of: middle..<range.upperBound, node))
        range = range.lowerBound..<middle
      } else {
        proof.append(try root(of: range.lowerBound..<middle, node))
        range = middle..<range.upperBound
      }
    }
    return proof.reversed()
  }

  /// The consistency proof from `old` ≤ `new` leaves (section 2.1.2); empty when `old` is 0 or `new`.
  static func consistency<Failure: Error>(
    from old: UInt64, to new: UInt64, _ node: Node<Failure>
  ) throws(Failure) -> [TreeHash] {
    guard old > 0, old < new else { return [] }
    var range = 0..<new
    var proof: [TreeHash] = []
    // The old tree ends inside of the range until it ends where the range does.
    while range.upperBound != old {
      let middle = middle(of: range)
      if old <= middle {
        proof.append(try root(of: middle..<range.upperBound, node))
        range = range.lowerBound..<middle
      } else {
        proof.append(try root(of: range.lowerBound..<middle, node))
        range = middle..<range.upperBound
      }
    }
    if range.lowerBound > 0 { proof.append(try root(of: range, node)) }
    return proof.reversed()
  }

  /// Where a range of more than one leaf is split: its lower bound and the largest power of two
  /// that is smaller than its length.
  static func middle(of range: Range<UInt64>) -> UInt64 {
    let length = range.upperBound - range.lowerBound
    return range.lowerBound + 1 << UInt64(63 - (length - 1).leadingZeroBitCount)
  }

  /// The root over `range`, whose lower bound is a multiple of the power of two not below its
  /// length, as all ranges that the splitting gives.
  static func root<Failure: Error>(
    of range: Range<UInt64>, _ node: Node<Failure>
  ) throws(Failure) -> TreeHash {
    let length = range.upperBound - range.lowerBound
    if length.nonzeroBitCount == 1 {
      let height = length.trailingZeroBitCount
      return try node(height, range.lowerBound >> UInt64(height))
    }
    let middle = middle(of: range)
    return .node(
      try root(of: range.lowerBound..<middle, node), try root(of: middle..<range.upperBound, node))
  }
}
