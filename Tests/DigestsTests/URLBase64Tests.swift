import TestSupport
import Testing

@testable import Digests

/// Messages in base 64 by the processor's widest instructions against three bytes at a time, and their
/// digests against the library's.
@Suite struct URLBase64Tests {
  private struct Written: Equatable {
    var blocks: [UInt8]
    var blockEnds: [UInt32]
    var digests: [UInt8]
  }

  private static func written(
    _ plain: [UInt8], _ ends: [UInt32], isPlain: Bool
  ) -> Written {
    let room = URLBase64.blockBytesMax(of: Int(ends.last ?? 0), messages: ends.count)
    var blocks = [UInt8](repeating: 0xEE, count: room + URLBase64.slack)
    var blockEnds = [UInt32](repeating: 0, count: ends.count)
    var digests = [UInt8](repeating: 0xEE, count: 32 * ends.count)
    var blockElements = blocks.mutableSpan
    var blockSpan = blockElements.mutableBytes
    var endSpan = blockEnds.mutableSpan
    var digestElements = digests.mutableSpan
    var digestSpan = digestElements.mutableBytes
    if isPlain {
      URLBase64.writeMessagesPlainly(
        plain.span.bytes, ends: ends.span, to: &blockSpan, blockEnds: &endSpan)
    } else {
      URLBase64.writeMessages(
        plain.span.bytes, ends: ends.span, to: &blockSpan, blockEnds: &endSpan)
    }
    let text = Array(blocks.prefix(64 * Int(blockEnds.last ?? 0)))
    if isPlain {
      SHA256Digest.writePaddedOneByOne(text.span.bytes, blockEnds.span, &digestSpan)
    } else {
      SHA256Digest.writePadded(text.span.bytes, blockEnds: blockEnds.span, to: &digestSpan)
    }
    return Written(blocks: text, blockEnds: blockEnds, digests: digests)
  }

  @Test func `messages of any lengths give the texts and digests that each gives alone`() {
    var random = SeededGenerator(seed: 77)
    for round in 0..<300 {
      let longest = [3, 50, 130, 900][round % 4]
      let lengths = (0..<Int.random(in: 0...50, using: &random)).map { _ in
        Int.random(in: 0...longest, using: &random)
      }
      let count = lengths.reduce(0, +)
      let plain = (0..<count + URLBase64.slack).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      var ends: [UInt32] = []
      for length in lengths { ends.append((ends.last ?? 0) + UInt32(length)) }
      let wide = Self.written(plain, ends, isPlain: false)
      let alone = Self.written(plain, ends, isPlain: true)
      #expect(wide == alone, "round \(round)")
    }
  }

  @Test func `every length about the ends of blocks is right`() {
    let plain = (0..<300 + URLBase64.slack).map { UInt8(truncatingIfNeeded: $0 &* 41 &+ 7) }
    for length in 0...200 as ClosedRange<UInt32> {
      for ends in [[length], [length, 300], [300 - length, 300]] {
        let wide = Self.written(plain, ends, isPlain: false)
        let alone = Self.written(plain, ends, isPlain: true)
        #expect(wide == alone, "\(ends)")
      }
    }
  }

  @Test func `a text is what the alphabet for URLs says`() {
    let plain: [UInt8] = [0xFB, 0xEF, 0xFF, 0x4D] + [UInt8](repeating: 0, count: URLBase64.slack)
    let text = Self.written(plain, [4], isPlain: false)
    #expect(Array(text.blocks.prefix(6)) == Array("--__TQ".utf8))
    #expect(text.blocks[6] == 0x80)
    #expect(text.blocks.last == 48)
    #expect(text.blockEnds == [1])
  }
}
