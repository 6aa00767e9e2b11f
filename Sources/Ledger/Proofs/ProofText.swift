/// Writes the proofs of many leaves under one checkpoint (``LogProof``) as JSON strings: what a proof has in
/// common with the one before is copied.
struct ProofText {
  /// Bytes of a hash's line, with what stands before it.
  private static let lineBytes = 46

  /// The note as it stands at the end of each proof, with the quotation mark that ends it.
  private let noteText: [UInt8]
  /// The hashes of the last proof, and their lines.
  private var lastHashes: [TreeHash] = []
  private var lastLines: [UInt8] = []

  /// Of proofs under the checkpoint `note`.
  init(note: SignedNote) {
    // Its quotes are those of the whole text.
    noteText = Array(CanonicalString.quoted(note.description).dropFirst())
  }

  /// Bytes of a proof at most.
  var bytesMax: Int { noteText.count + 64 * (Self.lineBytes + 1) }

  /// Appends the proof of leaf `index` by `hashes`.
  mutating func append(_ index: UInt64, _ hashes: [TreeHash], to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    text.append(contentsOf: LogProof.header.utf8)
    text.append(contentsOf: #"\nindex "#.utf8)
    text.append(contentsOf: String(index).utf8)
    appendHashes(hashes, to: &text)
    text.append(contentsOf: #"\n\n"#.utf8)
    text.append(contentsOf: noteText)
  }

  /// Appends the lines of `hashes`; those that the proof before had at its end, too, are copied from it.
  private mutating func appendHashes(_ hashes: [TreeHash], to text: inout [UInt8]) {
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
}
