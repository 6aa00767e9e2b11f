/// What somebody needs to check an event by himself, without a network: the record as the tree has
/// it, the disclosures that he may have, and the proof that the record stands in the log.
public struct ReleaseBundle: Sendable, Equatable {
  /// The largest bundle that is read, bytes.
  public static let byteCountMax = 2 << 20

  /// The record, canonical JSON.
  public var record: String
  /// Disclosures (RFC 9901), each opening one digest of the record.
  public var disclosures: [String]
  /// The proof.
  public var proof: LogProof

  /// A bundle.
  public init(record: String, disclosures: [String], proof: LogProof) {
    self.record = record
    self.disclosures = disclosures
    self.proof = proof
  }

  /// Reads what ``json`` wrote; `nil` for anything else.
  public init?(_ json: [UInt8]) { self.init(json[...], under: nil) }

  /// Reads the bundles of an answer that are under the checkpoint `note`, each `nil` for anything that
  /// ``json`` would not have written.
  public static func read(_ texts: [ArraySlice<UInt8>], under note: SignedNote) -> [ReleaseBundle?]
  {
    let known = (note: note, text: Array(note.description.utf8))
    return texts.map { ReleaseBundle($0, under: known) }
  }

  private init?(_ json: ArraySlice<UInt8>, under known: (note: SignedNote, text: [UInt8])?) {
    // Objects, strings and proofs are read in their one canonical form only, so that there is no second
    // text of a bundle.
    guard json.count <= Self.byteCountMax, let whole = CanonicalObject(json),
      whole.members.map(\.name) == ["disclosures", "proof", "record"],
      let items = CanonicalObject.elements(of: whole.members[0].value),
      let proof = CanonicalString.text(of: whole.members[1].value).flatMap({ text in
        known.flatMap { LogProof(text, under: $0.note, $0.text) } ?? LogProof(text)
      }),
      let record = CanonicalString.text(of: whole.members[2].value)
    else { return nil }
    let disclosures = items.compactMap { CanonicalObject.plainString($0) }
    guard disclosures.count == items.count else { return nil }
    self.init(record: record, disclosures: disclosures, proof: proof)
  }

  /// The bundle as one line of canonical JSON.
  public var json: [UInt8] {
    var text = Array(#"{"disclosures":["#.utf8)
    text += disclosures.map { CanonicalString.quoted($0) }.joined(separator: [UInt8(ascii: ",")])
    text += Array(#"],"proof":"#.utf8) + CanonicalString.quoted(proof.description)
    text += Array(#","record":"#.utf8) + CanonicalString.quoted(record)
    return text + [UInt8(ascii: "}")]
  }

  /// The name of the field that a disclosure opens; `nil` when it is none.
  public static func fieldName(of disclosure: String) -> String? {
    guard let plain = Base64.decodeURL(Array(disclosure.utf8)),
      let parts = CanonicalObject.elements(of: plain[...]), parts.count == 3
    else { return nil }
    return CanonicalObject.plainString(parts[1])
  }

  /// The event, as `<event id>/<version>`; `nil` when the record tells none.
  public var eventID: String? {
    let members = CanonicalObject(Array(record.utf8)[...])
    return members?["id"].flatMap { CanonicalObject.plainString($0) }
  }

  /// What a check of a bundle found.
  public enum Verdict: Sendable, Equatable {
    /// The fields with their values are those of the event, which the log of that checkpoint holds.
    case sound(Checkpoint, fields: [EventFields.Field])
    /// The proof does not hold, for this reason.
    case unproven(LogProof.Verdict)
    /// The record is none.
    case noRecord
    /// A disclosure opens no digest of the record, or is none.
    case foreignDisclosure(String)
  }

  /// Checks the bundle against the log's key, and witnesses' where `quorum` of them must have signed.
  public func verdict(key: NoteKey, witnesses: [NoteKey] = [], quorum: Int = 0) -> Verdict {
    let bytes = Array(record.utf8)
    let found = proof.verdict(on: bytes, key: key, witnesses: witnesses, quorum: quorum)
    guard case .proven(let checkpoint) = found else { return .unproven(found) }
    return opened(bytes, checkpoint)
  }

  /// The same under a checkpoint whose signature was checked before; the proof's own is not looked at.
  public func verdict(under checkpoint: Checkpoint) -> Verdict {
    let bytes = Array(record.utf8)
    guard proof.includes(bytes, in: checkpoint) else { return .unproven(.notIncluded) }
    return opened(bytes, checkpoint)
  }

  /// Opens the disclosures of a record that the log of `checkpoint` holds.
  private func opened(_ bytes: [UInt8], _ checkpoint: Checkpoint) -> Verdict {
    guard let object = CanonicalObject(bytes[...]) else { return .noRecord }
    let digests = object["_sd"].flatMap { CanonicalObject.elements(of: $0) } ?? []
    var fields: [EventFields.Field] = []
    for text in disclosures {
      let utf8 = Array(text.utf8)
      let digest = EventRecord.digest(utf8)
      guard digests.contains(where: { Self.isQuoted($0, digest) }),
        let plain = Base64.decodeURL(utf8),
        let parts = CanonicalObject.elements(of: plain[...]), parts.count == 3,
        let name = CanonicalObject.plainString(parts[1]),
        !fields.contains(where: { $0.name == name })
      else { return .foreignDisclosure(text) }
      fields.append(EventFields.Field(name: name, value: Array(parts[2])))
    }
    return .sound(checkpoint, fields: fields)
  }

  /// Whether `quoted` is `text` as a JSON string.
  private static func isQuoted(_ quoted: ArraySlice<UInt8>, _ text: [UInt8]) -> Bool {
    quoted.count == text.count + 2 && quoted.dropFirst().dropLast().elementsEqual(text)
  }
}
