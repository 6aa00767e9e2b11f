/// Where the events of a log stand by their ids: a help for finding them, on which nothing rests.
/// What it finds is looked up in the records, and what it does not find is looked for there.
///
/// `ids-00` holds the id of each record in order, 16 bytes as two numbers. `ids-16` holds for each
/// full block of 2^16 records the first halves of their ids in ascending order, each with the record's
/// place in the block, 16 bytes together. Ids are digests, so that a key's place in a block is known
/// to within a few hundred entries: one read a block. Made anew from the records when it is gone.
struct EventIndex<Storage: LogStorage> {
  /// Names of the files.
  static var orderName: String { "ids-00" }
  static var sortedName: String { "ids-16" }
  /// Records of a block.
  static var blockLength: Int { 1 << 16 }
  /// Entries that are read on each side of where a key is expected.
  private static var reach: Int { 512 }
  private static var entryBytes: Int { 16 }

  /// What is read at once: an id's halves, or a key and its record's place in the block.
  private struct Pair {
    var first: UInt64
    var second: UInt64
  }

  private let storage: Storage
  private let order: Storage.File
  private let sorted: Storage.File
  /// Records in it.
  private(set) var size: UInt64
  /// The ids of the block that is not full.
  private var rest: [EventID] = []
  private var isDirty = false

  /// The index that the files hold of the first `size` records, or of fewer.
  ///
  /// - Parameter isWriter: makes the files that are not there; else they must be.
  init(storage: Storage, size: UInt64, isWriter: Bool) throws(LedgerError) {
    self.storage = storage
    order = try LogFiles.open(Self.orderName, mayMake: isWriter, in: storage)
    sorted = try LogFiles.open(Self.sortedName, mayMake: isWriter, in: storage)
    let length = UInt64(Self.blockLength)
    do throws(StorageFailure) {
      let there = try storage.size(of: order) / UInt64(Self.entryBytes)
      let blocks = try storage.size(of: sorted) / UInt64(Self.blockLength * Self.entryBytes)
      let usable = min(size, there)
      self.size = usable / length > blocks ? blocks * length : usable
    } catch { throw LedgerError(error, on: Self.orderName, in: storage.place) }
    guard isWriter else { return }
    rest = try ids(self.size / length * length..<self.size)
  }

  // MARK: - Writing

  /// Puts the ids of further records behind the others; durable after ``sync()``.
  mutating func append(_ ids: [EventID]) throws(LedgerError) {
    guard !ids.isEmpty else { return }
    var buffer = LogBuffer(capacity: ids.count * Self.entryBytes)
    for (place, id) in ids.enumerated() {
      buffer.store(id.high, at: place * Self.entryBytes)
      buffer.store(id.low, at: place * Self.entryBytes + 8)
    }
    isDirty = true
    try write(buffer, Self.orderName, order, at: size * UInt64(Self.entryBytes))
    for id in ids {
      rest.append(id)
      size += 1
      if rest.count == Self.blockLength { try endBlock() }
    }
  }

  private mutating func endBlock() throws(LedgerError) {
    let places = (0..<rest.count).sorted {
      (rest[$0].high, $0) < (rest[$1].high, $1)
    }
    var buffer = LogBuffer(capacity: rest.count * Self.entryBytes)
    for (index, place) in places.enumerated() {
      buffer.store(rest[place].high, at: index * Self.entryBytes)
      buffer.store(UInt64(place), at: index * Self.entryBytes + 8)
    }
    try write(buffer, Self.sortedName, sorted, at: (size - UInt64(rest.count)) * 16)
    rest.removeAll(keepingCapacity: true)
  }

  private func write(
    _ buffer: borrowing LogBuffer, _ name: String, _ file: Storage.File, at offset: UInt64
  ) throws(LedgerError) {
    do throws(StorageFailure) {
      try buffer.write(0..<buffer.capacity, to: file, at: offset, of: storage)
    } catch { throw LedgerError(error, on: name, in: storage.place) }
  }

  /// Returns when all that was appended is on the storage.
  mutating func sync() throws(LedgerError) {
    guard isDirty else { return }
    do throws(StorageFailure) {
      try storage.sync(order)
      try storage.sync(sorted)
    } catch { throw LedgerError(error, on: Self.orderName, in: storage.place) }
    isDirty = false
  }

  // MARK: - Finding

  /// The newest sequence of `id` that `isRight`; a sequence that comes from here may be wrong.
  func newest(
    of id: EventID, where isRight: (UInt64) throws(LedgerError) -> Bool
  ) throws(LedgerError) -> UInt64? {
    let length = UInt64(Self.blockLength)
    let blocks = size / length
    let tail = try ids(blocks * length..<size)
    for place in tail.indices.reversed() where tail[place] == id {
      let sequence = blocks * length + UInt64(place) + 1
      if try isRight(sequence) { return sequence }
    }
    for block in stride(from: Int(blocks) - 1, through: 0, by: -1) {
      for place in try places(of: id.high, in: block) {
        let sequence = UInt64(block) * length + place + 1
        if try isRight(sequence) { return sequence }
      }
    }
    return nil
  }

  /// Places in a block whose ids begin with `key`, the last one first.
  private func places(of key: UInt64, in block: Int) throws(LedgerError) -> [UInt64] {
    let expected = Int(key.multipliedFullWidth(by: UInt64(Self.blockLength)).high)
    let near = max(0, expected - Self.reach)..<min(Self.blockLength, expected + Self.reach)
    let entries = try entries(near, of: block)
    let isEnough =
      (near.lowerBound == 0 || entries[0].first < key)
      && (near.upperBound == Self.blockLength || entries[entries.count - 1].first > key)
    // Keys that are no digests may stand anywhere.
    let all = isEnough ? entries : try self.entries(0..<Self.blockLength, of: block)
    return all.filter { $0.first == key }.map(\.second).reversed()
  }

  private func entries(
    _ range: Range<Int>, of block: Int
  ) throws(LedgerError) -> [Pair] {
    let start = UInt64(block * Self.blockLength + range.lowerBound) * UInt64(Self.entryBytes)
    return try numbers(Self.sortedName, sorted, at: start, count: range.count)
  }

  private func ids(_ range: Range<UInt64>) throws(LedgerError) -> [EventID] {
    try numbers(
      Self.orderName, order, at: range.lowerBound * UInt64(Self.entryBytes), count: range.count
    ).map { EventID(high: $0.first, low: $0.second) }
  }

  private func numbers(
    _ name: String, _ file: Storage.File, at offset: UInt64, count: Int
  ) throws(LedgerError) -> [Pair] {
    var buffer = LogBuffer(capacity: count * Self.entryBytes)
    var got = 0
    do throws(StorageFailure) {
      got = try buffer.fill(0..<buffer.capacity, from: file, at: offset, of: storage)
    } catch { throw LedgerError(error, on: name, in: storage.place) }
    guard got == buffer.capacity else {
      throw LedgerError(
        .missing, operation: "read", subject: "\(storage.place)/\(name)", offset: offset,
        reason: "the file ends before what is needed; it is made anew when the post starts again")
    }
    return (0..<count).map {
      let place = $0 * Self.entryBytes
      return Pair(
        first: buffer.load(UInt64.self, at: place), second: buffer.load(UInt64.self, at: place + 8))
    }
  }
}
