import Digests

/// An event as the tree commits to it: canonical JSON (RFC 8785) with a salted digest for each field
/// instead of the field (RFC 9901, section 4.2), and the disclosures that open them.
///
/// ```
/// {"_sd":["…"],"_sd_alg":"sha-256","disposition":"reported","exercise":false,
///  "id":"…/1","type":"org.vedette.crossing.v1","v":1}
/// ```
///
/// A disclosure is base64url of `["<salt>","<name>",<value>]`; its digest is base64url of SHA-256
/// over that text. There are always ``slots`` digests, those without a field over a random text (RFC
/// 9901, section 4.2.5), so that their number says nothing. A pure function of header, payload and
/// salts; verifiers need none of this code, only the bytes.
public struct EventRecord: Sendable, Equatable {
  /// Digests in every record.
  public static let slots = EventFields.countMax
  /// Bytes of a salt: 128 bits, so that a field of few possible values cannot be guessed.
  public static let saltSize = 16
  /// Bytes of the salts of a record that stores them.
  public static let saltBytes = slots * saltSize
  /// Bytes of the seed of a record that stores one instead: the salts are the first ``saltBytes`` of
  /// AES-256's stream under it (``AES256Stream``). Salts that are told say nothing of the others.
  public static let seedBytes = 32

  /// What opens one digest.
  public struct Disclosure: Sendable, Equatable {
    /// Name of the field.
    public var name: String
    /// The text, ASCII.
    public var text: String
  }

  /// The record: what the leaf of the tree is the hash of.
  public let bytes: [UInt8]
  /// The disclosures in the order of the fields' names; empty for a record without salts.
  public let disclosures: [Disclosure]

  /// The leaf of the tree.
  public var leaf: TreeHash { .leaf(bytes) }

  /// The record of an event.
  ///
  /// Without salts, as logs of earlier versions and the release log have it, or with a payload that
  /// is no event of ours, the record is the payload itself: it can be proven as a whole only.
  ///
  /// - Parameter salts: ``saltBytes`` of salts, a seed of ``seedBytes``, or nothing.
  public init(header: EventHeader, salts: [UInt8], payload: [UInt8]) {
    var writer = RecordWriter(payloadMax: payload.count)
    guard unsafe writer.write(header, salts: salts.span.bytes, payload: payload.span.bytes) else {
      bytes = payload
      disclosures = []
      return
    }
    bytes = writer.leafText.copy(of: 1..<writer.leafText.count)
    var disclosures: [Disclosure] = []
    disclosures.reserveCapacity(writer.table.count)
    for index in 0..<writer.table.count {
      let name = writer.table.text.copy(of: writer.table[index].name)
      let text = writer.disclosures.copy(of: writer.disclosure(index))
      disclosures.append(
        Disclosure(
          name: String(decoding: name, as: UTF8.self), text: String(decoding: text, as: UTF8.self)))
    }
    self.disclosures = disclosures
  }

  /// The digest of a disclosure, as the record carries it.
  static func digest(_ text: [UInt8]) -> [UInt8] {
    var digest = SHA256Digest()
    unsafe digest.update(text.span.bytes)
    return Base64.encodeURL(TreeHash(digest.finish()).bytes)
  }
}
