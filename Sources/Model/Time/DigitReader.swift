/// Reads digits and single signs from the front of an ASCII text.
struct DigitReader<Text: Collection> where Text.Element == UInt8 {
  private var rest: Text.SubSequence

  init(_ text: Text) { rest = text[...] }

  /// Whether nothing is left.
  var isAtEnd: Bool { rest.isEmpty }

  /// The number of exactly `count` digits; nothing, and nothing taken, when others stand there.
  mutating func number(_ count: Int) -> Int64? {
    let digits = rest.prefix(count)
    guard digits.count == count, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    rest = rest.dropFirst(count)
    return digits.reduce(0) { $0 * 10 + Int64($1 &- 0x30) }
  }

  /// Takes `sign` if it stands there.
  mutating func take(_ sign: Unicode.Scalar) -> Bool {
    guard let first = rest.first, UInt32(first) == sign.value else { return false }
    rest = rest.dropFirst()
    return true
  }
}
