import Yams

/// A mapping that is being read: remembers which keys were asked for, so that the others can be
/// told as unknown.
final class Section {
  let entry: Entry
  private var values: [String: (key: Entry, value: Entry)] = [:]
  private var order: [String] = []
  private var known: Set<String> = []
  private var missing: [(key: String, example: String)] = []

  init(entry: Entry, mapping: Node.Mapping) {
    self.entry = entry
    for (keyNode, node) in mapping {
      let keyEntry = Entry(text: entry.text, node: keyNode, path: entry.path, list: entry.list)
      guard case .scalar(let scalar) = keyNode else {
        keyEntry.error(
          .wrongType, expected: "a word as key", remedy: "Write \"key: value\" with a plain word")
        continue
      }
      let path = entry.path.isEmpty ? scalar.string : "\(entry.path).\(scalar.string)"
      order.append(scalar.string)
      values[scalar.string] = (
        Entry(text: entry.text, node: keyNode, path: path, list: entry.list),
        Entry(text: entry.text, node: node, path: path, list: entry.list)
      )
    }
    tellDuplicateKeys()
  }

  /// The keys as they stand in the file.
  var keys: [String] { order }

  /// Whether `key` is there with a value; it is known from now on.
  func has(_ key: String) -> Bool {
    known.insert(key)
    return values[key].map { !$0.value.isEmpty } ?? false
  }

  /// The value of `key`, `nil` when it is absent or empty; it is known from now on.
  func optional(_ key: String) -> Entry? {
    has(key) ? values[key]?.value : nil
  }

  /// The value of `key`; its absence is an error.
  func required(_ key: String, example: String) -> Entry? {
    if let entry = optional(key) { return entry }
    missing.append((key, example))
    return nil
  }

  /// Tells that `key` has no place here, and why.
  func refuse(_ key: String, expected: String, remedy: String) {
    known.insert(key)
    guard let found = values[key] else { return }
    found.key.error(.conflict, expected: expected, remedy: remedy, found: "the key \(quoted(key))")
  }

  /// Tells what the keys themselves have wrong, once all of them were asked for: unknown ones, with
  /// the known key that was probably meant, and required ones that are absent. A misspelt key is
  /// told once, not also as absent.
  func tellKeys() {
    let list = known.sorted().joined(separator: ", ")
    for name in order where !known.contains(name) {
      guard let found = values[name]?.key else { continue }
      let meant = Suggestion.nearest(to: name, among: known.filter { values[$0] == nil })
      missing.removeAll { $0.key == meant }
      found.error(
        .unknownKey, expected: "one of \(list)",
        remedy: meant.map { "Did you mean \(quoted($0))?" }
          ?? "Remove it, or put it where it belongs (Docs/Configuration.md)",
        found: "the unknown key \(quoted(name))")
    }
    for (key, example) in missing {
      entry.list.error(
        .missingKey, at: values[key]?.key.position ?? entry.position,
        field: entry.path.isEmpty ? key : "\(entry.path).\(key)",
        found: values[key] == nil ? "no key \(quoted(key))" : "nothing behind \(quoted(key))",
        expected: "\(key): \(example)", remedy: "Add the line \"\(key): \(example)\"")
    }
  }

  /// Tells keys that stand twice: the parser renamed the first of them, see `YAMLText`.
  private func tellDuplicateKeys() {
    var told: Set<String> = []
    for name in order {
      guard let stand = name.unicodeScalars.first, let first = entry.text.firstKeys[stand] else {
        continue
      }
      values[name] = nil
      order.removeAll { $0 == name }
      guard let second = values[first.name]?.key, told.insert(first.name).inserted else { continue }
      second.error(
        .duplicateKey, expected: "every key once",
        remedy: "Remove it here or in line \(first.position.line)",
        found: "the key \(quoted(first.name)) a second time")
    }
  }
}
