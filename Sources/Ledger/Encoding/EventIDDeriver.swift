import Digests
import Model

/// Derives event ids: the first 128 bits of SHA-256 over fields, as a UUID of version 8.
///
/// The bytes that are hashed are a sequence of fields, each preceded by its length in four bytes,
/// big-endian, so that no two different lists of fields give the same bytes. Texts are UTF-8,
/// numbers big-endian in the width given:
///
/// | crossing | sensor health | post status |
/// |---|---|---|
/// | `vedette/crossing` | `vedette/sensor-health` | `vedette/post-status` |
/// | post | post | post |
/// | capture epoch, 8 | capture epoch, 8 | capture epoch, 8 |
/// | name of the line | source of the observation, 2 | ordinal, 8 |
/// | source of the birth observation, 2 | its sequence, 8 | |
/// | its sequence, 8 | | |
/// | branch of the birth, 4 | | |
/// | ordinal of the crossing, 4 | | |
struct EventIDDeriver: ~Copyable {
  private let captureEpoch: UInt64
  private var fields: CanonicalText

  /// A deriver for the run that `captureEpoch` names.
  init(captureEpoch: UInt64, texts: borrowing SiteTexts) {
    self.captureEpoch = captureEpoch
    fields = CanonicalText(capacity: 256 + texts.bytesPerEventMax)
  }

  /// The id of a crossing.
  mutating func id(of identity: CrossingIdentity, texts: borrowing SiteTexts) -> EventID {
    begin("vedette/crossing", texts: texts)
    fields.field(texts.lines[identity.line.index].name, of: texts)
    field(UInt64(identity.birthSource.rawValue), width: 2)
    field(identity.birthSequence, width: 8)
    field(UInt64(identity.birthBranch), width: 4)
    field(UInt64(identity.ordinal), width: 4)
    return digest()
  }

  /// The id of a change of a sensor's health.
  mutating func id(of event: SensorHealthEvent, texts: borrowing SiteTexts) -> EventID {
    begin("vedette/sensor-health", texts: texts)
    field(UInt64(event.source.rawValue), width: 2)
    field(event.sequence, width: 8)
    return digest()
  }

  /// The id of a word of the post on itself.
  mutating func id(of event: PostStatusEvent, texts: borrowing SiteTexts) -> EventID {
    begin("vedette/post-status", texts: texts)
    field(event.ordinal, width: 8)
    return digest()
  }

  private mutating func begin(_ domain: StaticString, texts: borrowing SiteTexts) {
    fields.clear()
    fields.bigEndian(UInt64(domain.utf8CodeUnitCount), width: 4)
    fields.literal(domain)
    fields.field(texts.post, of: texts)
    field(captureEpoch, width: 8)
  }

  private mutating func field(_ value: UInt64, width: Int) {
    fields.bigEndian(UInt64(width), width: 4)
    fields.bigEndian(value, width: width)
  }

  private func digest() -> EventID {
    var digest = SHA256Digest()
    fields.withBytes { digest.update($0) }
    let words = digest.finish()
    return EventID(
      digestHigh: UInt64(words[0]) << 32 | UInt64(words[1]),
      digestLow: UInt64(words[2]) << 32 | UInt64(words[3]))
  }
}
