import Digests
import TestSupport
import Testing

/// The marks of a text against each byte looked at by itself.
@Suite struct TextMarksTests {
  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "E"): true
    default: false
    }
  }

  private static func isStop(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private static func isStructure(_ byte: UInt8) -> Bool {
    !isWord(byte) && byte != UInt8(ascii: ",") && byte != UInt8(ascii: ":")
  }

  @Test func `every byte is marked for what it is, and so is what is behind the end`() {
    var random = SeededGenerator(seed: 5)
    for count in Array(0...200) + [256, 1_000] {
      let text = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      var marks = [UInt64](repeating: 0xABCD, count: TextMarks.wordCount(of: count))
      var span = marks.mutableSpan
      let isStrange = TextMarks.write(text.span.bytes, to: &span)
      #expect(isStrange == text.contains { $0 >= 0x80 || $0 == UInt8(ascii: "\\") })
      let perBlock = TextMarks.wordsPerBlock
      for place in 0..<64 * (marks.count / perBlock) {
        let found = (0..<perBlock).map {
          marks[place / 64 * perBlock + $0] >> UInt64(place % 64) & 1 == 1
        }
        let expected =
          place < count
          ? [Self.isStop(text[place]), !Self.isWord(text[place]), Self.isStructure(text[place])]
          : [true, true, true]
        #expect(found == expected, "\(count) \(place)")
      }
    }
  }
}
