/// The leaves of many records: their texts are gathered and hashed together, which is twice as fast as
/// one by one (``SHA256Digest/write(_:ends:to:)``).
struct LeafWriter: ~Copyable {
  /// Records hashed together at most.
  private static let batchMax = 32

  private var writer = RecordWriter()
  private var texts = CanonicalText(capacity: RecordLayout.payloadBytesMax * 2)
  private var ends = InlineArray<32, UInt32>(repeating: 0)
  private var count = 0
  private var digests = CanonicalText(capacity: 32 * LeafWriter.batchMax)
  private var leaves: [TreeHash] = []

  /// Puts the record of an event behind the others.
  mutating func append(_ header: EventHeader, salts: RawSpan, payload: RawSpan) {
    if writer.write(header, salts: salts, payload: payload) {
      makeRoom(writer.leafText.count)
      texts.bytes(0..<writer.leafText.count, of: writer.leafText)
    } else {
      makeRoom(payload.byteCount + 1)
      texts.byte(0)
      texts.bytes(payload)
    }
    ends[count] = UInt32(texts.count)
    count += 1
    if count == Self.batchMax { hash() }
  }

  /// The leaves of all records since the last time, in order.
  mutating func take() -> [TreeHash] {
    hash()
    let taken = leaves
    leaves = []
    leaves.reserveCapacity(taken.count)
    return taken
  }

  private mutating func makeRoom(_ count: Int) {
    if count > texts.capacity - texts.count { hash() }
  }

  private mutating func hash() {
    guard count > 0 else { return }
    digests.clear()
    digests.digests(of: texts, ends: ends.span.extracting(0..<count))
    for index in 0..<count { leaves.append(TreeHash(digests, at: 32 * index)) }
    texts.clear()
    count = 0
  }
}
