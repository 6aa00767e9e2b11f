import Model

// XML 1.0 appended to bytes.

extension ByteBuffer {
  /// Appends `text` as character data or as the inside of a quoted attribute.
  mutating func appendXML(_ text: String) { append(text: markupText(text)) }

  /// Appends `<name>text</name>` and a line end, nothing when there is no text.
  mutating func appendXML(_ name: StaticString, _ text: String) {
    guard !text.isEmpty else { return }
    append(UInt8(ascii: "<"))
    append(name)
    append(UInt8(ascii: ">"))
    appendXML(text)
    append("</")
    append(name)
    append(">\n")
  }
}
