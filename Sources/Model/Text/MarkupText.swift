/// `text` as character data, or as the inside of a quoted attribute, of HTML and XML.
///
/// Characters that XML 1.0 cannot hold, even escaped (section 2.2), become U+FFFD; those that a reader
/// of attributes would turn into spaces (section 3.3.3) are escaped by their numbers.
public func markupText(_ text: String) -> String {
  var escaped = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": escaped += "&amp;"
    case "<": escaped += "&lt;"
    case ">": escaped += "&gt;"
    case "\"": escaped += "&quot;"
    case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
    case "\u{0}"..<"\u{20}", "\u{fffe}", "\u{ffff}": escaped += "\u{fffd}"
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}
