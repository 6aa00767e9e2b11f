import Yams

/// A place in a file that holds a value: the node, how people call it, and where mistakes are told.
struct Entry {
  /// The tree that the place is in.
  let text: YAMLText
  /// What stands there.
  let node: Node
  /// Its path, such as `sensors[2].gpio`.
  let path: String
  /// Where mistakes are told.
  let list: DiagnosticList

  /// Where it stands.
  var position: Position {
    node.mark.map { Position(line: $0.line, column: $0.column) } ?? .none
  }

  /// What stands there, for a message.
  var description: String {
    switch node {
    case .scalar(let scalar): isEmpty ? "nothing" : quoted(scalar.string)
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  /// The same, where quotes matter.
  private var descriptionWithQuotes: String {
    isQuoted ? "the text \(description) in quotes" : description
  }

  /// Whether it is YAML's null: nothing, `~` or `null`, not in quotes.
  var isEmpty: Bool {
    guard case .scalar(let scalar) = node, !isQuoted else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// Whether it is a text in quotes or a block.
  var isQuoted: Bool {
    guard case .scalar(let scalar) = node else { return false }
    return scalar.style != .plain && scalar.style != .any
  }

  /// Tells an error at this place.
  func error(
    _ code: Diagnostic.Code, expected: String, remedy: String, found: String? = nil
  ) {
    list.error(
      code, at: position, field: path, found: found ?? description, expected: expected,
      remedy: remedy)
  }

  /// The text that stands there, without a check of what it says.
  func scalar(expected: String, remedy: String) -> String? {
    guard case .scalar(let scalar) = node, !isEmpty else {
      error(.wrongType, expected: expected, remedy: remedy)
      return nil
    }
    return scalar.string
  }

  /// A text of 1 to `lengthMax` characters, not only spaces.
  func text(lengthMax: Int = 200, example: String) -> String? {
    let expected = "a text such as \(quoted(example))"
    guard let value = scalar(expected: expected, remedy: "Write a text here") else { return nil }
    guard value.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
      error(.badValue, expected: expected, remedy: "Write at least one word")
      return nil
    }
    guard value.unicodeScalars.count <= lengthMax else {
      error(
        .outOfRange, expected: "at most \(lengthMax) characters", remedy: "Shorten it",
        found: "\(value.unicodeScalars.count) characters")
      return nil
    }
    return value
  }

  /// A name: lower-case letters, digits and `extra`, at most 64, a letter or digit at both ends.
  func name(extra: String = "-_.") -> String? {
    let marks = extra.map(String.init).joined(separator: " ")
    let expected = "a name of lower-case letters, digits and \(marks), at most 64 characters"
    let remedy = "Write a name such as \"gate-north\""
    guard let value = scalar(expected: expected, remedy: remedy) else { return nil }
    func isWord(_ byte: UInt8) -> Bool {
      (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
    }
    let bytes = Array(value.utf8)
    let fits =
      bytes.count <= 64 && bytes.first.map(isWord) == true && bytes.last.map(isWord) == true
      && bytes.allSatisfy { isWord($0) || extra.utf8.contains($0) }
    guard fits else {
      error(.badValue, expected: expected, remedy: remedy)
      return nil
    }
    return value
  }

  /// One of a few words.
  func choice<Value>(_ choices: [(String, Value)]) -> Value? {
    let names = choices.map(\.0)
    let expected = "one of " + names.joined(separator: ", ")
    let fallback = "Write \(quoted(names.first ?? ""))"
    guard let value = scalar(expected: expected, remedy: fallback) else { return nil }
    if let match = choices.first(where: { $0.0 == value }) { return match.1 }
    let meant = Suggestion.nearest(to: value, among: names)
    error(
      .badValue, expected: expected,
      remedy: meant.map { "Did you mean \(quoted($0))?" } ?? "Choose one of them")
    return nil
  }

  /// `true` or `false`.
  func flag() -> Bool? {
    let remedy = "Write true or false without quotes"
    guard let value = scalar(expected: "true or false", remedy: remedy) else { return nil }
    if !isQuoted, value == "true" { return true }
    if !isQuoted, value == "false" { return false }
    error(
      .wrongType, expected: "true or false", remedy: remedy, found: descriptionWithQuotes)
    return nil
  }

  /// A whole number.
  func integer(in range: ClosedRange<Int>) -> Int? {
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    let remedy = "Write a whole number without quotes or unit"
    guard let value = scalar(expected: expected, remedy: remedy) else { return nil }
    guard !isQuoted, value.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2D }),
      value.utf8.contains(where: { $0 != 0x2D })
    else {
      error(.wrongType, expected: expected, remedy: remedy, found: descriptionWithQuotes)
      return nil
    }
    guard let number = Int(value), range.contains(number) else {
      error(.outOfRange, expected: expected, remedy: "Choose a number within the range")
      return nil
    }
    return number
  }

  /// A number without dimension; `unit` may stand behind it and says nothing new.
  func number(in range: ClosedRange<Double>, unit: String = "") -> Double? {
    let limits = "from \(plain(range.lowerBound)) to \(plain(range.upperBound))"
    let expected = "a number \(limits)"
    let remedy = "Write a decimal number without quotes, with a point for fractions"
    guard let value = scalar(expected: expected, remedy: remedy) else { return nil }
    guard !isQuoted, let quantity = Quantity(value) else {
      error(.wrongType, expected: expected, remedy: remedy, found: descriptionWithQuotes)
      return nil
    }
    guard quantity.unit.isEmpty || (quantity.unit == unit && !unit.isEmpty) else {
      error(
        .wrongUnit, expected: unit.isEmpty ? "\(expected), without unit" : "\(expected) \(unit)",
        remedy: "Write \(plain(quantity.number))")
      return nil
    }
    guard range.contains(quantity.number) else {
      error(.outOfRange, expected: expected, remedy: "Choose a number within the range")
      return nil
    }
    return quantity.number
  }

  /// A quantity in the base unit of `dimension`: metres, seconds, radians, per second, bytes.
  /// The limits are texts in the form of the file, so that messages can repeat them.
  func quantity(_ dimension: Dimension, from low: String, to high: String) -> Double? {
    let expected = "\(dimension.name) such as \"\(dimension.example)\""
    let units = "units: \(dimension.unitList)"
    guard let value = scalar(expected: expected, remedy: "Write a number and its unit (\(units))")
    else { return nil }
    let result: Double
    do throws(Quantity.Flaw) {
      result = try Quantity.value(of: value, in: dimension)
    } catch {
      switch error {
      case .noNumber:
        self.error(
          .wrongType, expected: expected, remedy: "Write a number and its unit (\(units))")
      case .noUnit:
        self.error(
          .wrongUnit, expected: expected, remedy: "Write the unit behind the number (\(units))",
          found: "\(description) without a unit")
      case .otherDimension(let other):
        self.error(
          .wrongUnit, expected: expected, remedy: "Use one of the \(units)",
          found: "\(description), which is \(other.name)")
      case .unknownUnit(let unit):
        if unit.hasPrefix(",") {
          self.error(
            .wrongType, expected: expected, remedy: "Write fractions with a point: 6.5, not 6,5")
          return nil
        }
        let meant = Suggestion.nearest(to: unit, among: dimension.units.map(\.symbol))
        self.error(
          .wrongUnit, expected: expected,
          remedy: meant.map { "Did you mean the unit \(quoted($0))?" } ?? "Use one of the \(units)",
          found: "\(description) with the unknown unit \(quoted(unit))")
      }
      return nil
    }
    let isLow = (try? Quantity.value(of: low, in: dimension)).map { result < $0 - 1e-12 } ?? false
    let isHigh =
      (try? Quantity.value(of: high, in: dimension)).map { result > $0 * (1 + 1e-12) } ?? false
    guard !isLow, !isHigh else {
      error(
        .outOfRange, expected: "\(dimension.name) from \(low) to \(high)",
        remedy: "Choose a value within the range")
      return nil
    }
    return result
  }

  /// The entries of a list of `count` entries.
  func list(count: ClosedRange<Int>) -> [Entry]? {
    guard case .sequence(let sequence) = node else {
      error(.wrongType, expected: "a list", remedy: "Begin each entry with \"- \"")
      return nil
    }
    guard count.contains(sequence.count) else {
      error(
        sequence.count > count.upperBound ? .tooLarge : .outOfRange,
        expected: "\(count.lowerBound) to \(count.upperBound) entries",
        remedy: sequence.count > count.upperBound ? "Remove entries" : "Add entries",
        found: "\(sequence.count) entries")
      return nil
    }
    return sequence.enumerated().map {
      Entry(text: text, node: $1, path: "\(path)[\($0)]", list: list)
    }
  }

  /// The mapping that stands there, read by `body`; keys that `body` did not ask for are told.
  func section<Result>(_ body: (Section) -> Result?) -> Result? {
    guard case .mapping(let mapping) = node else {
      error(
        .wrongType, expected: "a mapping of keys to values",
        remedy: "Write \"key: value\" lines, indented below")
      return nil
    }
    let section = Section(entry: self, mapping: mapping)
    let result = body(section)
    section.tellKeys()
    return result
  }
}

/// A number for a message: without a fraction where it has none.
func plain(_ number: Double) -> String {
  number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
}
