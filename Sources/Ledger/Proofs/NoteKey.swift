import Crypto

/// A public key that signatures of notes are checked with: c2sp.org/signed-note, "verifier keys".
public struct NoteKey: Hashable, Sendable, CustomStringConvertible {
  /// What the key signs. Other algorithms have other bytes; texts that carry them are no keys here.
  public enum Algorithm: UInt8, Sendable {
    /// Ed25519 over the note's text: a log's own signature.
    case ed25519 = 1
    /// Ed25519 over a moment and the note's text: c2sp.org/tlog-cosignature, version 1.
    case cosignature = 4
  }

  /// Name of the signer; for a log, its origin.
  public let name: String
  /// What it signs.
  public let algorithm: Algorithm
  /// The Ed25519 public key, 32 bytes.
  public let publicKey: [UInt8]

  /// The key of `name`; `nil` when the name is empty, has a space, a control character or `+`, or
  /// when the key has not 32 bytes.
  public init?(name: String, algorithm: Algorithm, publicKey: [UInt8]) {
    guard Self.isName(name), publicKey.count == 32 else { return nil }
    self.name = name
    self.algorithm = algorithm
    self.publicKey = publicKey
  }

  /// Reads `<name>+<key id>+<base 64 of algorithm and key>`; `nil` for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let bytes = Base64.decode(parts[2]), bytes.count == 33,
      let algorithm = Algorithm(rawValue: bytes[0])
    else { return nil }
    self.init(
      name: String(parts[0]), algorithm: algorithm, publicKey: Array(bytes.dropFirst()))
    guard description == text else { return nil }
  }

  /// The text form.
  public var description: String {
    let id = hexadecimal(UInt64(keyID), digits: 8)
    return "\(name)+\(id)+\(Base64.encode([algorithm.rawValue] + publicKey))"
  }

  /// The first four bytes of SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key), big-endian.
  public var keyID: UInt32 {
    let bytes = Array(name.utf8) + [0x0A, algorithm.rawValue] + publicKey
    return SHA256.hash(data: bytes).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Whether `signature` is this key's over `text`.
  func accepts(_ signature: [UInt8], over text: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    switch algorithm {
    case .ed25519:
      return signature.count == 64 && key.isValidSignature(signature, for: text)
    case .cosignature:
      guard signature.count == 72 else { return false }
      let seconds = signature.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard seconds <= UInt64(Int64.max) else { return false }
      let message = Self.cosigned(text, seconds: seconds)
      return key.isValidSignature(Array(signature.dropFirst(8)), for: message)
    }
  }

  /// What a cosignature of version 1 signs.
  static func cosigned(_ text: [UInt8], seconds: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(seconds)\n".utf8) + text
  }

  /// Whether `name` may name a signer.
  static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 255
      && name.unicodeScalars.allSatisfy {
        $0 != "+" && !$0.properties.isWhitespace && $0.properties.generalCategory != .control
      }
  }
}

/// A private key that signs notes.
public struct NoteSigner: Sendable {
  /// The public half.
  public let key: NoteKey
  private let secret: Curve25519.Signing.PrivateKey

  /// The signer of `name` with an Ed25519 seed of 32 bytes; `nil` as ``NoteKey``.
  public init?(name: String, algorithm: NoteKey.Algorithm, seed: [UInt8]) {
    guard let secret = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed),
      let key = NoteKey(
        name: name, algorithm: algorithm, publicKey: Array(secret.publicKey.rawRepresentation))
    else { return nil }
    self.secret = secret
    self.key = key
  }

  /// The signature of `text`.
  ///
  /// - Parameter seconds: the moment that a cosignature tells, seconds since 1970 UTC; a log's own
  ///   signature tells none.
  func sign(_ text: [UInt8], seconds: UInt64) -> [UInt8] {
    switch key.algorithm {
    case .ed25519: return ed25519(text)
    case .cosignature:
      let moment = stride(from: UInt64(56), through: 0, by: -8).map {
        UInt8(truncatingIfNeeded: seconds >> $0)
      }
      return moment + ed25519(NoteKey.cosigned(text, seconds: seconds))
    }
  }

  /// The Ed25519 signature of a message that is no note: of an HTTP message, say. Nothing that begins as
  /// a note of this signer does may be signed so.
  public func signature(of message: [UInt8]) -> [UInt8] { ed25519(message) }

  private func ed25519(_ message: [UInt8]) -> [UInt8] {
    guard let signature = try? secret.signature(for: message) else {
      preconditionFailure("Ed25519 signs every message")
    }
    return Array(signature)
  }
}
