/// An element of DER (ITU-T X.690), as certificates are written in.
///
/// Reads definite lengths of at most four bytes in their shortest form and tags of one byte, which is
/// all that X.509 uses. Anything else gives `nil`.
struct DERElement {
  /// Class, form and number of the tag.
  var tag: UInt8
  /// Tag, length and content.
  var bytes: ArraySlice<UInt8>
  /// The content.
  var content: ArraySlice<UInt8>

  static let boolean: UInt8 = 0x01
  static let integer: UInt8 = 0x02
  static let bitString: UInt8 = 0x03
  static let octetString: UInt8 = 0x04
  static let objectIdentifier: UInt8 = 0x06
  static let sequence: UInt8 = 0x30

  /// The element that `bytes` hold, all of them.
  init?(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    guard let element = Self.next(of: &rest), rest.isEmpty else { return nil }
    self = element
  }

  private init(tag: UInt8, bytes: ArraySlice<UInt8>, content: ArraySlice<UInt8>) {
    self.tag = tag
    self.bytes = bytes
    self.content = content
  }

  /// The elements in the content; `nil` when it is not made of whole ones.
  var children: [DERElement]? {
    var rest = content
    var children: [DERElement] = []
    while !rest.isEmpty {
      guard let child = Self.next(of: &rest) else { return nil }
      children.append(child)
    }
    return children
  }

  /// The children, if it is a SEQUENCE.
  var elements: [DERElement]? { tag == Self.sequence ? children : nil }

  private static func next(of rest: inout ArraySlice<UInt8>) -> DERElement? {
    let whole = rest
    guard let tag = rest.popFirst(), tag & 0x1F != 0x1F, let first = rest.popFirst() else {
      return nil
    }
    var length = Int(first)
    if first >= 0x80 {
      let count = Int(first & 0x7F)
      guard (1...4).contains(count), rest.count >= count, rest.first != 0 else { return nil }
      length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(count)
      guard length >= 0x80 else { return nil }
    }
    guard rest.count >= length else { return nil }
    let content = rest.prefix(length)
    rest = rest.dropFirst(length)
    return DERElement(
      tag: tag, bytes: whole[whole.startIndex..<content.endIndex], content: content)
  }
}
