import TestSupport
import Testing

@testable import Ledger

@Suite struct Base64Tests {
  @Test("base 64 of any length is the same by instructions, by table and bit by bit, and no longer")
  func writers() {
    var random = SeededGenerator(seed: 19)
    for length in 0...300 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      let expected = Base64.encodeURL(bytes)
      #expect(expected.count == Base64.count(of: length))
      for writer in [Base64.encodeURL, Base64.encodeURLByTable] {
        var text = [UInt8](repeating: 0xEE, count: expected.count + 32)
        bytes.withUnsafeBytes { bytes in
          text.withUnsafeMutableBufferPointer { writer(bytes, $0.baseAddress!) }
        }
        #expect(Array(text.prefix(expected.count)) == expected)
        #expect(text.suffix(32).allSatisfy { $0 == 0xEE }, "\(length)")
      }
    }
  }
}
