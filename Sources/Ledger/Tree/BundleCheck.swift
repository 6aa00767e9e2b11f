import Digests

/// Checks release bundles under one checkpoint, one after the other, with memory of its own: what a center
/// does that takes thousands a second.
///
/// It knows the one form that bundles of events have and says of those that are sound what they open.
/// Anything else it leaves to ``ReleaseBundle``, which says what is wrong: what is sound here is sound
/// there, and opens the same.
public struct BundleCheck: ~Copyable {
  /// What a disclosure opens, as places in ``plain``.
  public struct Field: Sendable, Equatable {
    /// Its name.
    public var name: Range<Int>
    /// Its value. It is JSON only if it equals a value that was read elsewhere: it is not looked at here.
    public var value: Range<Int>
  }

  /// Characters of a digest in base 64.
  private static let digestCount = 43

  /// The texts of what the disclosures open.
  public private(set) var plain: [UInt8] = []
  /// What they open, each name once.
  public private(set) var fields: [Field] = []
  /// Which leaf the record is.
  public private(set) var index: UInt64 = 0

  /// What follows the hashes of each proof, to its end.
  private let noteText: [UInt8]
  private var path: ProvenPath
  private var hashes: [TreeHash] = []
  /// The disclosures, and behind them the leaf's text: what is hashed, and where each ends.
  private var messages: [UInt8] = []
  private var ends: [UInt32] = []
  private var digests: [UInt8] = []
  private var digestTexts: [UInt8] = []

  /// Checks under `checkpoint`, which is what `note` says and whose signature was checked.
  public init(_ note: SignedNote, _ checkpoint: Checkpoint) {
    noteText = Array(CanonicalString.quoted(note.description).dropFirst())
    path = ProvenPath(size: checkpoint.size, root: checkpoint.root)
  }

  /// Whether the bundle `json` is sound: its proof leads from its record to the root, each disclosure opens
  /// one of the record's digests, and behind the digests the record says `tail`, beginning with `]`.
  public mutating func open(_ json: ArraySlice<UInt8>, tail: [UInt8]) -> Bool {
    plain.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
    messages.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    guard json.count <= ReleaseBundle.byteCountMax else { return false }
    let span = json.span
    let text = unsafe span.bytes
    var place = 0
    guard text.pass(#"{"disclosures":["#, &place), takeDisclosures(text, &place),
      text.pass(#"],"proof":""#, &place), takeProof(text, &place),
      text.pass(#","record":""#, &place), takeRecord(text, tail, &place),
      text.pass(#""}"#, &place), place == text.byteCount
    else { return false }
    return isProven()
  }

  // MARK: - Reading

  private mutating func takeDisclosures(_ text: RawSpan, _ place: inout Int) -> Bool {
    while place < text.byteCount, text.unsafeLoadByte(place) != UInt8(ascii: "]") {
      if !fields.isEmpty { guard text.pass(",", &place) else { return false } }
      guard fields.count < EventRecord.slots, text.pass("\"", &place) else { return false }
      let start = place
      let opened = plain.count
      guard Base64.appendURL(text, at: &place, to: &plain), takeField(from: opened) else {
        return false
      }
      messages.append(text, start..<place)
      ends.append(UInt32(messages.count))
      guard text.pass("\"", &place) else { return false }
    }
    return true
  }

  /// Takes `["<salt>","<name>",<value>]`, which stands at the end of ``plain``.
  private mutating func takeField(from start: Int) -> Bool {
    let opened = plain
    let text = unsafe opened.span.bytes
    var place = start
    guard text.pass("[\"", &place), let salt = text.word(from: place) else { return false }
    place = salt
    guard text.pass("\",\"", &place), let end = text.word(from: place) else { return false }
    let name = place..<end
    place = end
    guard text.pass("\",", &place), place < text.byteCount - 1,
      text.unsafeLoadByte(text.byteCount - 1) == UInt8(ascii: "]")
    else { return false }
    for field in fields where field.name.count == name.count {
      guard !text.extracting(field.name).isSame(as: text.extracting(name)) else { return false }
    }
    fields.append(Field(name: name, value: place..<text.byteCount - 1))
    return true
  }

  private mutating func takeProof(_ text: RawSpan, _ place: inout Int) -> Bool {
    hashes.removeAll(keepingCapacity: true)
    guard text.pass(#"c2sp.org/tlog-proof@v1\nindex "#, &place) else { return false }
    let start = place
    index = 0
    while place < text.byteCount, place - start < 18 {
      let digit = text.unsafeLoadByte(place) &- 0x30
      guard digit < 10 else { break }
      index = index * 10 + UInt64(digit)
      place += 1
    }
    // One text for each number.
    guard place > start, place == start + 1 || text.unsafeLoadByte(start) != 0x30,
      text.pass(#"\n"#, &place)
    else { return false }
    while !text.pass(#"\n"#, &place) {
      guard hashes.count < 64, let hash = Base64.hash(text, at: place) else { return false }
      hashes.append(hash)
      place += 44
      guard text.pass(#"\n"#, &place) else { return false }
    }
    let end = place + noteText.count
    guard end <= text.byteCount,
      unsafe text.extracting(place..<end).isSame(as: noteText.span.bytes)
    else { return false }
    place = end
    return true
  }

  /// Takes the record, whose quotation marks are escaped in `text`.
  private mutating func takeRecord(
    _ text: RawSpan, _ tail: [UInt8], _ place: inout Int
  ) -> Bool {
    messages.append(0)
    messages.append(contentsOf: #"{"_sd":["#.utf8)
    guard text.pass(#"{\"_sd\":["#, &place) else { return false }
    for slot in 0..<EventRecord.slots {
      if slot > 0 {
        guard text.pass(",", &place) else { return false }
        messages.append(UInt8(ascii: ","))
      }
      let end = place + 2 + Self.digestCount
      guard text.pass(#"\""#, &place), text.isSymbols(place, Self.digestCount) else {
        return false
      }
      messages.append(UInt8(ascii: "\""))
      messages.append(text, place..<end)
      place = end
      guard text.pass(#"\""#, &place) else { return false }
      messages.append(UInt8(ascii: "\""))
    }
    for byte in tail {
      guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") else { return false }
      if byte == UInt8(ascii: "\"") {
        guard text.pass(#"\""#, &place) else { return false }
      } else {
        guard place < text.byteCount, text.unsafeLoadByte(place) == byte else { return false }
        place += 1
      }
    }
    messages.append(contentsOf: tail)
    ends.append(UInt32(messages.count))
    return true
  }

  // MARK: - Checking

  private mutating func isProven() -> Bool {
    let count = ends.count
    let room = count * 32
    if digests.count < room { digests = [UInt8](repeating: 0, count: room) }
    let cell = URLBase64.cellBytes(of: 32)
    if digestTexts.count < count * cell {
      digestTexts = [UInt8](repeating: 0, count: count * cell)
    }
    let (messages, ends) = (messages, ends)
    do {
      var target = digests.mutableSpan
      var bytes = unsafe target.mutableBytes
      unsafe SHA256Digest.write(messages.span.bytes, ends: ends.span, to: &bytes)
    }
    let digests = digests
    do {
      var target = digestTexts.mutableSpan
      var bytes = unsafe target.mutableBytes
      unsafe URLBase64.writeCells(digests.span.bytes.extracting(0..<room), of: 32, to: &bytes)
    }
    // The record's digests stand behind its first byte and the name of their list.
    let record = count > 1 ? Int(ends[count - 2]) : 0
    let first = record + 1 + 9
    let text = unsafe messages.span.bytes
    let digestTexts = digestTexts
    let found = unsafe digestTexts.span.bytes
    for field in 0..<count - 1 {
      let wanted = found.extracting(field * cell..<field * cell + Self.digestCount)
      let key = unsafe wanted.unsafeLoadUnaligned(as: UInt64.self)
      var isThere = false
      for slot in 0..<EventRecord.slots where !isThere {
        let start = first + slot * (Self.digestCount + 3)
        isThere =
          unsafe text.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self) == key
          && text.extracting(start..<start + Self.digestCount).isSame(as: wanted)
      }
      guard isThere else { return false }
    }
    guard let leaf = TreeHash(digests[(room - 32)..<room]) else { return false }
    return path.includes(leaf, index: index, proof: hashes)
  }
}

extension RawSpan {
  /// Passes `word`, where it stands at `place`.
  @inline(__always)
  fileprivate func pass(_ word: StaticString, _ place: inout Int) -> Bool {
    let count = word.utf8CodeUnitCount
    guard place >= 0, byteCount - place >= count else { return false }
    for offset in 0..<count {
      guard unsafeLoadByte(place + offset) == (unsafe word.utf8Start[offset]) else { return false }
    }
    place += count
    return true
  }

  /// Where the string without escapes that begins at `place` ends; `nil` when it does not.
  fileprivate func word(from place: Int) -> Int? {
    var end = place
    while end < byteCount {
      let byte = unsafeLoadByte(end)
      if byte == UInt8(ascii: "\"") { return end }
      guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") else { return nil }
      end += 1
    }
    return nil
  }

  /// Whether the `count` bytes at `place`, 8 at least, are there and are neither control characters, quotation
  /// marks, backslashes nor beyond ASCII.
  fileprivate func isSymbols(_ place: Int, _ count: Int) -> Bool {
    guard place >= 0, count >= 8, byteCount - place >= count else { return false }
    let ones: UInt64 = 0x0101_0101_0101_0101
    var strange: UInt64 = 0
    var offset = 0
    while true {
      let bytes = unsafe unsafeLoadUnaligned(
        fromUncheckedByteOffset: place + offset, as: UInt64.self)
      let quotes = bytes ^ (ones &* 0x22)
      let escapes = bytes ^ (ones &* 0x5C)
      // A byte's high bit is set by the subtraction where it is 0, or below 0x20, and was not set before.
      strange |= (quotes &- ones) & ~quotes | (escapes &- ones) & ~escapes
      strange |= (bytes &- ones &* 0x20) & ~bytes | bytes
      if offset == count - 8 { return strange & (ones &* 0x80) == 0 }
      offset = min(offset + 8, count - 8)
    }
  }

  /// Whether both have the same bytes.
  @inline(__always)
  fileprivate func isSame(as other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    var place = 0
    while byteCount - place >= 8 {
      let own = unsafe unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self)
      guard unsafe own == other.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self) else {
        return false
      }
      place += 8
    }
    while place < byteCount {
      guard unsafeLoadByte(place) == other.unsafeLoadByte(place) else { return false }
      place += 1
    }
    return true
  }
}

extension [UInt8] {
  /// Appends what `text` has in `range`.
  fileprivate mutating func append(_ text: RawSpan, _ range: Range<Int>) {
    unsafe text.extracting(range).withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}
