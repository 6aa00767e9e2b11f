/// A text with signatures: c2sp.org/signed-note.
public struct SignedNote: Equatable, Sendable, CustomStringConvertible {
  /// One line of signature.
  public struct Signature: Equatable, Sendable {
    /// Name of the signer, as the line says.
    public var name: String
    /// Which of the signer's keys, as the line says.
    public var keyID: UInt32
    /// The signature.
    public var bytes: [UInt8]

    /// A line that was read or made.
    public init(name: String, keyID: UInt32, bytes: [UInt8]) {
      self.name = name
      self.keyID = keyID
      self.bytes = bytes
    }
  }

  /// The longest note that is read, bytes.
  public static let byteCountMax = 65_536
  /// The most lines of signature that are read.
  public static let signaturesMax = 100

  /// What is signed; it ends with a newline.
  public let text: String
  /// The signatures, none of them checked yet.
  public private(set) var signatures: [Signature]

  /// A note without signatures; `nil` when the text is empty, does not end with a newline, has
  /// other control characters or is too long.
  public init?(text: String) {
    guard Self.isText(text) else { return nil }
    self.text = text
    signatures = []
  }

  /// Reads a note; `nil` for anything that ``description`` would not have written.
  public init?(_ note: String) {
    let mark = "\n\n\u{2014} "
    guard note.utf8.count <= Self.byteCountMax, note.utf8.last == 0x0A,
      let split = Self.lastPlace(of: Array(mark.utf8), in: Array(note.utf8))
    else { return nil }
    let bytes = Array(note.utf8)
    let body = String(decoding: bytes[...split], as: UTF8.self)
    guard Self.isText(body) else { return nil }
    let lines = String(decoding: bytes[(split + 2)...], as: UTF8.self).unicodeScalars.split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 2, lines.count <= Self.signaturesMax + 1, lines.last?.isEmpty == true
    else { return nil }
    text = body
    signatures = []
    for line in lines.dropLast() {
      guard let signature = Self.signature(String(line)) else { return nil }
      signatures.append(signature)
    }
    guard Array(description.utf8) == bytes else { return nil }
  }

  /// The note as it is kept and sent.
  public var description: String {
    var note = text + "\n"
    for signature in signatures {
      let id = stride(from: UInt32(24), through: 0, by: -8).map {
        UInt8(truncatingIfNeeded: signature.keyID >> $0)
      }
      note += "\u{2014} \(signature.name) \(Base64.encode(id + signature.bytes))\n"
    }
    return note
  }

  /// Signs the text.
  ///
  /// - Parameter seconds: the moment that a cosignature tells, seconds since 1970 UTC.
  public mutating func sign(with signer: NoteSigner, seconds: UInt64 = 0) {
    signatures.append(
      Signature(
        name: signer.key.name, keyID: signer.key.keyID,
        bytes: signer.sign(Array(text.utf8), seconds: seconds)))
  }

  /// Adds a signature that somebody else made, when one of `keys` accepts it and it is not there
  /// yet; says whether it was added.
  public mutating func add(_ signature: Signature, knownBy keys: [NoteKey]) -> Bool {
    guard signatures.count < Self.signaturesMax, !signatures.contains(signature),
      keys.contains(where: { accepts(signature, $0) })
    else { return false }
    signatures.append(signature)
    return true
  }

  /// Whether the note carries a signature of `key`, and no wrong one in its name.
  public func isSigned(by key: NoteKey) -> Bool {
    let claimed = signatures.filter { $0.name == key.name && $0.keyID == key.keyID }
    return !claimed.isEmpty && claimed.allSatisfy { accepts($0, key) }
  }

  private func accepts(_ signature: Signature, _ key: NoteKey) -> Bool {
    signature.name == key.name && signature.keyID == key.keyID
      && key.accepts(signature.bytes, over: Array(text.utf8))
  }

  // MARK: - Reading

  private static func isText(_ text: String) -> Bool {
    text.utf8.count <= byteCountMax && text.utf8.last == 0x0A
      && text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A }
  }

  private static func lastPlace(of mark: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= mark.count else { return nil }
    return (0...bytes.count - mark.count).last { bytes[$0..<$0 + mark.count].elementsEqual(mark) }
  }

  private static func signature(_ line: String) -> Signature? {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "\u{2014}", NoteKey.isName(String(parts[1])),
      let bytes = Base64.decode(parts[2]), bytes.count > 4
    else { return nil }
    return Signature(
      name: String(parts[1]), keyID: bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
      bytes: Array(bytes.dropFirst(4)))
  }
}
