public import Model

/// What a log says of content that was erased from it: which records, when, under which rule. Their
/// leaves stay, so that what others hold of them can still be proven.
///
/// A plain record, as ``EpochRecord``: all of it may be known to whoever may have a checkpoint.
public struct ErasureRecord: Sendable, Equatable {
  /// The first record whose content went.
  public let from: UInt64
  /// The last one.
  public let through: UInt64
  /// The rule, in words, such as `storage.retention.age 2592000 s`.
  public let rule: String
  /// When, RFC 3339 in UTC.
  public let time: String
  /// The log.
  public let origin: String
  /// The payload, a GeoJSON Feature in canonical JSON.
  public let payload: [UInt8]

  /// The record of log `origin` of `post`; `from` is at least 1 and at most `through`.
  public init(
    from: UInt64, through: UInt64, rule: String, origin: String, post: String, time: WallTime
  ) {
    self.init(from, through, rule, origin, post, UTCText(time).description)
  }

  private init(
    _ from: UInt64, _ through: UInt64, _ rule: String, _ origin: String, _ post: String,
    _ time: String
  ) {
    self.from = from
    self.through = through
    self.rule = rule
    self.origin = origin
    self.time = time
    func number(_ value: UInt64) -> [UInt8] { Array("\(value)".utf8) }
    let members: [(String, [UInt8])] = [
      ("erased_from", number(from)), ("erased_through", number(through)),
      ("event_id", CanonicalString.quoted("\(Self.id(from, through, origin, time))")),
      ("exercise", Array("false".utf8)), ("log", CanonicalString.quoted(origin)),
      ("post", CanonicalString.quoted(post)), ("rule", CanonicalString.quoted(rule)),
      ("time", CanonicalString.quoted(time)), ("version", number(1)),
    ]
    payload = canonicalFeature(properties: members)
  }

  /// Reads a payload; `nil` for anything that the other initialiser would not have written.
  public init?(_ payload: [UInt8]) {
    guard let feature = CanonicalObject(payload[...]),
      let properties = feature["properties"].flatMap({ CanonicalObject($0) })
    else { return nil }
    func word(_ name: String) -> String? {
      properties[name].flatMap { CanonicalString.text(of: $0) }
    }
    func number(_ name: String) -> UInt64? {
      properties[name].flatMap { UInt64(String(decoding: $0, as: UTF8.self)) }
    }
    guard let from = number("erased_from"), let through = number("erased_through"),
      let rule = word("rule"), let origin = word("log"), let post = word("post"),
      let time = word("time"), from >= 1, through >= from
    else { return nil }
    self.init(from, through, rule, origin, post, time)
    guard self.payload == payload else { return nil }
  }

  /// The header under which it stands in its log, of the moment at which it was made.
  public func header(at now: WallTime) -> EventHeader {
    EventHeader(
      kind: .erasure, id: Self.id(from, through, origin, time), version: 1, time: now,
      isExercise: false)
  }

  private static func id(
    _ from: UInt64, _ through: UInt64, _ origin: String, _ time: String
  ) -> EventID {
    EventID(naming: "erasure\n\(origin)\n\(from)\n\(through)\n\(time)")
  }
}

/// A Feature without a place; `members` in the order of their names.
func canonicalFeature(properties members: [(name: String, value: [UInt8])]) -> [UInt8] {
  let inside = members.map { CanonicalString.quoted($0.name) + [UInt8(ascii: ":")] + $0.value }
  return Array(#"{"geometry":null,"properties":{"#.utf8)
    + inside.joined(separator: [UInt8(ascii: ",")]) + Array(#"},"type":"Feature"}"#.utf8)
}

extension EventID {
  /// The id of a record that a log makes on itself: the first 128 bits of SHA-256 over a zero byte and
  /// what is said.
  init(naming said: String) {
    let bytes = TreeHash.leaf(Array(said.utf8)).bytes
    func word(_ place: Int) -> UInt64 {
      bytes[place..<place + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
    self.init(digestHigh: word(0), digestLow: word(8))
  }
}
