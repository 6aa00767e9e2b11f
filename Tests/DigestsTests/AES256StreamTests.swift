import Digests
import Testing

/// Against what `openssl enc -aes-256-ctr -iv 0` makes of zeros.
@Suite struct AES256StreamTests {
  private func stream(_ key: [UInt8], count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: count)
    var elements = bytes.mutableSpan
    var span = elements.mutableBytes
    AES256Stream.fill(&span, key: key.span.bytes)
    return bytes
  }

  @Test func `the stream is that of counter mode`() {
    let bytes = stream(Array(0..<32), count: 768)
    let text = bytes.prefix(48).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(
      text == "f29000b62a499fd0a9f39a6add2e7780f05d76ae4ab99fe5a6f69b3148c2363d"
        + "0ebcb5deb52c83bd08a8a935182c9199")
    var digest = SHA256Digest()
    digest.update(bytes.span.bytes)
    #expect(digest.finish()[0] == 0x044b_f5d1)
    #expect(stream([UInt8](repeating: 0, count: 32), count: 16).first == 0xdc)
    #expect(stream(Array(0..<32), count: 0).isEmpty)
  }
}
