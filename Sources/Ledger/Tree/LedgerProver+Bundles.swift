extension LedgerProver {
  /// Events of which the ones between are read rather than sought.
  private static var apartMax: UInt64 { 16 }

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
    var note: [UInt8] = []
    CanonicalString.append(self.note.description, to: &note)
    let writer = BundleWriter(tree: tree, size: checkpoint.size, quotedNote: note)
    var bundles: [[UInt8]] = []
    bundles.reserveCapacity(events.count)
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
        do throws(LedgerError) {
          bundles.append(try writer.bundle(of: record, salts, payload, fields: event.fields))
        } catch { failure = error }
      }
      if let failure { throw failure }
    }
    return bundles
  }
}

/// Writes release bundles, with memory of its own for records and the nodes of the tree.
private final class BundleWriter {
  /// Nodes that are remembered at most.
  private static let nodesMax = 65_536

  /// Bytes of a hash in a proof's text, with what stands before it.
  private static let lineBytes = 46

  private let tree: TreeFiles<FolderStorage>
  private let size: UInt64
  private let quotedNote: [UInt8]
  private var record = RecordWriter()
  /// Roots of full subtrees, by height and index.
  private var nodes: [UInt64: TreeHash] = [:]
  /// The hashes of the last proof, and their lines.
  private var lastHashes: [TreeHash] = []
  private var lastLines: [UInt8] = []

  init(tree: TreeFiles<FolderStorage>, size: UInt64, quotedNote: [UInt8]) {
    self.tree = tree
    self.size = size
    self.quotedNote = quotedNote
  }

  func bundle(
    of event: LedgerRecord, _ salts: RawSpan, _ payload: RawSpan, fields: [String]?
  ) throws(LedgerError) -> [UInt8] {
    let hasFields = record.write(event.header, salts: salts, payload: payload)
    var text: [UInt8] = []
    text.reserveCapacity(6_144)
    text.append(contentsOf: #"{"disclosures":["#.utf8)
    if hasFields { disclose(fields, to: &text) }
    text.append(contentsOf: #"],"proof":"#.utf8)
    try prove(event.sequence - 1, to: &text)
    text.append(contentsOf: #","record":"#.utf8)
    if hasFields {
      record.leafText.withBytes { bytes in
        CanonicalString.append(bytes.extracting(1..<bytes.byteCount), to: &text)
      }
    } else {
      CanonicalString.append(payload, to: &text)
    }
    text.append(UInt8(ascii: "}"))
    return text
  }

  private func disclose(_ fields: [String]?, to text: inout [UInt8]) {
    var isFirst = true
    for index in 0..<record.table.count {
      if let fields {
        let name = record.table.text.copy(of: record.table[index].name)
        guard fields.contains(where: { $0.utf8.elementsEqual(name) }) else { continue }
      }
      if !isFirst { text.append(UInt8(ascii: ",")) }
      isFirst = false
      text.append(UInt8(ascii: "\""))
      text.append(contentsOf: record.disclosures.copy(of: record.disclosure(index)))
      text.append(UInt8(ascii: "\""))
    }
  }

  /// Appends the proof of leaf `index` as a JSON string.
  private func prove(_ index: UInt64, to text: inout [UInt8]) throws(LedgerError) {
    let hashes = try TreePath.inclusion(of: index, size: size) {
      (height, index) throws(LedgerError) in try node(height, index)
    }
    text.append(UInt8(ascii: "\""))
    text.append(contentsOf: LogProof.header.utf8)
    text.append(contentsOf: #"\nindex "#.utf8)
    text.append(contentsOf: String(index).utf8)
    appendHashes(hashes, to: &text)
    text.append(contentsOf: #"\n\n"#.utf8)
    // Its quotes are those of the whole text.
    text.append(contentsOf: quotedNote.dropFirst())
  }

  /// Appends the lines of `hashes`; those that the proof before had at its end, too, are copied from it.
  private func appendHashes(_ hashes: [TreeHash], to text: inout [UInt8]) {
    var shared = 0
    while shared < min(hashes.count, lastHashes.count),
      hashes[hashes.count - 1 - shared] == lastHashes[lastHashes.count - 1 - shared]
    {
      shared += 1
    }
    var lines: [UInt8] = []
    lines.reserveCapacity(hashes.count * Self.lineBytes)
    for hash in hashes.dropLast(shared) {
      lines.append(contentsOf: #"\n"#.utf8)
      lines.append(contentsOf: Base64.encode(hash.bytes).utf8)
    }
    lines.append(contentsOf: lastLines.suffix(shared * Self.lineBytes))
    text.append(contentsOf: lines)
    (lastHashes, lastLines) = (hashes, lines)
  }

  private func node(_ height: Int, _ index: UInt64) throws(LedgerError) -> TreeHash {
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
