/// Writes records as the tree commits to them, one after the other, in memory of its own: no
/// allocation for each. ``EventRecord`` tells their form.
///
/// A record of a crossing takes about 130 blocks of SHA-256, which is most of its time.
struct RecordWriter: ~Copyable {
  /// Characters of a digest in base 64.
  private static let digestCount = 43

  /// The fields of the event written last.
  private(set) var table: FieldTable
  /// The byte 0 of a leaf, then the record.
  private(set) var leafText: CanonicalText
  /// The disclosures, one behind the other.
  private(set) var disclosures: CanonicalText
  /// Where each begins, and where the last one ends.
  private var starts = InlineArray<49, Int>(repeating: 0)
  /// What a disclosure is the base 64 of.
  private var plain: CanonicalText
  private var digests: CanonicalText
  /// The digests' places in the order of their texts.
  private var order = InlineArray<48, Int>(repeating: 0)

  /// Room for payloads of so many bytes.
  init(payloadMax: Int = RecordLayout.payloadBytesMax) {
    let room = payloadMax + FieldTable.derivedBytesMax(payload: payloadMax)
    table = FieldTable(payloadMax: payloadMax)
    leafText = CanonicalText(capacity: payloadMax + 4_096)
    // Each field has 30 characters around it, and 32 are left for a digest.
    plain = CanonicalText(capacity: room + 64)
    disclosures = CanonicalText(capacity: (room + 48 * 34) / 3 * 4 + 48 * 4)
    digests = CanonicalText(capacity: 48 * Self.digestCount)
  }

  /// The leaf of the record of an event.
  mutating func leaf(_ header: EventHeader, salts: RawSpan, payload: RawSpan) -> TreeHash {
    guard write(header, salts: salts, payload: payload) else { return .leaf(payload) }
    return TreeHash(leafText.sha256(0..<leafText.count))
  }

  /// Where the disclosure of field `index` stands in ``disclosures``.
  func disclosure(_ index: Int) -> Range<Int> {
    precondition(index >= 0 && index < table.count)
    return starts[index]..<starts[index + 1]
  }

  /// Writes the record of an event; false when the record is the payload itself.
  mutating func write(_ header: EventHeader, salts: RawSpan, payload: RawSpan) -> Bool {
    guard salts.byteCount == EventRecord.saltBytes,
      table.fill(kind: header.kind, payload: payload)
    else { return false }
    disclosures.clear()
    digests.clear()
    for slot in 0..<EventRecord.slots {
      let salt = salts.extracting(
        slot * EventRecord.saltSize..<(slot + 1) * EventRecord.saltSize)
      let digest = slot < table.count ? disclose(slot, salt) : decoy(salt)
      plain.clear()
      plain.digest(digest)
      digests.base64URL(0..<32, of: plain)
    }
    sortDigests()
    writeRecord(header)
    return true
  }

  /// Writes the disclosure of field `index`: base64url of `["<salt>","<name>",<value>]`.
  private mutating func disclose(_ index: Int, _ salt: RawSpan) -> SIMD8<UInt32> {
    let field = table[index]
    plain.clear()
    plain.literal("[\"")
    plain.base64URL(salt)
    plain.literal("\",\"")
    plain.bytes(field.name, of: table.text)
    plain.literal("\",")
    plain.bytes(field.value, of: table.text)
    plain.byte(UInt8(ascii: "]"))
    let start = disclosures.count
    disclosures.base64URL(0..<plain.count, of: plain)
    starts[index] = start
    starts[index + 1] = disclosures.count
    return disclosures.sha256(start..<disclosures.count)
  }

  /// A digest without a field.
  private mutating func decoy(_ salt: RawSpan) -> SIMD8<UInt32> {
    plain.clear()
    plain.base64URL(salt)
    return plain.sha256(0..<plain.count)
  }

  private mutating func sortDigests() {
    var keys = InlineArray<48, UInt64>(repeating: 0)
    for slot in 0..<EventRecord.slots {
      let key = digests.leading(at: slot * Self.digestCount)
      var place = slot
      while place > 0,
        keys[place - 1] > key || isBehind(keys[place - 1], order[place - 1], key, slot)
      {
        keys[place] = keys[place - 1]
        order[place] = order[place - 1]
        place -= 1
      }
      keys[place] = key
      order[place] = slot
    }
  }

  /// Whether a digest stands behind another that begins as it does.
  private func isBehind(_ aKey: UInt64, _ a: Int, _ bKey: UInt64, _ b: Int) -> Bool {
    aKey == bKey && digests.order(Self.digest(a), Self.digest(b)) > 0
  }

  /// Where the digest of a slot stands.
  private static func digest(_ slot: Int) -> Range<Int> {
    slot * digestCount..<(slot + 1) * digestCount
  }

  private mutating func writeRecord(_ header: EventHeader) {
    leafText.clear()
    leafText.byte(0)
    leafText.literal(#"{"_sd":["#)
    for place in 0..<EventRecord.slots {
      leafText.literal(place == 0 ? "\"" : ",\"")
      leafText.bytes(Self.digest(order[place]), of: digests)
      leafText.byte(UInt8(ascii: "\""))
    }
    leafText.literal(#"],"_sd_alg":"sha-256""#)
    if let disposition = table.disposition {
      leafText.literal(#","disposition":""#)
      leafText.bytes(disposition, of: table.text)
      leafText.byte(UInt8(ascii: "\""))
    }
    leafText.literal(#","exercise":"#)
    leafText.boolean(header.isExercise)
    leafText.literal(#","id":""#)
    leafText.hexadecimal(header.id)
    leafText.byte(UInt8(ascii: "/"))
    leafText.integer(Int64(header.version))
    leafText.literal(#"","type":"#)
    leafText.word(header.kind.typeName)
    leafText.literal(#","v":1}"#)
  }
}
