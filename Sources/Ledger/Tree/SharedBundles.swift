import Digests

/// Release bundles of many events under one checkpoint, which share one proof: what a post gives a hub.
///
/// The text is canonical JSON: `consistency`, a ``ConsistencyProof`` whose checkpoint all of it is under;
/// `hashes`, the shared proof, its hashes one behind the other in base 64; `records`, in the order of the
/// log, each with `disclosures` and `record` as a ``ReleaseBundle`` has them and with `index`, which leaf it
/// is. Out of it come the very bundles that the post would have written one by one.
public struct SharedBundles: Sendable, Equatable {
  /// Records that are read at most: what fits into a message.
  public static let recordsMax = 1_024

  /// That the log continues what was seen before, with the checkpoint.
  public var consistency: ConsistencyProof
  /// The bundles, each as ``ReleaseBundle/json`` has it.
  public var bundles: [[UInt8]]

  /// A record as it stands in the text.
  private struct Part {
    var index: UInt64
    var disclosures: ArraySlice<UInt8>
    var record: ArraySlice<UInt8>
  }

  /// Reads the text; `nil` for anything else. Nothing is proven by that: the proof of each bundle is
  /// what the text gives for it, whether it leads to the checkpoint's root or not.
  public init?(_ json: [UInt8]) {
    guard let whole = CanonicalObject(json[...]),
      whole.members.map(\.name) == ["consistency", "hashes", "records"],
      let consistency = CanonicalString.text(of: whole.members[0].value).flatMap({
        ConsistencyProof($0)
      }),
      let size = Checkpoint(consistency.note.text)?.size,
      let hashes = Self.hashes(in: whole.members[1].value),
      let texts = CanonicalObject.elements(of: whole.members[2].value),
      texts.count <= Self.recordsMax
    else { return nil }
    var leaves = LeafTexts(byteCount: json.count)
    let parts = texts.compactMap { Self.part(in: $0, &leaves) }
    guard parts.count == texts.count else { return nil }
    let indices = parts.map(\.index)
    guard
      let paths = SharedPath.paths(
        of: zip(indices, leaves.hashes()).map { ($0, $1) }, size: size, hashes: hashes)
    else { return nil }
    self.consistency = consistency
    var proofs = ProofText(note: consistency.note)
    bundles = zip(parts, paths).map { part, path in
      var text: [UInt8] = []
      text.reserveCapacity(part.disclosures.count + part.record.count + proofs.bytesMax)
      text.append(contentsOf: #"{"disclosures":"#.utf8)
      text.append(contentsOf: part.disclosures)
      text.append(contentsOf: #","proof":"#.utf8)
      proofs.append(part.index, path, to: &text)
      text.append(contentsOf: #","record":"#.utf8)
      text.append(contentsOf: part.record)
      text.append(UInt8(ascii: "}"))
      return text
    }
  }

  /// The text of `records`, which stand there one behind the other, and of their shared proof.
  static func json(
    _ consistency: ConsistencyProof, _ hashes: [TreeHash], _ records: [UInt8]
  ) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(records.count + 48 * hashes.count + 8_192)
    text.append(contentsOf: #"{"consistency":"#.utf8)
    CanonicalString.append(consistency.description, to: &text)
    text.append(contentsOf: #","hashes":""#.utf8)
    text.append(contentsOf: Base64.encode(hashes.flatMap(\.bytes)).utf8)
    text.append(contentsOf: #"","records":["#.utf8)
    text.append(contentsOf: records)
    text.append(contentsOf: "]}".utf8)
    return text
  }

  private static func hashes(in quoted: ArraySlice<UInt8>) -> [TreeHash]? {
    guard quoted.count >= 2, quoted.first == UInt8(ascii: "\""), quoted.last == UInt8(ascii: "\""),
      let bytes = Base64.decode(Array(quoted.dropFirst().dropLast())), bytes.count % 32 == 0
    else { return nil }
    return stride(from: 0, to: bytes.count, by: 32).compactMap { TreeHash(bytes[$0..<$0 + 32]) }
  }

  private static func part(in text: ArraySlice<UInt8>, _ leaves: inout LeafTexts) -> Part? {
    guard let object = CanonicalObject(text),
      object.members.map(\.name) == ["disclosures", "index", "record"],
      let index = UInt64(String(decoding: object.members[1].value, as: UTF8.self)),
      leaves.append(object.members[2].value)
    else { return nil }
    return Part(
      index: index, disclosures: object.members[0].value, record: object.members[2].value)
  }
}

/// The texts of leaves, hashed together, which is twice as fast as one by one.
private struct LeafTexts {
  private var texts: [UInt8] = []
  private var ends: [UInt32] = []

  init(byteCount: Int) { texts.reserveCapacity(byteCount) }

  /// Adds the record that a canonical string says; whether it is one.
  mutating func append(_ quoted: ArraySlice<UInt8>) -> Bool {
    guard quoted.count >= 2, quoted.first == UInt8(ascii: "\""), quoted.last == UInt8(ascii: "\"")
    else { return false }
    let start = texts.count
    texts.append(0)
    // Quotation marks are all that is escaped in what posts write.
    var rest = quoted.dropFirst().dropLast()
    while let mark = rest.firstIndex(of: UInt8(ascii: "\\")) {
      guard mark + 1 < rest.endIndex, rest[mark + 1] == UInt8(ascii: "\"") else {
        guard let text = CanonicalString.text(of: quoted) else { return false }
        texts.removeSubrange((start + 1)...)
        texts.append(contentsOf: text.utf8)
        ends.append(UInt32(texts.count))
        return true
      }
      texts.append(contentsOf: rest[..<mark])
      texts.append(UInt8(ascii: "\""))
      rest = rest[(mark + 2)...]
    }
    texts.append(contentsOf: rest)
    ends.append(UInt32(texts.count))
    return true
  }

  /// The hashes of all of them.
  func hashes() -> [TreeHash] {
    var digests = [UInt8](repeating: 0, count: 32 * ends.count)
    do {
      var target = digests.mutableSpan
      var bytes = unsafe target.mutableBytes
      unsafe SHA256Digest.write(texts.span.bytes, ends: ends.span, to: &bytes)
    }
    return stride(from: 0, to: digests.count, by: 32).compactMap {
      TreeHash(digests[$0..<$0 + 32])
    }
  }
}
