import Digests
import TestSupport
import Testing

@testable import Ledger

@Suite struct Base64Tests {
  @Test("texts of many pieces at once are those of each, bit by bit")
  func cells() {
    var random = SeededGenerator(seed: 19)
    for size in [16, 32] {
      let bytes = (0..<size * 48).map { _ in UInt8.random(in: 0...255, using: &random) }
      let cell = URLBase64.cellBytes(of: size)
      var text = [UInt8](repeating: 0, count: 48 * cell)
      var elements = text.mutableSpan
      var span = elements.mutableBytes
      URLBase64.writeCells(bytes.span.bytes, of: size, to: &span)
      for piece in 0..<48 {
        let expected = Base64.encodeURL(Array(bytes[piece * size..<(piece + 1) * size]))
        #expect(expected.count == Base64.count(of: size))
        #expect(Array(text[piece * cell..<piece * cell + expected.count]) == expected)
      }
    }
  }
}
