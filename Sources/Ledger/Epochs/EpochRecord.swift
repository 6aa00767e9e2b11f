public import Model

/// What a log says of its own epochs, as a record of it: a new epoch begins with the citation of the
/// log that it follows, and a log whose key is at hand ends with the key of what follows.
///
/// A plain record: its leaf is the hash of its payload, and all of it may be known to whoever may have
/// a checkpoint. The payload is a GeoJSON Feature in canonical JSON, as that of any event.
public struct EpochRecord: Sendable, Equatable {
  /// Which end of an epoch it is.
  public enum Role: Sendable, Equatable {
    /// The first record of a log that follows another.
    case begins(Citation)
    /// The last record of a log: this key signs what follows. Signed by the old key, it is the old
    /// key's word for the new one.
    case ends(next: NoteKey)
  }

  /// The log that a new epoch follows.
  public struct Citation: Sendable, Equatable {
    /// Its final checkpoint as it was signed: origin, size, root, signature.
    public var note: SignedNote
    /// The key that signed it.
    public var key: NoteKey
    /// Records that it holds; more than the checkpoint's size when the old key was not at hand to sign
    /// the last of them.
    public var records: UInt64
    /// The root over all of them.
    public var root: TreeHash

    /// What the checkpoint says.
    public var checkpoint: Checkpoint? { Checkpoint(note.text) }

    /// The epoch that is followed; `nil` when the origin names none.
    public var epoch: UInt64? { LogKey.epoch(of: key.name) }
  }

  /// Which end.
  public let role: Role
  /// The log in which the record stands.
  public let origin: String
  /// When it was made, RFC 3339 in UTC.
  public let time: String
  /// The payload.
  public let payload: [UInt8]

  /// The record of log `origin` of `post`.
  public init(_ role: Role, origin: String, post: String, time: WallTime) {
    self.init(role, origin: origin, post: post, time: UTCText(time).description)
  }

  private init(_ role: Role, origin: String, post: String, time: String) {
    self.role = role
    self.origin = origin
    self.time = time
    var members: [(name: String, value: [UInt8])] = [
      ("event_id", CanonicalString.quoted("\(Self.id(role, origin))")),
      ("exercise", Array("false".utf8)), ("log", CanonicalString.quoted(origin)),
      ("post", CanonicalString.quoted(post)),
      ("time", CanonicalString.quoted(time)),
      ("version", Array("1".utf8)),
    ]
    switch role {
    case .begins(let cited):
      members += [
        ("cited_checkpoint", CanonicalString.quoted(cited.note.description)),
        ("cited_key", CanonicalString.quoted("\(cited.key)")),
        ("cited_records", Array("\(cited.records)".utf8)),
        ("cited_root", CanonicalString.quoted(Base64.encode(cited.root.bytes))),
      ]
    case .ends(let next): members.append(("next_key", CanonicalString.quoted("\(next)")))
    }
    members.sort { $0.name < $1.name }
    payload = canonicalFeature(properties: members)
  }

  /// Reads a payload; `nil` for anything that ``init(_:origin:post:time:)`` would not have written.
  public init?(_ payload: [UInt8]) {
    guard let feature = CanonicalObject(payload[...]),
      let inside = feature["properties"], let properties = CanonicalObject(inside)
    else { return nil }
    func word(_ name: String) -> String? {
      properties[name].flatMap { CanonicalString.text(of: $0) }
    }
    guard let origin = word("log"), let post = word("post"),
      let time = word("time"),
      let role = Self.role(word, properties["cited_records"])
    else { return nil }
    self.init(role, origin: origin, post: post, time: time)
    guard self.payload == payload else { return nil }
  }

  private static func role(
    _ word: (String) -> String?, _ records: ArraySlice<UInt8>?
  ) -> Role? {
    if let next = word("next_key").flatMap({ NoteKey($0) }) { return .ends(next: next) }
    guard let note = word("cited_checkpoint").flatMap({ SignedNote($0) }),
      Checkpoint(note.text) != nil, let key = word("cited_key").flatMap({ NoteKey($0) }),
      let records = records.flatMap({ UInt64(String(decoding: $0, as: UTF8.self)) }),
      let root = word("cited_root").flatMap({ Base64.decode($0) }).flatMap({ TreeHash($0) })
    else { return nil }
    return .begins(Citation(note: note, key: key, records: records, root: root))
  }

  /// The header under which it stands in its log, of the moment at which it was made.
  public func header(at time: WallTime) -> EventHeader {
    EventHeader(
      kind: .epoch, id: Self.id(role, origin), version: 1, time: time, isExercise: false)
  }

  private static func id(_ role: Role, _ origin: String) -> EventID {
    switch role {
    case .begins(let cited): EventID(naming: "\(origin)\n\(cited.note)")
    case .ends(let next): EventID(naming: "\(origin)\n\(next)")
    }
  }
}
