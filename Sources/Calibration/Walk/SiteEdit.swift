/// Changes to the sensors of a site file's text that leave everything else, comments too, as it is.
///
/// Understands the two ways in which a sensor's entry is written: a block of lines, and one line in
/// braces.
struct SiteEdit {
  /// The text, by lines.
  private(set) var lines: [String]

  init(_ text: String) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Gives the sensor called `name` the values of `keys` and in its `override` those of `override`;
  /// false when its entry is not found or is written in another way.
  mutating func change(
    sensor name: String, keys: [(String, String)], override: [(String, String)], source: String
  ) -> Bool {
    guard let first = lines.firstIndex(where: { Self.begins($0, name) }) else { return false }
    let dash = lines[first].prefix { $0 == " " }.count
    if lines[first].drop(while: { $0 == " " }).dropFirst().drop(while: { $0 == " " }).hasPrefix("{")
    {
      guard let changed = Self.flow(lines[first], keys, override, source) else { return false }
      lines[first] = changed
      return true
    }
    return changeBlock(first, indent: dash + 2, keys, override, source)
  }

  /// Whether a line begins the entry of the sensor `name`.
  private static func begins(_ line: String, _ name: String) -> Bool {
    var rest = line.drop { $0 == " " }
    guard rest.hasPrefix("- ") else { return false }
    rest = rest.dropFirst(2).drop { $0 == " " || $0 == "{" }
    guard rest.hasPrefix("name:") else { return false }
    rest = rest.dropFirst(5).drop { $0 == " " }
    let value = rest.prefix { $0 != "," && $0 != "}" && $0 != "#" }
    return value.drop { "\"' ".contains($0) }.reversed().drop { "\"' ".contains($0) }.reversed()
      .elementsEqual(name)
  }

  // MARK: - Blocks

  private mutating func changeBlock(
    _ first: Int, indent: Int, _ keys: [(String, String)], _ override: [(String, String)],
    _ source: String
  ) -> Bool {
    let space = String(repeating: " ", count: indent)
    for (key, value) in keys {
      guard let at = line(of: key, from: first, indent: indent) else { return false }
      lines[at] = Self.replaced(lines[at], key, value)
    }
    guard let at = line(of: "override", from: first, indent: indent) else {
      var added = [space + "override:", space + "  source: \"\(source)\""]
      added += override.map { "\(space)  \($0.0): \($0.1)" }
      lines.insert(contentsOf: added, at: end(from: first, indent: indent))
      return true
    }
    if lines[at].contains("{") {
      guard let changed = Self.flow(lines[at], override, source) else { return false }
      lines[at] = changed
      return true
    }
    guard let inner = lines[(at + 1)...].first(where: { !Self.isBlank($0) }) else { return false }
    let depth = inner.prefix { $0 == " " }.count
    guard depth > indent else { return false }
    let known = line(of: "source", from: at + 1, indent: depth).map { Self.value(lines[$0]) }
    let all = [("source", Self.sources(known, source))] + override
    for (key, value) in all {
      if let found = line(of: key, from: at + 1, indent: depth) {
        lines[found] = Self.replaced(
          lines[found], key, Self.merged(Self.value(lines[found]), value))
      } else {
        lines.insert(
          String(repeating: " ", count: depth) + "\(key): \(value)",
          at: end(from: at + 1, indent: depth))
      }
    }
    return true
  }

  /// The line behind the last one of a block whose lines are indented by `indent` or more.
  private func end(from first: Int, indent: Int) -> Int {
    var end = first + 1
    var place = end
    while place < lines.count {
      if !Self.isBlank(lines[place]) {
        guard lines[place].prefix(while: { $0 == " " }).count >= indent else { break }
        end = place + 1
      }
      place += 1
    }
    return end
  }

  private func line(of key: String, from first: Int, indent: Int) -> Int? {
    (first..<end(from: first, indent: indent)).first { place in
      let text = lines[place]
      let spaces = text.prefix { $0 == " " || $0 == "-" }.count
      return spaces == indent && text.dropFirst(spaces).hasPrefix(key + ":")
    }
  }

  private static func isBlank(_ line: String) -> Bool {
    let text = line.drop { $0 == " " }
    return text.isEmpty || text.hasPrefix("#")
  }

  private static func value(_ line: String) -> String {
    guard let colon = line.firstIndex(of: ":") else { return "" }
    return uncommented(line[line.index(after: colon)...]).value
  }

  private static func uncommented(_ text: Substring) -> (value: String, comment: Substring) {
    let start = text.drop { $0 == " " }
    var quote: Character?
    var end = start.endIndex
    for place in start.indices {
      let sign = start[place]
      if let open = quote {
        if sign == open { quote = nil }
      } else if sign == "\"" || sign == "'" {
        quote = sign
      } else if sign == "#", place == start.startIndex || start[start.index(before: place)] == " " {
        end = place
        break
      }
    }
    var value = start[..<end]
    while value.last == " " { value.removeLast() }
    return (String(value), start[value.endIndex...])
  }

  private static func replaced(_ line: String, _ key: String, _ value: String) -> String {
    guard let colon = line.firstIndex(of: ":") else { return line }
    let comment = uncommented(line[line.index(after: colon)...]).comment
    return line[...colon] + " " + value + comment
  }

  // MARK: - Braces

  private static func flow(
    _ line: String, _ keys: [(String, String)], _ override: [(String, String)], _ source: String
  ) -> String? {
    var text = line
    for (key, value) in keys {
      guard let span = self.span(of: key, in: text) else { return nil }
      text.replaceSubrange(span, with: value)
    }
    if let span = self.span(of: "override", in: text) {
      guard let changed = flow(String(text[span]), override, source) else { return nil }
      text.replaceSubrange(span, with: changed)
      return text
    }
    guard let close = text.lastIndex(of: "}") else { return nil }
    let inner = ["source: \"\(source)\""] + override.map { "\($0.0): \($0.1)" }
    text.insert(contentsOf: ", override: {\(inner.joined(separator: ", "))}", at: close)
    return text
  }

  private static func flow(
    _ braces: String, _ values: [(String, String)], _ source: String
  ) -> String? {
    var text = braces
    let known = span(of: "source", in: text).map { String(text[$0]) }
    for (key, value) in [("source", sources(known, source))] + values {
      if let span = span(of: key, in: text) {
        text.replaceSubrange(span, with: merged(String(text[span]), value))
      } else {
        guard let close = text.lastIndex(of: "}") else { return nil }
        text.insert(contentsOf: ", \(key): \(value)", at: close)
      }
    }
    return text
  }

  /// Where the value of `key` stands in a mapping in braces: up to the comma or brace that ends it.
  private static func span(of key: String, in text: String) -> Range<String.Index>? {
    var (depth, quote) = (0, Character?.none)
    var start: String.Index?
    var place = text.startIndex
    while place < text.endIndex {
      let sign = text[place]
      if let open = quote {
        if sign == open { quote = nil }
      } else if sign == "\"" || sign == "'" {
        quote = sign
      } else if "{[".contains(sign) {
        depth += 1
      } else if let begin = start, depth == 1, sign == "," || sign == "}" {
        return begin..<place
      } else if "}]".contains(sign) {
        depth -= 1
      }
      if start == nil, depth == 1, quote == nil, text[place...].hasPrefix(key + ":"),
        place > text.startIndex, " {,".contains(text[text.index(before: place)])
      {
        start = text[text.index(place, offsetBy: key.count + 1)...].firstIndex { $0 != " " }
        guard let begin = start else { return nil }
        place = begin
        continue
      }
      place = text.index(after: place)
    }
    return nil
  }

  // MARK: - Values

  /// The source line of an override that had one already: what it says of other numbers stays.
  private static func sources(_ known: String?, _ source: String) -> String {
    let bare = (known ?? "").filter { $0 != "\"" && $0 != "'" }
    guard !bare.isEmpty, !bare.contains(source), bare.count + source.count < 390 else {
      return "\"\(source)\""
    }
    return "\"\(bare); \(source)\""
  }

  /// A mapping of class ranges keeps the classes that were not walked.
  private static func merged(_ known: String, _ value: String) -> String {
    guard known.hasPrefix("{"), value.hasPrefix("{person:"),
      let span = span(of: "person", in: known)
    else { return value }
    var text = known
    text.replaceSubrange(span, with: value.dropFirst(8).dropLast().drop { $0 == " " })
    return text
  }
}
