/// What differs between two plain values of one type, such as two sites: paths of members with both
/// sides, e.g. `sensors.pir-1.detectionProbability: 0.9 -> 0.6`.
///
/// Elements of a list that have a `name` are told and matched by it, others by their place.
public enum ValueDifferences {
  /// The differences in the order of the members.
  public static func between<Value>(_ a: Value, _ b: Value) -> [String] {
    var found: [String] = []
    compare(a, b, path: "", &found)
    return found
  }

  private static func compare(_ a: Any, _ b: Any, path: String, _ found: inout [String]) {
    if isEqual(a, b) { return }
    // Reflection does not see into one.
    if "\(type(of: a))".hasPrefix("InlineArray<") {
      tell(path, "numbers", "other numbers", &found)
      return
    }
    let (left, right) = (Mirror(reflecting: a), Mirror(reflecting: b))
    switch left.displayStyle {
    case .collection:
      compare(named(left), named(right), path: path, &found)
    case .dictionary, .set:
      compare(keyed(left), keyed(right), path: path, &found)
    case .optional:
      switch (left.children.first, right.children.first) {
      case (let a?, let b?): compare(a.value, b.value, path: path, &found)
      case (nil, nil): break
      case (let a, let b): tell(path, a.map { words($0.value) }, b.map { words($0.value) }, &found)
      }
    case .enum where left.children.first?.label != right.children.first?.label:
      tell(path, words(a), words(b), &found)
    case .struct, .tuple, .class, .enum:
      if a is any CustomStringConvertible || left.children.isEmpty {
        if words(a) != words(b) { tell(path, words(a), words(b), &found) }
        return
      }
      for (mine, other) in zip(left.children, right.children) {
        // The payload of an enumeration goes without a name of its own.
        let name = left.displayStyle == .enum ? nil : mine.label
        compare(mine.value, other.value, path: joined(path, name), &found)
      }
    default:
      if words(a) != words(b) { tell(path, words(a), words(b), &found) }
    }
  }

  private static func compare(
    _ a: [(key: String, value: Any)], _ b: [(key: String, value: Any)], path: String,
    _ found: inout [String]
  ) {
    for (key, value) in a {
      let inner = joined(path, key)
      if let other = b.first(where: { $0.key == key }) {
        compare(value, other.value, path: inner, &found)
      } else {
        tell(inner, "there", nil, &found)
      }
    }
    for (key, _) in b where !a.contains(where: { $0.key == key }) {
      tell(joined(path, key), nil, "there", &found)
    }
  }

  private static func isEqual(_ a: Any, _ b: Any) -> Bool {
    func isEqual<Value: Equatable>(_ value: Value) -> Bool { (b as? Value) == value }
    return (a as? any Equatable).map { isEqual($0) } ?? false
  }

  private static func named(_ list: Mirror) -> [(key: String, value: Any)] {
    list.children.enumerated().map { place, child in
      let name = Mirror(reflecting: child.value).children.first { $0.label == "name" }?.value
      return (name as? String ?? "\(place)", child.value)
    }
  }

  private static func keyed(_ table: Mirror) -> [(key: String, value: Any)] {
    table.children.map { child in
      let pair = Array(Mirror(reflecting: child.value).children)
      return pair.count == 2 ? (words(pair[0].value), pair[1].value) : (words(child.value), true)
    }
    .sorted { $0.key < $1.key }
  }

  private static func joined(_ path: String, _ name: String?) -> String {
    guard let name else { return path }
    return path.isEmpty ? name : "\(path).\(name)"
  }

  /// A value in words: an enumeration by its case, a vector by its lanes.
  private static func words(_ value: Any) -> String {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .enum, let label = mirror.children.first?.label { return label }
    let words = "\(value)"
    return words.hasPrefix("SIMD") ? String(words.drop { $0 != "(" }) : words
  }

  private static func tell(
    _ path: String, _ a: String?, _ b: String?, _ found: inout [String]
  ) {
    found.append("\(path): \(a ?? "nothing") -> \(b ?? "nothing")")
  }
}
