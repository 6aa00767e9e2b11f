import TestSupport
import Testing

@testable import Digests

/// Many messages at once against one after the other, which the standard's vectors check.
@Suite struct SHA256MessagesTests {
  private static func written(
    _ text: [UInt8], _ ends: [UInt32],
    by write: (RawSpan, Span<UInt32>, inout MutableRawSpan) -> Void
  ) -> [UInt8] {
    var digests = [UInt8](repeating: 0xEE, count: 32 * ends.count)
    var elements = digests.mutableSpan
    var span = elements.mutableBytes
    write(text.span.bytes, ends.span, &span)
    return digests
  }

  @Test func `messages of any lengths give the digests that each gives alone`() {
    var random = SeededGenerator(seed: 31)
    for round in 0..<300 {
      let longest = [3, 70, 130, 700][round % 4]
      let lengths = (0..<Int.random(in: 0...50, using: &random)).map { _ in
        Int.random(in: 0...longest, using: &random)
      }
      let text = (0..<lengths.reduce(0, +)).map { _ in UInt8.random(in: 0...255, using: &random) }
      var ends: [UInt32] = []
      for length in lengths { ends.append((ends.last ?? 0) + UInt32(length)) }
      let together = Self.written(text, ends) { SHA256Digest.write($0, ends: $1, to: &$2) }
      let alone = Self.written(text, ends) { SHA256Digest.writeOneByOne($0, ends: $1, to: &$2) }
      #expect(together == alone, "round \(round)")
    }
  }

  @Test func `every length about the ends of blocks is right, beside a message of another`() {
    let text = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 41 &+ 7) }
    for length in 0...200 as ClosedRange<UInt32> {
      for ends in [[length], [length, 400], [0, length], [400 - length, 400]] {
        let together = Self.written(text, ends) { SHA256Digest.write($0, ends: $1, to: &$2) }
        let alone = Self.written(text, ends) { SHA256Digest.writeOneByOne($0, ends: $1, to: &$2) }
        #expect(together == alone, "\(ends)")
      }
    }
  }
}
