extension LedgerProver {
  /// Events of which the ones between are read rather than sought.
  private static var apartMax: UInt64 { 16 }
  /// Events of a part that shares a proof, and bytes after which none is added to it.
  private static var partMax: Int { 128 }
  private static var partBytesMax: Int { 524_288 }

  /// Release bundles of several events, all against the newest checkpoint, as ``ReleaseBundle/json``
  /// has them; events that are not signed yet or not kept any more are left out.
  ///
  /// What many proofs share is computed once: of events that follow each other each costs its record
  /// and one or two hashes of the tree.
  ///
  /// - Parameter events: with the names of the fields that are disclosed; `nil` for all.
  public func bundles(
    of events: [(sequence: UInt64, fields: [String]?)]
  ) throws(LedgerError) -> [[UInt8]] {
    let writer = BundleWriter(tree: tree, checkpoint.size)
    var proofs = ProofText(note: note)
    var bundles: [[UInt8]] = []
    bundles.reserveCapacity(events.count)
    try read(events[...]) { record, salts, payload, fields throws(LedgerError) in
      var text: [UInt8] = []
      text.reserveCapacity(6_144)
      let hashes = try TreePath.inclusion(of: record.sequence - 1, size: checkpoint.size) {
        (height, index) throws(LedgerError) in try writer.node(height, index)
      }
      writer.append(record, salts, payload, fields: fields, to: &text) { text in
        text.append(contentsOf: #""proof":"#.utf8)
        proofs.append(record.sequence - 1, hashes, to: &text)
      }
      bundles.append(text)
    }
    return bundles
  }

  /// Bundles of several events that share one proof a part, all against the newest checkpoint: the text of
  /// ``SharedBundles`` and the last event of each part. Events that are not signed yet or not kept any more
  /// are left out.
  ///
  /// The first part says that the checkpoint continues the tree of `old` leaves, each further one that it is
  /// the one of the part before. A part has at most 128 events, and further ones only up to 512 KiB, so that
  /// a message of a megabyte holds it.
  ///
  /// - Parameter events: in ascending order, with the names of the fields that are disclosed; `nil` for all.
  /// - Precondition: `old` is not larger than the checkpoint.
  public func sharedBundles(
    of events: [(sequence: UInt64, fields: [String]?)], from old: UInt64
  ) throws(LedgerError) -> [(json: [UInt8], last: UInt64)] {
    let writer = BundleWriter(tree: tree, checkpoint.size)
    var growth = try growth(from: old)
    var parts: [(json: [UInt8], last: UInt64)] = []
    var records: [UInt8] = []
    var leaves: [UInt64] = []
    func end() throws(LedgerError) {
      guard let last = leaves.last else { return }
      let hashes = try SharedPath.hashes(of: leaves[...], size: checkpoint.size) {
        (height, index) throws(LedgerError) in try writer.node(height, index)
      }
      parts.append((SharedBundles.json(growth, hashes, records), last + 1))
      growth = ConsistencyProof(old: checkpoint.size, hashes: [], note: note)
      records.removeAll(keepingCapacity: true)
      leaves.removeAll(keepingCapacity: true)
    }
    try read(events[...]) { record, salts, payload, fields throws(LedgerError) in
      if !records.isEmpty { records.append(UInt8(ascii: ",")) }
      leaves.append(record.sequence - 1)
      writer.append(record, salts, payload, fields: fields, to: &records) { text in
        text.append(contentsOf: #""index":"#.utf8)
        text.append(contentsOf: String(record.sequence - 1).utf8)
      }
      if leaves.count == Self.partMax || records.count > Self.partBytesMax { try end() }
    }
    try end()
    return parts
  }

  /// Lends the records of `events`, in their order; of what is not signed yet or not kept any more nothing.
  private func read(
    _ events: ArraySlice<(sequence: UInt64, fields: [String]?)>,
    _ body: (LedgerRecord, RawSpan, RawSpan, [String]?) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    var rest = events.filter { $0.sequence >= 1 && $0.sequence <= checkpoint.size }[...]
    while let first = rest.first?.sequence {
      // What stands close together is read in one go.
      var (last, count) = (first, 1)
      for event in rest.dropFirst() {
        guard event.sequence > last, event.sequence - last <= Self.apartMax else { break }
        (last, count) = (event.sequence, count + 1)
      }
      var wanted = rest.prefix(count)
      rest = rest.dropFirst(count)
      var failure: LedgerError?
      _ = try reader.read(
        from: first, limit: Int(last - first) + 1, bytesMax: .max, durable: checkpoint.size
      ) { record, salts, payload in
        guard failure == nil, let event = wanted.first, event.sequence == record.sequence else {
          return
        }
        wanted.removeFirst()
        do throws(LedgerError) { try body(record, salts, payload, event.fields) } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }
}

/// Writes the records of bundles, with memory of its own for them and for the nodes of the tree.
private final class BundleWriter {
  /// Nodes that are remembered at most.
  private static let nodesMax = 65_536

  private let tree: TreeFiles<FolderStorage>
  private let size: UInt64
  private var record = RecordWriter()
  /// Roots of full subtrees, by height and index.
  private var nodes: [UInt64: TreeHash] = [:]

  init(tree: TreeFiles<FolderStorage>, _ size: UInt64) {
    self.tree = tree
    self.size = size
  }

  /// Appends an object of the disclosures, what `middle` writes, and the record.
  func append(
    _ event: LedgerRecord, _ salts: RawSpan, _ payload: RawSpan, fields: [String]?,
    to text: inout [UInt8], _ middle: (inout [UInt8]) -> Void
  ) {
    let hasFields = record.write(event.header, salts: salts, payload: payload)
    text.append(contentsOf: #"{"disclosures":["#.utf8)
    if hasFields { disclose(fields, to: &text) }
    text.append(contentsOf: "],".utf8)
    middle(&text)
    text.append(contentsOf: #","record":"#.utf8)
    if hasFields {
      record.leafText.withBytes { bytes in
        CanonicalString.append(bytes.extracting(1..<bytes.byteCount), to: &text)
      }
    } else {
      CanonicalString.append(payload, to: &text)
    }
    text.append(UInt8(ascii: "}"))
  }

  private func disclose(_ fields: [String]?, to text: inout [UInt8]) {
    var isFirst = true
    for index in 0..<record.table.count {
      if let fields {
        let name = record.table[index].name
        // Looked at only where its length is that of one that is wanted.
        guard
          fields.contains(where: {
            $0.utf8.count == name.count && $0.utf8.elementsEqual(record.table.text.copy(of: name))
          })
        else { continue }
      }
      if !isFirst { text.append(UInt8(ascii: ",")) }
      isFirst = false
      text.append(UInt8(ascii: "\""))
      text.append(contentsOf: record.disclosures.copy(of: record.disclosure(index)))
      text.append(UInt8(ascii: "\""))
    }
  }

  /// The root of a full subtree.
  func node(_ height: Int, _ index: UInt64) throws(LedgerError) -> TreeHash {
    let key = UInt64(height) << 56 | index
    if let known = nodes[key] { return known }
    if nodes.count > Self.nodesMax { nodes.removeAll(keepingCapacity: true) }
    guard let level = TreeFiles<FolderStorage>.heights.firstIndex(of: height) else {
      let root = TreeHash.node(
        try node(height - 1, 2 * index), try node(height - 1, 2 * index + 1))
      nodes[key] = root
      return root
    }
    let first = index & ~255
    let hashes = try tree.hashes(level, first..<min(first + 256, size >> UInt64(height)))
    for (place, hash) in hashes.enumerated() {
      nodes[UInt64(height) << 56 | (first + UInt64(place))] = hash
    }
    return hashes[Int(index - first)]
  }
}
