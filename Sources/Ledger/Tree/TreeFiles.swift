/// The Merkle tree of a log on its storage: the hashes of all leaves, and of all full subtrees of
/// heights 8, 16 and 24, each height in a file of its own, 32 bytes a hash.
///
/// These are the hash tiles of height 8 of c2sp.org/tlog-tiles, one behind the other. 32 bytes and an
/// eighth of one a leaf; leaves stay when retention takes their records. What is in the files beyond
/// the size that was signed is not trusted: it is written again.
struct TreeFiles<Storage: LogStorage> {
  /// Heights of the files.
  static var heights: [Int] { [0, 8, 16, 24] }

  /// The name of the file of the subtrees of that height.
  static func name(height: Int) -> String { height < 10 ? "tree-0\(height)" : "tree-\(height)" }

  let storage: Storage
  /// Leaves so far.
  private(set) var size: UInt64
  private var files: [Storage.File] = []
  private var isDirty: [Bool]
  /// The hashes of each height that no full tile holds yet.
  private var partial: [[TreeHash]]

  /// The tree of `size` leaves that the files hold.
  ///
  /// - Parameter isWriter: makes the files that are not there; else they must be.
  /// - Throws: `missing` when a file is not there or too short.
  init(storage: Storage, size: UInt64, isWriter: Bool) throws(LedgerError) {
    self.storage = storage
    self.size = size
    isDirty = Self.heights.map { _ in false }
    partial = Self.heights.map { _ in [] }
    for (level, height) in Self.heights.enumerated() {
      let name = Self.name(height: height)
      files.append(try LogFiles.open(name, mayMake: isWriter, in: storage))
      let count = size >> UInt64(height)
      let bytes: UInt64
      do throws(StorageFailure) { bytes = try storage.size(of: files[level]) } catch {
        throw LedgerError(error, on: name, in: storage.place)
      }
      guard bytes >= count * 32 else {
        throw LedgerError(
          .missing, operation: "open", subject: "\(storage.place)/\(name)",
          reason: "it holds \(bytes / 32) hashes, the signed tree has \(count)")
      }
      let start = count & ~255
      partial[level] = try hashes(level, start..<count)
    }
  }

  /// Puts leaves behind the others; durable after ``sync()``.
  mutating func append(_ leaves: [TreeHash]) throws(LedgerError) {
    try append(leaves, level: 0)
    size += UInt64(leaves.count)
  }

  private mutating func append(_ hashes: [TreeHash], level: Int) throws(LedgerError) {
    guard !hashes.isEmpty else { return }
    let count = size >> UInt64(Self.heights[level])
    var buffer = LogBuffer(capacity: hashes.count * 32)
    for (place, hash) in hashes.enumerated() { hash.put(into: &buffer, at: place * 32) }
    do throws(StorageFailure) {
      try buffer.write(0..<buffer.capacity, to: files[level], at: count * 32, of: storage)
    } catch {
      throw LedgerError(
        error, on: Self.name(height: Self.heights[level]), in: storage.place)
    }
    isDirty[level] = true
    var roots: [TreeHash] = []
    for hash in hashes {
      partial[level].append(hash)
      guard partial[level].count == 256 else { continue }
      roots.append(Self.root(of: partial[level]))
      partial[level].removeAll(keepingCapacity: true)
    }
    if level + 1 < Self.heights.count { try append(roots, level: level + 1) }
  }

  /// Returns when all that was appended is on the storage.
  mutating func sync() throws(LedgerError) {
    for level in files.indices where isDirty[level] {
      do throws(StorageFailure) { try storage.sync(files[level]) } catch {
        throw LedgerError(
          error, on: Self.name(height: Self.heights[level]), in: storage.place)
      }
      isDirty[level] = false
    }
  }

  // MARK: - Reading

  /// The hash of leaf `index`.
  func leaf(_ index: UInt64) throws(LedgerError) -> TreeHash { try hashes(0, index..<index + 1)[0] }

  /// The hashes of `range` of the leaves.
  func leaves(_ range: Range<UInt64>) throws(LedgerError) -> [TreeHash] { try hashes(0, range) }

  /// The root over the first `size` leaves.
  func root(size: UInt64) throws(LedgerError) -> TreeHash {
    precondition(size <= self.size, "a root of more leaves than there are")
    return try TreePath.root(size: size) { (height, index) throws(LedgerError) in
      try node(height, index)
    }
  }

  /// The inclusion proof of leaf `index` in the tree of `size` leaves.
  func inclusion(of index: UInt64, size: UInt64) throws(LedgerError) -> [TreeHash] {
    precondition(index < size && size <= self.size, "a proof of a leaf that is not there")
    return try TreePath.inclusion(of: index, size: size) { (height, index) throws(LedgerError) in
      try node(height, index)
    }
  }

  /// The consistency proof from `old` to `new` leaves.
  func consistency(from old: UInt64, to new: UInt64) throws(LedgerError) -> [TreeHash] {
    precondition(old <= new && new <= size, "a proof between trees that are not there")
    return try TreePath.consistency(from: old, to: new) { (height, index) throws(LedgerError) in
      try node(height, index)
    }
  }

  /// The root of a full subtree, from at most 128 hashes of one file.
  private func node(_ height: Int, _ index: UInt64) throws(LedgerError) -> TreeHash {
    let level = min(height / 8, Self.heights.count - 1)
    let above = UInt64(height - Self.heights[level])
    return Self.root(of: try hashes(level, index << above..<(index + 1) << above))
  }

  /// The root over a power of two of hashes.
  private static func root(of hashes: [TreeHash]) -> TreeHash {
    var row = hashes
    while row.count > 1 {
      row = stride(from: 0, to: row.count, by: 2).map { .node(row[$0], row[$0 + 1]) }
    }
    return row[0]
  }

  /// The hashes of `range` in the file of level `level`.
  func hashes(_ level: Int, _ range: Range<UInt64>) throws(LedgerError) -> [TreeHash] {
    let count = Int(range.upperBound - range.lowerBound)
    guard count > 0 else { return [] }
    var buffer = LogBuffer(capacity: count * 32)
    var got = 0
    let name = Self.name(height: Self.heights[level])
    do throws(StorageFailure) {
      got = try buffer.fill(
        0..<count * 32, from: files[level], at: range.lowerBound * 32, of: storage)
    } catch { throw LedgerError(error, on: name, in: storage.place) }
    guard got == count * 32 else {
      throw LedgerError(
        .missing, operation: "read", subject: "\(storage.place)/\(name)",
        offset: range.lowerBound * 32, reason: "the file ends before the hash that is needed")
    }
    var hashes: [TreeHash] = []
    hashes.reserveCapacity(count)
    for place in 0..<count { hashes.append(TreeHash(buffer, at: place * 32)) }
    return hashes
  }
}
