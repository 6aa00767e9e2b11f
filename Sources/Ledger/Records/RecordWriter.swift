/// Writes records as the tree commits to them, one after the other, in memory of its own: no
/// allocation for each. ``EventRecord`` tells their form.
///
/// A record of a crossing takes about 130 blocks of SHA-256, which is half of its time.
struct RecordWriter: ~Copyable {
  /// Characters of a digest in base 64.
  private static let digestCount = 43

  /// The fields of the event written last.
  private(set) var table: FieldTable
  /// The byte 0 of a leaf, then the record.
  private(set) var leafText: CanonicalText
  /// The disclosures one behind the other, then the texts of the digests without a field.
  private(set) var disclosures: CanonicalText
  /// Where each ends.
  private var ends = InlineArray<48, UInt32>(repeating: 0)
  /// The salts of a record that has a seed.
  private var salts: CanonicalText
  /// What a disclosure is the base 64 of, then the digests.
  private var plain: CanonicalText
  private var digests: CanonicalText
  /// The digests' places in the order of their texts.
  private var order = InlineArray<48, UInt8>(repeating: 0)

  /// Room for payloads of so many bytes.
  init(payloadMax: Int = RecordLayout.payloadBytesMax) {
    let room = payloadMax + FieldTable.derivedBytesMax(payload: payloadMax)
    table = FieldTable(payloadMax: payloadMax)
    leafText = CanonicalText(capacity: payloadMax + 4_096)
    salts = CanonicalText(capacity: EventRecord.saltBytes)
    // Each field has 30 characters around it.
    plain = CanonicalText(capacity: max(room + 32, 32 * EventRecord.slots))
    disclosures = CanonicalText(capacity: (room + 48 * 34) / 3 * 4 + 48 * 4)
    digests = CanonicalText(capacity: 48 * Self.digestCount)
  }

  /// Where the disclosure of field `index` stands in ``disclosures``.
  func disclosure(_ index: Int) -> Range<Int> {
    precondition(index >= 0 && index < table.count)
    return (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
  }

  /// Writes the record of an event; false when the record is the payload itself.
  mutating func write(_ header: EventHeader, salts: RawSpan, payload: RawSpan) -> Bool {
    switch salts.byteCount {
    case EventRecord.saltBytes:
      guard table.fill(kind: header.kind, payload: payload) else { return false }
      disclose(salts)
    case EventRecord.seedBytes:
      guard table.fill(kind: header.kind, payload: payload) else { return false }
      self.salts.clear()
      self.salts.keyStream(EventRecord.saltBytes, key: salts)
      // Lent by a value that is not written to meanwhile.
      let derived = unsafe self.salts.unsafeBytes
      disclose(unsafe derived.bytes)
    default: return false
    }
    hash()
    sortDigests()
    writeRecord(header)
    return true
  }

  /// Writes what is hashed for each salt: the disclosure of its field, base64url of
  /// `["<salt>","<name>",<value>]`, or the salt's text alone.
  private mutating func disclose(_ salts: RawSpan) {
    disclosures.clear()
    for slot in 0..<EventRecord.slots {
      let salt = salts.extracting(
        slot * EventRecord.saltSize..<(slot + 1) * EventRecord.saltSize)
      if slot < table.count {
        let field = table[slot]
        plain.clear()
        plain.literal("[\"")
        plain.base64URL(salt)
        plain.literal("\",\"")
        plain.bytes(field.name, of: table.text)
        plain.literal("\",")
        plain.bytes(field.value, of: table.text)
        plain.byte(UInt8(ascii: "]"))
        disclosures.base64URL(0..<plain.count, of: plain)
      } else {
        disclosures.base64URL(salt)
      }
      ends[slot] = UInt32(disclosures.count)
    }
  }

  private mutating func hash() {
    plain.clear()
    plain.digests(of: disclosures, ends: ends.span)
    digests.clear()
    for slot in 0..<EventRecord.slots {
      digests.base64URL(32 * slot..<32 * slot + 32, of: plain)
    }
  }

  /// By their first characters into what is nearly in order, then each to its place.
  private mutating func sortDigests() {
    var starts = InlineArray<129, UInt8>(repeating: 0)
    for slot in 0..<EventRecord.slots { starts[first(of: slot) + 1] += 1 }
    for character in 1...128 { starts[character] += starts[character - 1] }
    for slot in 0..<EventRecord.slots {
      let character = first(of: slot)
      order[Int(starts[character])] = UInt8(slot)
      starts[character] += 1
    }
    for index in 1..<EventRecord.slots {
      let slot = order[index]
      let key = leading(slot)
      var place = index
      while place > 0, isBehind(order[place - 1], key, slot) {
        order[place] = order[place - 1]
        place -= 1
      }
      order[place] = slot
    }
  }

  /// The first character of a digest, ASCII.
  private func first(of slot: Int) -> Int { Int(leading(UInt8(slot)) >> 56) }

  private func leading(_ slot: UInt8) -> UInt64 {
    digests.leading(at: Int(slot) * Self.digestCount)
  }

  /// Whether digest `a` stands behind `slot`'s, which begins with `key`.
  private func isBehind(_ a: UInt8, _ key: UInt64, _ slot: UInt8) -> Bool {
    let before = leading(a)
    return before > key
      || (before == key && digests.order(Self.digest(a), Self.digest(slot)) > 0)
  }

  /// Where the digest of a slot stands.
  private static func digest(_ slot: UInt8) -> Range<Int> {
    Int(slot) * digestCount..<(Int(slot) + 1) * digestCount
  }

  private mutating func writeRecord(_ header: EventHeader) {
    leafText.clear()
    leafText.byte(0)
    leafText.literal(#"{"_sd":["#)
    for place in 0..<EventRecord.slots {
      if place > 0 { leafText.byte(UInt8(ascii: ",")) }
      leafText.quotedDigest(at: Self.digest(order[place]).lowerBound, of: digests)
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
