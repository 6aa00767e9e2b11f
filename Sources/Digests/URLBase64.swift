import CDigestKernels

/// Base 64 in the alphabet for URLs (RFC 4648, section 5) by the processor's widest instructions.
public enum URLBase64 {
  /// Writes `bytes` to `target`, not padded; false, and nothing is written, where the processor lacks the
  /// instructions.
  ///
  /// - Precondition: `target` has room for (4 · count + 2) / 3 characters.
  @unsafe
  public static func encodeURL(
    _ bytes: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    guard hasInstructions else { return false }
    guard let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress else { return true }
    unsafe vdt_base64url(start, bytes.count, target)
    return true
  }

  private static let hasInstructions = vdt_base64url_can()
}
