/// A field of characters, as many bytes as the dialect says, filled up with zeros.
public struct WireText<let count: Int>: BitwiseCopyable, Hashable, Sendable,
  ExpressibleByStringLiteral
{
  private var storage = InlineArray<count, UInt8>(repeating: 0)

  /// The beginning of `text`, as many of its UTF-8 bytes as there is room for.
  public init(_ text: String) {
    for (index, byte) in text.utf8.prefix(count).enumerated() { storage[index] = byte }
  }

  /// The same for a literal.
  public init(stringLiteral text: String) { self.init(text) }

  /// The characters of a payload from `offset` on.
  init(_ payload: RawSpan, at offset: Int) {
    for index in 0..<count { storage[index] = payload.wireInteger(at: offset + index) }
  }

  /// The byte at `index`, 0 ..< `count`.
  public subscript(index: Int) -> UInt8 { storage[index] }

  /// The text before the first zero; what is no UTF-8 is replaced. Allocates: for people.
  public var text: String {
    var bytes: [UInt8] = []
    for index in 0..<count {
      guard storage[index] != 0 else { break }
      bytes.append(storage[index])
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether all bytes are the same.
  public static func == (a: Self, b: Self) -> Bool {
    for index in 0..<count where a.storage[index] != b.storage[index] { return false }
    return true
  }

  /// Feeds all bytes to `hasher`.
  public func hash(into hasher: inout Hasher) {
    for index in 0..<count { hasher.combine(storage[index]) }
  }
}
