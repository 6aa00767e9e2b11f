import Digests

/// Writes records as the tree commits to them, one after the other, in memory of its own: no
/// allocation for each. ``EventRecord`` tells their form.
///
/// A record of a crossing takes about 130 blocks of SHA-256, which is more than a third of its time.
struct RecordWriter: ~Copyable {
  /// Bytes around a field in what its disclosure is the base 64 of.
  private static let aroundField = 30

  /// The fields of the event written last.
  private(set) var table: FieldTable
  /// The byte 0 of a leaf, then the record.
  private(set) var leafText: CanonicalText
  /// The disclosures and then the texts of the digests without a field, each in blocks of its own.
  private(set) var disclosures: CanonicalText
  /// Where each ends, in blocks.
  private var blockEnds = InlineArray<48, UInt32>(repeating: 0)
  /// The salts of a record that has a seed, and the texts of salts.
  private var salts: CanonicalText
  private var saltTexts: CanonicalText
  /// What the disclosures are the base 64 of, and where each ends.
  private var plain: CanonicalText
  private var ends = InlineArray<48, UInt32>(repeating: 0)
  /// The digests, and their texts.
  private var digests: CanonicalText
  private var digestTexts: CanonicalText
  /// The digests in the order of their texts: the first 58 bits of the text, then the slot.
  private var order = InlineArray<48, UInt64>(repeating: 0)

  /// Room for payloads of so many bytes.
  init(payloadMax: Int = RecordLayout.payloadBytesMax) {
    let slots = EventRecord.slots
    let room = payloadMax + FieldTable.derivedBytesMax(payload: payloadMax)
    table = FieldTable(payloadMax: payloadMax)
    leafText = CanonicalText(capacity: payloadMax + 4_096)
    salts = CanonicalText(capacity: EventRecord.saltBytes)
    saltTexts = CanonicalText(capacity: slots * URLBase64.cellBytes(of: EventRecord.saltSize))
    let plainMax = room + slots * Self.aroundField
    plain = CanonicalText(capacity: plainMax)
    disclosures = CanonicalText(
      capacity: URLBase64.blockBytesMax(of: plainMax, messages: slots))
    digests = CanonicalText(capacity: 32 * slots)
    digestTexts = CanonicalText(capacity: slots * Self.digestCell)
  }

  /// Bytes that the text of a digest takes.
  private static let digestCell = URLBase64.cellBytes(of: 32)

  /// Where the disclosure of field `index` stands in ``disclosures``.
  func disclosure(_ index: Int) -> Range<Int> {
    precondition(index >= 0 && index < table.count)
    let start = index == 0 ? 0 : 64 * Int(blockEnds[index - 1])
    let count = Int(ends[index]) - (index == 0 ? 0 : Int(ends[index - 1]))
    return start..<start + Base64.count(of: count)
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

  /// Writes what is hashed for each salt, in base 64: `["<salt>","<name>",<value>]` of its field, or the
  /// salt alone. All in one go, as a processor waits when it reads in one piece what it has just written in
  /// several.
  private mutating func disclose(_ salts: RawSpan) {
    let size = EventRecord.saltSize
    saltTexts.clear()
    saltTexts.cells(salts.extracting(0..<size * table.count), of: size)
    plain.clear()
    for slot in 0..<table.count {
      let field = table[slot]
      let cell = slot * URLBase64.cellBytes(of: size)
      plain.literal("[\"")
      plain.short(cell..<cell + Base64.count(of: size), of: saltTexts)
      plain.literal("\",\"")
      plain.short(field.name, of: table.text)
      plain.literal("\",")
      plain.short(field.value, of: table.text)
      plain.byte(UInt8(ascii: "]"))
      ends[slot] = UInt32(plain.count)
    }
    let start = plain.count - size * table.count
    plain.bytes(salts.extracting(size * table.count..<size * EventRecord.slots))
    for slot in table.count..<EventRecord.slots { ends[slot] = UInt32(start + size * (slot + 1)) }
    disclosures.clear()
    var blockEnds = self.blockEnds.mutableSpan
    disclosures.messages(of: plain, ends: ends.span, blockEnds: &blockEnds)
  }

  private mutating func hash() {
    digests.clear()
    digests.digests(ofMessages: disclosures, blockEnds: blockEnds.span)
    digestTexts.clear()
    let digests = unsafe self.digests.unsafeBytes
    digestTexts.cells(unsafe digests.bytes, of: 32)
  }

  /// By their first bits into what is nearly in order, then each to its place.
  private mutating func sortDigests() {
    var starts = InlineArray<156, UInt8>(repeating: 0)
    var keys = InlineArray<48, UInt64>(repeating: 0)
    for slot in 0..<EventRecord.slots {
      let key = digestTexts.leading(at: slot * Self.digestCell) & ~63 | UInt64(slot)
      keys[slot] = key
      starts[Self.bucket(key)] &+= 1
    }
    var start: UInt8 = 0
    for bucket in starts.indices {
      let count = starts[bucket]
      starts[bucket] = start
      start &+= count
    }
    for slot in 0..<EventRecord.slots {
      let key = keys[slot]
      let bucket = Self.bucket(key)
      order[Int(starts[bucket])] = key
      starts[bucket] &+= 1
    }
    for index in 1..<EventRecord.slots {
      let key = order[index]
      var place = index
      while place > 0, isBehind(order[place - 1], key) {
        order[place] = order[place - 1]
        place -= 1
      }
      order[place] = key
    }
  }

  /// The characters stand from 45 to 122; half of them behind 85.
  @inline(__always)
  private static func bucket(_ key: UInt64) -> Int {
    let (first, second) = (Int(key >> 56), Int(key >> 48 & 0xFF))
    return 2 * (first - 45) + (second > 85 ? 1 : 0)
  }

  /// Whether digest `a` stands behind `b`.
  @inline(__always)
  private func isBehind(_ a: UInt64, _ b: UInt64) -> Bool {
    if a >> 6 != b >> 6 { return a > b }
    let (first, second) = (Self.digest(a), Self.digest(b))
    return digestTexts.order(first..<first + 43, second..<second + 43) > 0
  }

  /// Where the text of a digest stands.
  @inline(__always)
  private static func digest(_ key: UInt64) -> Int { Int(key & 63) * digestCell }

  private mutating func writeRecord(_ header: EventHeader) {
    leafText.clear()
    leafText.byte(0)
    leafText.literal(#"{"_sd":["#)
    for place in 0..<EventRecord.slots {
      if place > 0 { leafText.byte(UInt8(ascii: ",")) }
      leafText.quotedDigest(at: Self.digest(order[place]), of: digestTexts)
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
