/// A proof that a record stands in a log, for checking offline: c2sp.org/tlog-proof@v1.
public struct LogProof: Equatable, Sendable, CustomStringConvertible {
  /// The first line.
  public static let header = "c2sp.org/tlog-proof@v1"
  /// The longest proof that is read, bytes.
  public static let byteCountMax = 1 << 20

  /// Data for the application, which nothing vouches for; `nil` when there is none.
  public var extra: [UInt8]?
  /// Which leaf, from 0.
  public var index: UInt64
  /// The inclusion proof, from the leaf's sibling up.
  public var hashes: [TreeHash]
  /// The checkpoint with its signatures.
  public var note: SignedNote

  /// A proof of leaf `index`.
  public init(index: UInt64, hashes: [TreeHash], note: SignedNote, extra: [UInt8]? = nil) {
    self.extra = extra
    self.index = index
    self.hashes = hashes
    self.note = note
  }

  /// Reads a proof; `nil` for anything that ``description`` would not have written.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.byteCountMax else { return nil }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    guard lines.popFirst().map({ $0 == Self.header }) == true else { return nil }
    extra = nil
    if let line = lines.first, line.hasPrefix("extra ") {
      guard let bytes = Base64.decode(line.dropFirst(6)) else { return nil }
      extra = bytes
      lines = lines.dropFirst()
    }
    guard let line = lines.popFirst(), line.hasPrefix("index "),
      let index = UInt64(line.dropFirst(6))
    else { return nil }
    self.index = index
    hashes = []
    while let line = lines.popFirst(), !line.isEmpty {
      // A path is never longer than the bits of a size.
      guard hashes.count < 64, let bytes = Base64.decode(line), let hash = TreeHash(bytes) else {
        return nil
      }
      hashes.append(hash)
    }
    guard let note = SignedNote(lines.joined(separator: "\n")) else { return nil }
    self.note = note
    guard Array(description.utf8) == Array(text.utf8) else { return nil }
  }

  /// Reads a proof without extra data that ends with `note`, whose text is `noteText`, without reading
  /// the note again; `nil` for anything else.
  init?(_ text: String, under note: SignedNote, _ noteText: [UInt8]) {
    let bytes = Array(text.utf8)
    let head = Array("\(Self.header)\nindex ".utf8)
    guard bytes.count <= Self.byteCountMax, bytes.starts(with: head),
      bytes.count > head.count + noteText.count,
      bytes[(bytes.count - noteText.count)...].elementsEqual(noteText)
    else { return nil }
    let lines = bytes[head.count..<bytes.count - noteText.count]
      .split(separator: 0x0A, omittingEmptySubsequences: false)
    // The number, the hashes, and what stands before and behind the last two ends of lines.
    guard lines.count >= 3, lines[lines.count - 1].isEmpty, lines[lines.count - 2].isEmpty,
      lines.count <= 64 + 3, let number = lines.first,
      let index = UInt64(String(decoding: number, as: UTF8.self)),
      String(index).utf8.elementsEqual(number)
    else { return nil }
    self.index = index
    self.note = note
    extra = nil
    hashes = []
    hashes.reserveCapacity(lines.count - 3)
    for line in lines[1..<lines.count - 2] {
      guard let bytes = Base64.decode(Array(line)), let hash = TreeHash(bytes) else { return nil }
      hashes.append(hash)
    }
  }

  /// The text form.
  public var description: String {
    let first = [Self.header] + (extra.map { ["extra \(Base64.encode($0))"] } ?? [])
    let lines = first + ["index \(index)"] + hashes.map { Base64.encode($0.bytes) }
    return lines.joined(separator: "\n") + "\n\n\(note)"
  }

  /// What a check found.
  public enum Verdict: Equatable, Sendable {
    /// The record is in the log of that checkpoint, which all that had to sign signed.
    case proven(Checkpoint)
    /// The note is no checkpoint, or not of the log that the key names.
    case notOfThisLog
    /// The log's signature is not there or wrong.
    case unsigned
    /// Fewer witnesses than asked for signed.
    case tooFewWitnesses(found: Int)
    /// The hashes do not lead from the record to the root.
    case notIncluded
  }

  /// Checks that `record` is in the log of `key`.
  ///
  /// - Parameters:
  ///   - record: the bytes of the leaf's record.
  ///   - key: the log's; its name is the origin.
  ///   - witnesses: keys of the witnesses that are trusted.
  ///   - quorum: how many of them must have signed.
  public func verdict(
    on record: [UInt8], key: NoteKey, witnesses: [NoteKey] = [], quorum: Int = 0
  ) -> Verdict {
    guard let checkpoint = Checkpoint(note.text), checkpoint.origin == key.name else {
      return .notOfThisLog
    }
    guard note.isSigned(by: key) else { return .unsigned }
    // Two entries for one witness must not count twice.
    let found = Set(witnesses.filter { note.isSigned(by: $0) }.map(\.publicKey)).count
    guard found >= quorum else { return .tooFewWitnesses(found: found) }
    return includes(record, in: checkpoint) ? .proven(checkpoint) : .notIncluded
  }

  /// Whether the hashes lead from `record` to the root of `checkpoint`; whose that is is not looked at.
  func includes(_ record: [UInt8], in checkpoint: Checkpoint) -> Bool {
    ProofCheck.includes(
      .leaf(record), index: index, size: checkpoint.size, root: checkpoint.root, proof: hashes)
  }
}
