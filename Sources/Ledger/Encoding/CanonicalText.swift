import Digests
import Glibc

/// A fixed buffer that canonical JSON (RFC 8785) is written into, piece by piece and without
/// allocation; the caller writes the keys in their sorted order.
///
/// Numbers come as scaled integers, never as floating point: the decimal form without trailing
/// zeros of a number of at most 15 digits is the shortest that reads back as the same double, so it
/// is what RFC 8785, section 3.2.2.3 asks for. That form would turn to an exponent below 10^-6;
/// ``decimal(_:places:)`` avoids that range.
@safe
struct CanonicalText: ~Copyable {
  /// The most bytes it holds.
  let capacity: Int
  /// How many bytes are written.
  private(set) var count = 0
  private let base: UnsafeMutablePointer<UInt8>
  /// Bytes behind the capacity that may be read and written and say nothing, so that short texts are
  /// copied in whole vectors.
  private static let slack = 32

  /// An empty buffer.
  init(capacity: Int) {
    self.capacity = capacity
    unsafe base = .allocate(capacity: capacity + Self.slack)
  }

  deinit { unsafe base.deallocate() }

  /// Lends what is written.
  func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let written = unsafe UnsafeRawBufferPointer(start: base, count: count)
    return try unsafe body(written.bytes)
  }

  /// Lends what is written to a C-like consumer.
  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// What is written, as long as nothing is written to it.
  var unsafeBytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base, count: count)
  }

  /// Forgets what is written.
  mutating func clear() { count = 0 }

  /// Takes `more` bytes of room and says where they begin.
  @inline(__always)
  mutating func claim(_ more: Int) -> UnsafeMutablePointer<UInt8> {
    precondition(
      more <= capacity - count, "an event is larger than the room computed for this site")
    defer { count += more }
    return unsafe base + count
  }

  /// Appends ASCII text as it is.
  @inline(__always)
  mutating func literal(_ text: StaticString) {
    let size = text.utf8CodeUnitCount
    unsafe claim(size).update(from: text.utf8Start, count: size)
  }

  /// Appends one byte.
  @inline(__always)
  mutating func byte(_ value: UInt8) { unsafe claim(1).pointee = value }

  /// Appends bytes as they are.
  mutating func bytes(_ source: RawSpan) {
    let size = source.byteCount
    guard size > 0 else { return }
    let target = unsafe claim(size)
    _ = unsafe source.withUnsafeBytes { unsafe memcpy(target, $0.baseAddress!, size) }
  }

  /// Appends a word of our own vocabulary as a JSON string; it needs no escapes.
  mutating func word(_ text: StaticString) {
    byte(UInt8(ascii: "\""))
    literal(text)
    byte(UInt8(ascii: "\""))
  }

  /// Appends `true` or `false`.
  mutating func boolean(_ value: Bool) { literal(value ? "true" : "false") }

  // MARK: - What is written

  /// Where the bytes of `range` begin, all of which are written.
  @inline(__always)
  private func written(_ range: Range<Int>) -> UnsafePointer<UInt8> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe UnsafePointer(base + range.lowerBound)
  }

  /// A copy of what is written at `range`.
  func copy(of range: Range<Int>) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: written(range), count: range.count))
  }

  /// Appends what is written at `range` once more.
  mutating func again(_ range: Range<Int>) {
    let source = unsafe written(range)
    _ = unsafe memcpy(claim(range.count), source, range.count)
  }

  /// Appends what `other` has written at `range`.
  mutating func bytes(_ range: Range<Int>, of other: borrowing CanonicalText) {
    _ = unsafe memcpy(claim(range.count), other.written(range), range.count)
  }

  /// Appends what `other` has written at `range`, a short text, by whole vectors.
  @inline(__always)
  mutating func short(_ range: Range<Int>, of other: borrowing CanonicalText) {
    let source = unsafe UnsafeRawPointer(other.written(range))
    let target = unsafe UnsafeMutableRawPointer(claim(range.count))
    // Both have room behind them.
    var place = 0
    repeat {
      let vector = unsafe source.loadUnaligned(fromByteOffset: place, as: SIMD16<UInt8>.self)
      unsafe target.storeBytes(of: vector, toByteOffset: place, as: SIMD16<UInt8>.self)
      place &+= 16
    } while place < range.count
  }

  /// Appends what `plain` has written up to each of `ends` as messages (``URLBase64``).
  mutating func messages(
    of plain: borrowing CanonicalText, ends: Span<UInt32>, blockEnds: inout MutableSpan<UInt32>
  ) {
    let room = URLBase64.blockBytesMax(of: plain.count, messages: ends.count)
    precondition(room <= capacity - count)
    let source = unsafe UnsafeRawBufferPointer(start: plain.base, count: plain.count + Self.slack)
    let target = unsafe UnsafeMutableRawBufferPointer(
      start: base + count, count: room + URLBase64.slack)
    var blocks = unsafe target.mutableBytes
    unsafe URLBase64.writeMessages(source.bytes, ends: ends, to: &blocks, blockEnds: &blockEnds)
    count += ends.isEmpty ? 0 : 64 * Int(blockEnds[ends.count - 1])
  }

  /// Appends the digests of the messages that are all `other` has written.
  mutating func digests(ofMessages other: borrowing CanonicalText, blockEnds: Span<UInt32>) {
    let size = 32 * blockEnds.count
    let target = unsafe UnsafeMutableRawBufferPointer(start: claim(size), count: size)
    var digests = unsafe target.mutableBytes
    let source = unsafe UnsafeRawBufferPointer(start: other.base, count: other.count)
    unsafe SHA256Digest.writePadded(source.bytes, blockEnds: blockEnds, to: &digests)
  }

  /// Appends the base 64 of the pieces of `size` bytes that `bytes` is made of, each in a cell
  /// (``URLBase64``).
  mutating func cells(_ bytes: RawSpan, of size: Int) {
    let room = bytes.byteCount / size * URLBase64.cellBytes(of: size)
    let target = unsafe UnsafeMutableRawBufferPointer(start: claim(room), count: room)
    var cells = unsafe target.mutableBytes
    URLBase64.writeCells(bytes, of: size, to: &cells)
  }

  /// Appends the digests of the texts that `other` has written and that end at `ends`.
  mutating func digests(of other: borrowing CanonicalText, ends: Span<UInt32>) {
    let size = 32 * ends.count
    let target = unsafe UnsafeMutableRawBufferPointer(start: claim(size), count: size)
    var digests = unsafe target.mutableBytes
    let source = unsafe UnsafeRawBufferPointer(start: other.base, count: other.count)
    unsafe SHA256Digest.write(source.bytes, ends: ends, to: &digests)
  }

  /// Appends the 43 characters of a digest that `other` has written at `offset` as a JSON string.
  mutating func quotedDigest(at offset: Int, of other: borrowing CanonicalText) {
    let source = unsafe UnsafeRawPointer(other.written(offset..<offset + 43))
    let target = unsafe UnsafeMutableRawPointer(claim(45))
    unsafe target.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
    // A fixed length, so that it is a few moves and no call.
    unsafe (target + 1).copyMemory(from: source, byteCount: 43)
    unsafe target.storeBytes(of: UInt8(ascii: "\""), toByteOffset: 44, as: UInt8.self)
  }

  /// Appends the first `size` bytes of the stream of `key`.
  mutating func keyStream(_ size: Int, key: RawSpan) {
    let target = unsafe UnsafeMutableRawBufferPointer(start: claim(size), count: size)
    var bytes = unsafe target.mutableBytes
    AES256Stream.fill(&bytes, key: key)
  }

  /// The order of the bytes of two ranges: negative, 0 or positive.
  func order(_ a: Range<Int>, _ b: Range<Int>) -> Int {
    let order = unsafe memcmp(written(a), written(b), min(a.count, b.count))
    return order == 0 ? a.count - b.count : Int(order)
  }

  /// The first eight bytes of `range`, which order as they do; zeros where it is shorter.
  @inline(__always)
  func key(_ range: Range<Int>) -> UInt64 {
    // There is room behind what is written.
    let word = unsafe UnsafeRawPointer(written(range)).loadUnaligned(as: UInt64.self)
    return word.bigEndian & ~(UInt64.max >> UInt64(8 * min(range.count, 8)))
  }

  /// The eight bytes at `offset` as a number that orders as they do.
  func leading(at offset: Int) -> UInt64 {
    unsafe UnsafeRawPointer(written(offset..<offset + 8)).loadUnaligned(as: UInt64.self).bigEndian
  }
}
