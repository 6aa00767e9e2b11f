import Crypto

/// What a client's certificate says, as far as an agreement asks.
///
/// The chain was verified in the handshake; here is read whose it is.
public struct PeerCertificate: Sendable, Equatable {
  /// The only URI among its subject alternative names; `nil` when there is none or more than one.
  public var uri: String?
  /// Its serial number, lower-case hexadecimal without leading zeros.
  public var serial: String
  /// SHA-256 over its public key (DER SubjectPublicKeyInfo), lower-case hexadecimal.
  public var keyDigest: String
  /// SHA-256 over the DER form of the authority whose signature it carries; `nil` when that is none
  /// of the configured ones, or signs with anything but ECDSA on P-256 or P-384 or Ed25519.
  public var issuerDigest: String?
  /// Whether it was issued for TLS clients (extended key usage clientAuth).
  public var isForClients: Bool
  /// When its time is over, seconds since 1970 UTC: asked again as long as its holder is connected.
  public var validUntil = Int64.max

  /// clientAuth, RFC 5280, section 4.2.1.12.
  private static let clientAuth: [UInt8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02]

  /// A certificate that says this.
  public init(
    uri: String?, serial: String, keyDigest: String, issuerDigest: String?, isForClients: Bool
  ) {
    self.uri = uri
    self.serial = serial
    self.keyDigest = keyDigest
    self.issuerDigest = issuerDigest
    self.isForClients = isForClients
  }

  /// What the certificate in `der` says; `nil` when it cannot be read.
  init?(der: [UInt8], authorities: [Authority]) {
    guard let text = CertificateText(der: der) else { return nil }
    uri = text.uris.count == 1 ? text.uris[0] : nil
    let digits = Self.hexadecimal(text.serial).drop { $0 == "0" }
    serial = digits.isEmpty ? "0" : String(digits)
    keyDigest = Self.digest(text.key)
    // By its signature, not by its name alone: another authority may issue an intermediate one that
    // is called like this one.
    issuerDigest =
      authorities.first { $0.subject == Array(text.issuer) && $0.hasSigned(text) }?.digest
    isForClients = text.usages.contains { $0.elementsEqual(Self.clientAuth) }
  }

  /// An authority whose clients are let in.
  struct Authority: Sendable {
    /// Its name, DER.
    let subject: [UInt8]
    /// SHA-256 over its DER form.
    let digest: String
    private let key: [UInt8]

    private static let sha256: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]
    private static let sha384: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03]
    private static let ed25519: [UInt8] = [0x2B, 0x65, 0x70]
    /// What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410).
    private static let ed25519Prefix: [UInt8] = [
      0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    /// The authority in `der`; `nil` when it cannot be read.
    init?(der: [UInt8]) {
      guard let text = CertificateText(der: der) else { return nil }
      subject = Array(text.subject)
      key = Array(text.key)
      digest = PeerCertificate.digest(der)
    }

    /// Whether the signature of `text` is this authority's (RFC 5758, RFC 8410).
    func hasSigned(_ text: CertificateText) -> Bool {
      switch Array(text.algorithm) {
      case Self.sha256: return accepts(text, SHA256.hash(data: Array(text.signed)))
      case Self.sha384: return accepts(text, SHA384.hash(data: Array(text.signed)))
      case Self.ed25519:
        guard key.count == 44, key.starts(with: Self.ed25519Prefix),
          let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key.suffix(32))
        else { return false }
        return key.isValidSignature(Array(text.signature), for: Array(text.signed))
      default: return false
      }
    }

    private func accepts(_ text: CertificateText, _ digest: some Digest) -> Bool {
      let signature = Array(text.signature)
      if let key = try? P256.Signing.PublicKey(derRepresentation: key),
        let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
      {
        return key.isValidSignature(signature, for: digest)
      }
      if let key = try? P384.Signing.PublicKey(derRepresentation: key),
        let signature = try? P384.Signing.ECDSASignature(derRepresentation: signature)
      {
        return key.isValidSignature(signature, for: digest)
      }
      return false
    }
  }

  fileprivate static func digest(_ bytes: some Sequence<UInt8>) -> String {
    hexadecimal(SHA256.hash(data: Array(bytes)))
  }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
