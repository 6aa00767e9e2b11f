public import Ledger
public import Model

/// An event as it is handed to a court or an authority: the chosen fields with their proof, who made
/// the report and why, signed with the post's key.
///
/// One canonical JSON object (RFC 8785). The signature is that of a signed note (c2sp.org/signed-note)
/// whose text is the object without its member `signature`, and a newline; the signer's name is
/// `<post>/reports`, its key that of the post's ledger. ``page`` is the same for people.
public struct IncidentReport: Sendable, Equatable {
  /// What stands in the member `format`.
  public static let format = "vedette-incident-report 1"
  /// The largest report that is read, bytes.
  public static let byteCountMax = 4_194_304

  /// The event's record with the chosen disclosures and its proof.
  public let bundle: ReleaseBundle
  /// The key of the log in which the event stands.
  public let key: NoteKey
  /// Name of the post.
  public let post: String
  /// When the report was made, RFC 3339 in UTC.
  public let made: String
  /// Who made it, and for what; empty when nothing was said.
  public let author: String
  /// What its author says beside the event; nothing vouches for it but the author.
  public let remarks: String
  /// The line of signature.
  public let signature: String

  /// A report by `author`, signed with the post's seed.
  ///
  /// - Precondition: `seed` has 32 bytes; the post's name is what `site.yaml` allows.
  public init(
    of bundle: ReleaseBundle, key: NoteKey, post: String, made: WallTime, author: String,
    remarks: String, seed: [UInt8]
  ) {
    let time = EventHeader(
      kind: .release, id: EventID(high: 0, low: 0), version: 1, time: made, isExercise: false
    ).timeText
    let (author, remarks) = (Self.markable(author), Self.markable(remarks))
    let body = Self.body(bundle, key, post, time, author, remarks)
    guard
      let signer = NoteSigner(name: Self.signerName(post), algorithm: .ed25519, seed: seed),
      var note = SignedNote(text: String(decoding: body, as: UTF8.self) + "\n")
    else { preconditionFailure("\(post) with a seed of \(seed.count) bytes signs a line of JSON") }
    note.sign(with: signer)
    self.bundle = bundle
    self.key = key
    self.post = post
    self.made = time
    self.author = author
    self.remarks = remarks
    signature = String(note.description.dropFirst(note.text.count + 1).dropLast())
  }

  /// Reads what ``json`` wrote; `nil` for anything else.
  public init?(_ json: [UInt8]) {
    guard json.count <= Self.byteCountMax, let whole = CanonicalObject(json[...]) else {
      return nil
    }
    func word(_ name: String) -> String? {
      whole[name].flatMap { CanonicalString.text(of: $0) }
    }
    guard word("format") == Self.format,
      let bundle = whole["bundle"].flatMap({ ReleaseBundle(Array($0)) }),
      let key = word("key").flatMap({ NoteKey($0) }), let post = word("post"),
      let made = word("made"), let author = word("author"), let remarks = word("remarks"),
      let signature = word("signature")
    else { return nil }
    self.bundle = bundle
    self.key = key
    self.post = post
    self.made = made
    self.author = author
    self.remarks = remarks
    self.signature = signature
    guard self.json == json else { return nil }
  }

  /// The report as one line of canonical JSON.
  public var json: [UInt8] { Self.body(bundle, key, post, made, author, remarks, signature) }

  private static func body(
    _ bundle: ReleaseBundle, _ key: NoteKey, _ post: String, _ made: String, _ author: String,
    _ remarks: String, _ signature: String? = nil
  ) -> [UInt8] {
    let members: [(String, [UInt8]?)] = [
      ("author", CanonicalString.quoted(author)), ("bundle", bundle.json),
      ("format", CanonicalString.quoted(format)), ("key", CanonicalString.quoted("\(key)")),
      ("made", CanonicalString.quoted(made)), ("post", CanonicalString.quoted(post)),
      ("remarks", CanonicalString.quoted(remarks)),
      ("signature", signature.map { CanonicalString.quoted($0) }),
    ]
    let inside = members.compactMap { name, value in
      value.map { CanonicalString.quoted(name) + [UInt8(ascii: ":")] + $0 }
    }
    return [UInt8(ascii: "{")] + inside.joined(separator: [UInt8(ascii: ",")])
      + [UInt8(ascii: "}")]
  }

  /// `text` without the two characters that no page can hold.
  private static func markable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value == 0xFFFE || $0.value == 0xFFFF ? "\u{fffd}" : $0 }))
  }

  /// The name under which a post signs its reports: another than its logs', so that no report can be
  /// taken for a checkpoint.
  public static func signerName(_ post: String) -> String { "\(post)/reports" }

  /// What a check of a report found.
  public enum Verdict: Sendable, Equatable {
    /// The post signed the report, and the log of that checkpoint holds the event with these fields.
    case sound(Checkpoint, fields: [EventFields.Field])
    /// The key that was given is not the one under which the event stands.
    case otherKey(NoteKey)
    /// The signature is not there, is wrong, or not of this post.
    case unsigned
    /// The event is not proven, for this reason.
    case unproven(ReleaseBundle.Verdict)
  }

  /// Checks the report against the public key of the post's ledger.
  public func verdict(key: NoteKey) -> Verdict {
    guard key == self.key else { return .otherKey(self.key) }
    let body = Self.body(bundle, self.key, post, made, author, remarks)
    guard
      let signer = NoteKey(
        name: Self.signerName(post), algorithm: .ed25519, publicKey: key.publicKey),
      let note = SignedNote(String(decoding: body, as: UTF8.self) + "\n\n" + signature + "\n"),
      note.isSigned(by: signer), note.signatures.count == 1, key.name.hasPrefix(post + "/ledger/")
    else { return .unsigned }
    let found = bundle.verdict(key: key)
    guard case .sound(let checkpoint, let fields) = found else { return .unproven(found) }
    return .sound(checkpoint, fields: fields)
  }
}
