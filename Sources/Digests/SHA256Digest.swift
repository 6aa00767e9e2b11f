import CNettle

/// SHA-256 without allocation: the library's context lives in the value, on the caller's stack.
///
/// Source: FIPS 180-4, section 6.2.
public struct SHA256Digest: BitwiseCopyable, Sendable {
  private var context = sha256_ctx()

  /// A digest of nothing yet.
  public init() {
    unsafe nettle_sha256_init(&context)
  }

  /// Takes in `bytes`, after all that it took before.
  public mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe nettle_sha256_update(
        &context, bytes.count, bytes.bindMemory(to: UInt8.self).baseAddress)
    }
  }

  /// The digest as eight words, the first of them the first four bytes, big-endian. The next digest
  /// begins, of nothing.
  public mutating func finish() -> SIMD8<UInt32> {
    var words = SIMD8<UInt32>()
    unsafe withUnsafeMutableBytes(of: &words) { bytes in
      unsafe nettle_sha256_digest(
        &context, bytes.count, bytes.bindMemory(to: UInt8.self).baseAddress)
    }
    for index in words.indices { words[index] = UInt32(bigEndian: words[index]) }
    return words
  }
}
