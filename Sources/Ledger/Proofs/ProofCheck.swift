/// Checks of proofs, from hashes alone: what an outsider does who has no tree.
public enum ProofCheck {
  /// Whether `proof` shows that leaf `index` of the tree of `size` leaves and root `root` is `leaf`
  /// (RFC 9162, section 2.1.3.2).
  public static func includes(
    _ leaf: TreeHash, index: UInt64, size: UInt64, root: TreeHash, proof: [TreeHash]
  ) -> Bool {
    guard index < size else { return false }
    var place = index
    var last = size - 1
    var hash = leaf
    for sibling in proof {
      guard last > 0 else { return false }
      if place & 1 == 1 || place == last {
        hash = .node(sibling, hash)
        while place & 1 == 0, place != 0 {
          place >>= 1
          last >>= 1
        }
      } else {
        hash = .node(hash, sibling)
      }
      place >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }

  /// Whether `proof` shows that the tree of `old` leaves and root `oldRoot` is the beginning of the
  /// tree of `new` leaves and root `newRoot` (RFC 9162, section 2.1.4.2).
  public static func isConsistent(
    old: UInt64, _ oldRoot: TreeHash, new: UInt64, _ newRoot: TreeHash, proof: [TreeHash]
  ) -> Bool {
    guard old <= new else { return false }
    if old == new { return proof.isEmpty && oldRoot == newRoot }
    if old == 0 { return proof.isEmpty && oldRoot == .empty }
    // A complete old tree is a node of the new one, and is left out of the proof.
    let path = old.nonzeroBitCount == 1 ? [oldRoot] + proof : proof
    guard var oldHash = path.first else { return false }
    var newHash = oldHash
    var place = old - 1
    var last = new - 1
    while place & 1 == 1 {
      place >>= 1
      last >>= 1
    }
    for hash in path.dropFirst() {
      guard last > 0 else { return false }
      if place & 1 == 1 || place == last {
        oldHash = .node(hash, oldHash)
        newHash = .node(hash, newHash)
        while place & 1 == 0, place != 0 {
          place >>= 1
          last >>= 1
        }
      } else {
        newHash = .node(newHash, hash)
      }
      place >>= 1
      last >>= 1
    }
    return last == 0 && oldHash == oldRoot && newHash == newRoot
  }
}
