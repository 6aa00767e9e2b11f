/// The table of targets in Package.swift, read as text.
struct Manifest {
  struct Room: Equatable {
    var name: String
    var floor: Int
    var uses: [String]
    var hasTests: Bool
  }

  var rooms: [Room]
  var cLibraries: [String]

  init(text: String) {
    // Each row begins with its type's name; the type's own declaration has a space there.
    rooms = text.components(after: " Room(").compactMap { row in
      guard let name = row.string(after: "name: "), let floor = row.integer(after: "floor: ") else {
        return nil
      }
      return Room(
        name: name, floor: floor, uses: row.list(after: " uses: "),
        hasTests: row.firstRange(of: "hasTests: false") == nil)
    }
    cLibraries = text.components(after: " CLibrary(").compactMap { $0.string(after: "name: ") }
  }

  static let here = Manifest(
    text: SourceTree.here.file("Package.swift")?.lines.joined(separator: "\n") ?? "")
}

extension String {
  /// What follows each `mark`, up to the next.
  fileprivate func components(after mark: String) -> [Substring] {
    split(separator: mark, omittingEmptySubsequences: false).dropFirst().map { row in
      // A row ends where its parenthesis closes.
      var depth = 1
      return row.prefix { character in
        if character == "(" { depth += 1 }
        if character == ")" { depth -= 1 }
        return depth > 0
      }
    }
  }
}

extension Substring {
  fileprivate func string(after mark: String) -> String? {
    guard let range = firstRange(of: mark), self[range.upperBound...].first == "\"" else {
      return nil
    }
    return String(self[range.upperBound...].dropFirst().prefix { $0 != "\"" })
  }

  fileprivate func integer(after mark: String) -> Int? {
    firstRange(of: mark).flatMap { Int(self[$0.upperBound...].prefix(while: \.isNumber)) }
  }

  fileprivate func list(after mark: String) -> [String] {
    guard let range = firstRange(of: mark) else { return [] }
    return self[range.upperBound...].prefix { $0 != "]" }.split(separator: "\"")
      .filter { $0.first?.isLetter == true }.map(String.init)
  }
}
