import Yams

/// A YAML text and the tree in it (YAML 1.1 as libyaml reads it), with every mistake of its form
/// put on a list.
struct YAMLText {
  /// The deepest that brackets may nest; a site file needs six.
  static let nestingMax = 64
  /// The widest that a line may be indented: bounds the nesting of blocks, each of which is
  /// indented further than the one around it.
  static let indentationMax = 128
  /// How often a text with anchors may repeat one; bounds what a short text can grow to.
  static let aliasesMax = 24
  /// How many keys that stand twice are told of a file.
  static let duplicatesMax = 32

  /// The root, or `nil` when the text is no YAML or empty.
  private(set) var root: Node?
  /// Keys that stand twice in a mapping: what the first was before a character was put in place of
  /// its first letter, and where it stands.
  private(set) var firstKeys: [Unicode.Scalar: (name: String, position: Position)] = [:]

  /// Reads `text`; what is wrong with its form is added to `list`.
  init(_ text: String, list: DiagnosticList) {
    var lines = Self.lines(of: text)
    guard Self.isBounded(lines, list: list) else { return }
    for attempt in 0...Self.duplicatesMax {
      // libyaml keeps a pointer to the bytes it is given. A text of up to 15 bytes lies within the
      // String value itself and would have moved: it is made longer than that.
      let padding = String(repeating: "\n", count: 16)
      let whole = lines.map { String(String.UnicodeScalarView($0)) }.joined(separator: "\n")
      do {
        root = try compose(yaml: whole + padding, .basic, .default, .utf8)
        return
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        // The parser stops at a repeated key. The key that it names is renamed to a character for
        // private use, of the same width, and the rest is read: so that all mistakes of a file are
        // told together, and positions hold.
        let position = Position(line: context.mark.line, column: context.mark.column)
        guard attempt < Self.duplicatesMax,
          let stand = Unicode.Scalar(0xF0000 + UInt32(attempt)),
          Self.rename(at: position, to: stand, in: &lines)
        else {
          list.error(
            .duplicateKey, at: position, field: "",
            found: "a key that stands twice in one mapping: \(quoted(names.first ?? ""))",
            expected: "every key once", remedy: "Remove one of them")
          return
        }
        firstKeys[stand] = (names.first ?? "", position)
      } catch {
        Self.tell(error, lines: lines, list: list)
        return
      }
    }
  }

  /// The text's lines as scalars, without a byte order mark, by libyaml's idea of a line break
  /// (LF, CR, CR LF, NEL, LS, PS).
  private static func lines(of text: String) -> [[Unicode.Scalar]] {
    var lines: [[Unicode.Scalar]] = [[]]
    var previous: Unicode.Scalar?
    for (index, scalar) in text.unicodeScalars.enumerated() {
      defer { previous = scalar }
      if index == 0, scalar == "\u{FEFF}" { continue }
      switch scalar {
      case "\n" where previous == "\r": continue
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": lines.append([])
      default: lines[lines.count - 1].append(scalar)
      }
    }
    return lines
  }

  /// Whether the parser can read the text with bounded stack and memory. Told conservatively,
  /// without a look at quotes.
  private static func isBounded(_ lines: [[Unicode.Scalar]], list: DiagnosticList) -> Bool {
    var depth = 0
    var anchors = 0
    var aliases = 0
    func refuse(_ line: Int, _ column: Int, _ found: String, _ expected: String) -> Bool {
      list.error(
        .tooLarge, at: Position(line: line + 1, column: column + 1), field: "", found: found,
        expected: expected, remedy: "Write it out flat")
      return false
    }
    for (number, line) in lines.enumerated() {
      let indentation = line.prefix { $0 == " " || $0 == "-" || $0 == "?" || $0 == "\t" }.count
      if indentation > indentationMax, indentation < line.count {
        return refuse(number, 0, "a line indented by \(indentation)", "at most \(indentationMax)")
      }
      for (column, scalar) in line.enumerated() {
        switch scalar {
        case "[", "{": depth += 1
        case "]", "}": depth = max(0, depth - 1)
        case "&", "*":
          let before = column == 0 ? " " : line[column - 1]
          let after = column + 1 < line.count ? line[column + 1] : " "
          guard " \t[{,:-?".unicodeScalars.contains(before),
            !" \t,]}".unicodeScalars.contains(after)
          else { continue }
          if scalar == "&" { anchors += 1 } else { aliases += 1 }
        default: continue
        }
        if depth > nestingMax {
          return refuse(number, column, "brackets \(depth) deep", "at most \(nestingMax)")
        }
        if anchors > 0, aliases > aliasesMax {
          return refuse(number, column, "\(aliases) aliases", "at most \(aliasesMax)")
        }
      }
    }
    return true
  }

  /// Puts `stand` in the place of the first character of the key at `position`.
  private static func rename(
    at position: Position, to stand: Unicode.Scalar, in lines: inout [[Unicode.Scalar]]
  ) -> Bool {
    guard lines.indices.contains(position.line - 1) else { return false }
    let line = lines[position.line - 1]
    var column = position.column - 1
    guard line.indices.contains(column) else { return false }
    if line[column] == "\"" || line[column] == "'" { column += 1 }
    guard line.indices.contains(column) else { return false }
    let first = line[column]
    let isPlain =
      first.properties.isAlphabetic || first == "_" || (first.value >= 0x30 && first.value <= 0x39)
    guard isPlain else { return false }
    lines[position.line - 1][column] = stand
    return true
  }

  /// Says what the parser stumbled over.
  private static func tell(
    _ error: any Error, lines: [[Unicode.Scalar]], list: DiagnosticList
  ) {
    var position = Position(line: 1, column: 1)
    var problem = "it cannot be parsed"
    var surroundings = ""
    var remedy =
      "Look at this line and the one above: indentation by spaces, a space after each colon, "
      + "closed quotes and brackets"
    switch error as? YamlError {
    case .scanner(let context, let text, let mark, _), .parser(let context, let text, let mark, _),
      .composer(let context, let text, let mark, _):
      // The padding behind the text is no place to send anybody to.
      let line = min(max(1, mark.line), lines.count)
      position = Position(
        line: line,
        column: line == mark.line ? max(1, mark.column) : lines[line - 1].count + 1)
      problem = text
      if text.contains("another document") { remedy = "Remove the line \"---\" between the two" }
      if text.contains("undefined alias") { remedy = "Put a text that begins with * in quotes" }
      if let context { surroundings = " (\(context.text), line \(context.mark.line))" }
    case .reader(let text, _, let value, _):
      problem = value < 0 ? text : "\(text) (U+\(String(value, radix: 16, uppercase: true)))"
      if let scalar = value < 0 ? nil : Unicode.Scalar(UInt32(value)) {
        for (number, line) in lines.enumerated() {
          guard let column = line.firstIndex(of: scalar) else { continue }
          position = Position(line: number + 1, column: column + 1)
          break
        }
      }
    default: break
    }
    list.error(
      .syntax, at: position, field: "", found: "text that is not YAML: \(problem)\(surroundings)",
      expected: "one YAML document", remedy: remedy)
  }
}

/// `text` in quotes for a message, shortened and without control characters.
func quoted(_ text: String) -> String {
  var short = String.UnicodeScalarView()
  for scalar in text.unicodeScalars.prefix(60) {
    let isControl = scalar.properties.generalCategory == .control
    short.append(isControl || scalar.value >= 0xF0000 ? "\u{FFFD}" : scalar)
  }
  return "\"\(String(short))\(text.unicodeScalars.count > 60 ? "…" : "")\""
}
