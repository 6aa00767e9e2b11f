/// The parts of an X.509 certificate (RFC 5280, section 4.1) that decide whose it is.
struct CertificateText {
  /// What the authority signed.
  var signed: ArraySlice<UInt8>
  /// Serial number, the bytes of the INTEGER.
  var serial: ArraySlice<UInt8>
  /// Name of the authority, DER.
  var issuer: ArraySlice<UInt8>
  /// Name of the holder, DER.
  var subject: ArraySlice<UInt8>
  /// The holder's key, DER SubjectPublicKeyInfo.
  var key: ArraySlice<UInt8>
  /// URIs among the subject alternative names.
  var uris: [String] = []
  /// Extended key usages, the bytes of the OBJECT IDENTIFIERs.
  var usages: [ArraySlice<UInt8>] = []
  /// The signature's algorithm, the bytes of the OBJECT IDENTIFIER.
  var algorithm: ArraySlice<UInt8>
  /// The signature.
  var signature: ArraySlice<UInt8>

  private static let alternativeNames: [UInt8] = [0x55, 0x1D, 0x11]
  private static let extendedKeyUsage: [UInt8] = [0x55, 0x1D, 0x25]
  private static let uriTag: UInt8 = 0x86
  private static let versionTag: UInt8 = 0xA0
  private static let extensionsTag: UInt8 = 0xA3

  /// The certificate in `der`; `nil` when it is not of the form.
  init?(der: [UInt8]) {
    guard let parts = DERElement(der[...])?.elements, parts.count == 3,
      var fields = parts[0].elements?[...], let algorithm = parts[1].elements?.first,
      algorithm.tag == DERElement.objectIdentifier, parts[2].tag == DERElement.bitString,
      parts[2].content.first == 0
    else { return nil }
    signed = parts[0].bytes
    self.algorithm = algorithm.content
    signature = parts[2].content.dropFirst()
    if fields.first?.tag == Self.versionTag { fields.removeFirst() }
    let list = Array(fields)
    guard list.count >= 6, list[0].tag == DERElement.integer,
      [1, 2, 3, 4, 5].allSatisfy({ list[$0].tag == DERElement.sequence })
    else { return nil }
    serial = list[0].content
    issuer = list[2].bytes
    subject = list[4].bytes
    key = list[5].bytes
    guard let wrapped = list.first(where: { $0.tag == Self.extensionsTag }) else { return }
    guard let extensions = wrapped.children?.first?.elements else { return nil }
    var seen: Set<[UInt8]> = []
    for one in extensions {
      guard let parts = one.elements, let name = parts.first, let value = parts.last,
        parts.count >= 2, value.tag == DERElement.octetString,
        // The same extension twice is forbidden, and would let two readers see two names.
        seen.insert(Array(name.content)).inserted
      else { return nil }
      if name.content.elementsEqual(Self.alternativeNames) {
        guard let names = DERElement(value.content)?.elements else { return nil }
        uris = names.filter { $0.tag == Self.uriTag }.map {
          String(decoding: $0.content, as: UTF8.self)
        }
      } else if name.content.elementsEqual(Self.extendedKeyUsage) {
        guard let found = DERElement(value.content)?.elements else { return nil }
        usages = found.map(\.content)
      }
    }
  }
}
