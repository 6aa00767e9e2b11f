/// A ring element whose words all follow from its number, so that a torn or stale copy shows.
protocol NumberedPayload: BitwiseCopyable, Sendable {
  init(number: UInt64)
  var number: UInt64 { get }
  /// Whether every word is the one that `number` asks for.
  var isWhole: Bool { get }
}

/// The word at `position` of the payload with this number.
func payloadWord(_ number: UInt64, _ position: UInt64) -> UInt64 {
  (number &+ position) &* 0x9E37_79B9_7F4A_7C15 ^ position
}

/// 64 bytes: one cache line.
struct Payload64: NumberedPayload {
  var number: UInt64
  var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  init(number: UInt64) {
    self.number = number
    words = (
      payloadWord(number, 1), payloadWord(number, 2), payloadWord(number, 3),
      payloadWord(number, 4), payloadWord(number, 5), payloadWord(number, 6),
      payloadWord(number, 7)
    )
  }

  var isWhole: Bool {
    let expected = Payload64(number: number).words
    return words.0 == expected.0 && words.1 == expected.1 && words.2 == expected.2
      && words.3 == expected.3 && words.4 == expected.4 && words.5 == expected.5
      && words.6 == expected.6
  }
}

/// 128 bytes: two cache lines, whose arrival may be torn apart.
struct Payload128: NumberedPayload {
  var first: Payload64
  var second: Payload64

  init(number: UInt64) {
    first = Payload64(number: number)
    second = Payload64(number: ~number)
  }

  var number: UInt64 { first.number }
  var isWhole: Bool { first.isWhole && second.isWhole && second.number == ~first.number }
}

/// 20 bytes in a stride of 24: slots with a gap between them.
struct Payload20: NumberedPayload {
  var number: UInt64
  var word: UInt64
  var half: UInt32

  init(number: UInt64) {
    self.number = number
    word = payloadWord(number, 1)
    half = UInt32(truncatingIfNeeded: payloadWord(number, 2))
  }

  var isWhole: Bool {
    let expected = Payload20(number: number)
    return word == expected.word && half == expected.half
  }
}
