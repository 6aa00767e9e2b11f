import CNettle

/// The bytes that AES-256 gives in counter mode from counter 0: block i is the encryption of i as
/// 16 bytes, most significant first. Who does not have the key cannot tell them from random ones.
///
/// Source: FIPS 197; NIST SP 800-38A, section 6.5.
public enum AES256Stream {
  /// Bytes of a key.
  public static let keyBytes = 32

  /// Fills `target`, whose size is a multiple of 16, with the first bytes of the stream of `key`.
  /// Allocates nothing.
  ///
  /// - Precondition: `key` has ``keyBytes`` bytes.
  public static func fill(_ target: inout MutableRawSpan, key: RawSpan) {
    precondition(key.byteCount == keyBytes && target.byteCount % 16 == 0)
    for block in 0..<target.byteCount / 16 {
      target.storeBytes(of: 0 as UInt64, toByteOffset: 16 * block, as: UInt64.self)
      target.storeBytes(
        of: UInt64(block).bigEndian, toByteOffset: 16 * block + 8, as: UInt64.self)
    }
    guard target.byteCount > 0 else { return }
    var context = aes256_ctx()
    unsafe key.withUnsafeBytes { key in
      unsafe nettle_aes256_set_encrypt_key(&context, key.bindMemory(to: UInt8.self).baseAddress)
    }
    unsafe target.withUnsafeMutableBytes { bytes in
      let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress
      unsafe nettle_aes256_encrypt(&context, bytes.count, start, start)
    }
  }
}
