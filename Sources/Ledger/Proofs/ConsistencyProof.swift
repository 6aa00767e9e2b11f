/// The proof that a log only grew: from the tree of `old` leaves, which somebody has seen, to a
/// checkpoint.
///
/// Its text is the body of the request `add-checkpoint` of c2sp.org/tlog-witness: `old <size>`, the
/// hashes of RFC 9162, section 2.1.4.1, in base 64, one a line, an empty line, the checkpoint as it is
/// signed. A witness of others can be given it as it is.
public struct ConsistencyProof: Equatable, Sendable, CustomStringConvertible {
  /// The most hashes: a request may have so many.
  public static let hashesMax = 63

  /// Leaves of the tree that was seen.
  public var old: UInt64
  /// The proof; empty when `old` is 0 or the size of the checkpoint.
  public var hashes: [TreeHash]
  /// The checkpoint with its signatures.
  public var note: SignedNote

  /// A proof.
  public init(old: UInt64, hashes: [TreeHash], note: SignedNote) {
    self.old = old
    self.hashes = hashes
    self.note = note
  }

  /// Reads a proof; `nil` for anything that ``description`` would not have written.
  public init?(_ text: String) {
    guard text.utf8.count <= SignedNote.byteCountMax + 4_096 else { return nil }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    guard let first = lines.popFirst(), first.hasPrefix("old "),
      let old = UInt64(first.dropFirst(4))
    else { return nil }
    self.old = old
    hashes = []
    while let line = lines.popFirst(), !line.isEmpty {
      guard hashes.count < Self.hashesMax, let bytes = Base64.decode(line),
        let hash = TreeHash(bytes)
      else { return nil }
      hashes.append(hash)
    }
    guard let note = SignedNote(lines.joined(separator: "\n")) else { return nil }
    self.note = note
    guard Array(description.utf8) == Array(text.utf8) else { return nil }
  }

  /// The text form.
  public var description: String {
    let lines = ["old \(old)"] + hashes.map { Base64.encode($0.bytes) }
    return lines.joined(separator: "\n") + "\n\n\(note)"
  }
}
