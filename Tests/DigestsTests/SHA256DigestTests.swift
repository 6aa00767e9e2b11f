import Digests
import Testing

/// Against the vectors of FIPS 180-4's examples, and against itself in pieces.
@Suite struct SHA256DigestTests {
  private func digest(of pieces: [ArraySlice<UInt8>]) -> String {
    var digest = SHA256Digest()
    for piece in pieces { digest.update(Array(piece).span.bytes) }
    return hexadecimal(digest.finish())
  }

  private func hexadecimal(_ words: SIMD8<UInt32>) -> String {
    words.indices.map { index in
      let text = String(words[index], radix: 16)
      return String(repeating: "0", count: 8 - text.count) + text
    }.joined()
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `the standard's examples come out`(message: String, expected: String) {
    #expect(digest(of: [Array(message.utf8)[...]]) == expected)
  }

  @Test func `a million letters come out`() {
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(
      digest(of: [million[...]])
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `any cut gives the digest of the whole`() {
    let message = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let whole = digest(of: [message[...]])
    for cut in 0...message.count {
      #expect(digest(of: [message[..<cut], message[cut...]]) == whole, "cut at \(cut)")
    }
  }

  @Test func `after the end the next digest begins`() {
    var digest = SHA256Digest()
    digest.update([1, 2, 3].span.bytes)
    let first = digest.finish()
    let empty = digest.finish()
    digest.update([1, 2, 3].span.bytes)
    let second = digest.finish()
    #expect(first == second)
    #expect(hexadecimal(empty).hasPrefix("e3b0c442"))
  }
}
