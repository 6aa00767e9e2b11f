import CNettle

/// SHA-256 without allocation, for the signatures of frames: the library's context lives in the value.
struct SHA256Digest: BitwiseCopyable {
  private var context = sha256_ctx()

  /// A digest of nothing yet.
  init() {
    unsafe nettle_sha256_init(&context)
  }

  /// Takes in `bytes`.
  mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe nettle_sha256_update(
        &context, bytes.count, bytes.bindMemory(to: UInt8.self).baseAddress)
    }
  }

  /// The digest as eight big-endian words. The next digest begins.
  mutating func finish() -> SIMD8<UInt32> {
    var words = SIMD8<UInt32>()
    unsafe withUnsafeMutableBytes(of: &words) { bytes in
      unsafe nettle_sha256_digest(
        &context, bytes.count, bytes.bindMemory(to: UInt8.self).baseAddress)
    }
    for index in words.indices { words[index] = UInt32(bigEndian: words[index]) }
    return words
  }
}
