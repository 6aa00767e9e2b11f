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

  /// An empty buffer.
  init(capacity: Int) {
    self.capacity = capacity
    unsafe base = .allocate(capacity: capacity)
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
  private mutating func claim(_ more: Int) -> UnsafeMutablePointer<UInt8> {
    precondition(
      more <= capacity - count, "an event is larger than the room computed for this site")
    defer { count += more }
    return unsafe base + count
  }

  /// Appends ASCII text as it is.
  mutating func literal(_ text: StaticString) {
    let size = text.utf8CodeUnitCount
    unsafe claim(size).update(from: text.utf8Start, count: size)
  }

  /// Appends one byte.
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

  /// Appends a whole number, clamped to what every JSON reader keeps exactly (RFC 7493, 2.2).
  mutating func integer(_ value: Int64) { decimal(value, places: 0) }

  /// Appends a count, clamped like ``integer(_:)``.
  mutating func integer(_ value: UInt64) {
    integer(Int64(min(value, UInt64(Self.magnitudeMax))))
  }

  /// Largest magnitude of the digits of a number: 15 digits always survive a double.
  static let magnitudeMax: Int64 = 999_999_999_999_999

  /// Appends `scaled` · 10^-`places` in the shortest decimal form.
  ///
  /// With more than 6 places a magnitude below 10^-6 is rounded to 6 places, because RFC 8785 would
  /// write it with an exponent.
  ///
  /// - Parameters:
  ///   - scaled: clamped to ±(10^15 - 1).
  ///   - places: digits after the point, 0 ... 9.
  mutating func decimal(_ scaled: Int64, places: Int) {
    var digits = UInt64(min(scaled.magnitude, UInt64(Self.magnitudeMax)))
    var places = places
    if places > 6 {
      var unit: UInt64 = 1
      for _ in 6..<places { unit *= 10 }
      if digits < unit {
        digits = (digits + unit / 2) / unit
        places = 6
      }
    }
    while places > 0, digits % 10 == 0 {
      digits /= 10
      places -= 1
    }
    if scaled < 0, digits > 0 { byte(UInt8(ascii: "-")) }
    // Digits from the right; at least one stands before the point.
    var text = InlineArray<20, UInt8>(repeating: 0)
    var start = 20
    var done = 0
    while digits > 0 || done <= places {
      if done == places, places > 0 {
        start -= 1
        text[start] = UInt8(ascii: ".")
      }
      start -= 1
      text[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digits % 10)
      digits /= 10
      done += 1
    }
    for place in start..<20 { byte(text[place]) }
  }

  /// Appends `value` rounded to `places` digits after the point, ties to even; 0 when it is not a
  /// number, the largest magnitude when it is infinite.
  mutating func number(_ value: Double, places: Int) {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (value * scale).rounded(.toNearestOrEven)
    let limit = Double(Self.magnitudeMax)
    decimal(scaled.isNaN ? 0 : Int64(max(-limit, min(limit, scaled))), places: places)
  }

  /// Appends the lower-case hexadecimal text of `id` as a JSON string.
  mutating func uuid(_ id: EventID) {
    byte(UInt8(ascii: "\""))
    hexadecimal(id)
    byte(UInt8(ascii: "\""))
  }

  /// Appends the lower-case hexadecimal text of `id`.
  mutating func hexadecimal(_ id: EventID) {
    for place in 0..<32 {
      if place == 8 || place == 12 || place == 16 || place == 20 { byte(UInt8(ascii: "-")) }
      byte(id.digit(at: place))
    }
  }

  /// Appends a moment as a JSON string.
  mutating func timestamp(_ text: TimestampText) {
    byte(UInt8(ascii: "\""))
    for place in 0..<TimestampText.count { byte(text.bytes[place]) }
    byte(UInt8(ascii: "\""))
  }

  /// Appends `value` in `width` bytes, most significant first.
  mutating func bigEndian(_ value: UInt64, width: Int) {
    for place in stride(from: width - 1, through: 0, by: -1) {
      byte(UInt8(truncatingIfNeeded: value >> UInt64(8 * place)))
    }
  }

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

  /// Appends what `other` has written at `range` in base 64 for URLs, not padded.
  mutating func base64URL(_ range: Range<Int>, of other: borrowing CanonicalText) {
    let source = unsafe UnsafeRawBufferPointer(start: other.written(range), count: range.count)
    unsafe Base64.encodeURL(source, to: claim(Base64.count(of: range.count)))
  }

  /// Appends `source` in base 64 for URLs, not padded.
  mutating func base64URL(_ source: RawSpan) {
    let target = unsafe claim(Base64.count(of: source.byteCount))
    unsafe source.withUnsafeBytes { unsafe Base64.encodeURL($0, to: target) }
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

  /// The eight bytes at `offset` as a number that orders as they do.
  func leading(at offset: Int) -> UInt64 {
    unsafe UnsafeRawPointer(written(offset..<offset + 8)).loadUnaligned(as: UInt64.self).bigEndian
  }
}
