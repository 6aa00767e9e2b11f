// XML 1.0 appended to bytes.

extension ByteBuffer {
  /// Appends `text` as character data or as the inside of a quoted attribute.
  ///
  /// Characters that XML 1.0 cannot hold, even escaped (section 2.2), become U+FFFD.
  mutating func appendXML(_ text: String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": append("&amp;")
      case "<": append("&lt;")
      case ">": append("&gt;")
      case "\"": append("&quot;")
      case "\t", "\n", "\r":
        append("&#")
        appendJSON(scalar.value)
        append(";")
      case "\u{0}"..<"\u{20}", "\u{fffe}", "\u{ffff}": append(text: "\u{fffd}")
      default: append(text: String(scalar))
      }
    }
  }

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
