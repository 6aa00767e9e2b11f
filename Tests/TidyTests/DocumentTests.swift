import Testing

/// The documents name files, constants and pages: what they name is there.
@Suite struct DocumentTests {
  private let tree = SourceTree.here
  private var architecture: SourceText? { tree.file("Docs/Architecture.md") }
  private var pages: [SourceText] {
    tree.files.filter {
      $0.path == "README.md" || ($0.path.hasPrefix("Docs/") && $0.path.hasSuffix(".md"))
    }
  }

  @Test func `every link between pages leads to a file`() {
    for page in pages {
      let dead = Links.relative(in: page).filter { !tree.paths.contains($0) }
      #expect(dead == [], "\(page.path)")
    }
  }

  @Test func `every path of the tree that a page names exists`() {
    for page in pages {
      let dead = Links.named(in: page).filter { !tree.paths.contains($0) }
      #expect(dead == [], "\(page.path)")
    }
  }

  @Test func `every limit in the architecture is the one in the code`() throws {
    let page = try #require(architecture)
    let limits = Limit.table(in: page)
    #expect(limits.count >= 10)
    for limit in limits {
      let file = tree.file("Sources/" + limit.file)
      #expect(
        file.map { limit.holds(in: $0) } == true,
        "\(limit.constant) = \(limit.value) does not stand in Sources/\(limit.file)")
    }
  }

  @Test func `every target is a row of the architecture with its floor`() throws {
    let page = try #require(architecture)
    for room in Manifest.here.rooms {
      let isThere = page.lines.contains { line in
        line.hasPrefix("| \(room.floor) |") && line.contains("`\(room.name)`")
      }
      #expect(isThere, "\(room.name) on floor \(room.floor)")
    }
  }

  @Test func `a dead link, a dead path and a wrong limit are found`() {
    let page = SourceText(
      path: "Docs/Decisions/a.md",
      text: "[b](../B.md#part) [c](https://example.org/x) `Sources/Rings/Ring.swift`, `Sources/X/`")
    #expect(Links.relative(in: page) == ["Docs/B.md"])
    #expect(Links.named(in: page) == ["Sources/Rings/Ring.swift", "Sources/X"])
    let table = SourceText(
      path: "Docs/A.md",
      text:
        "| limit | constant | value | file |\n|---|---|---|---|\n| ring | `size` | 1,024 | `A/B.swift` |"
    )
    let limit = Limit.table(in: table)
    #expect(limit == [Limit(constant: "size", value: "1024", file: "A/B.swift")])
    let right = SourceText(path: "Sources/A/B.swift", text: "  static let size = 1_024\n")
    let wrong = SourceText(path: "Sources/A/B.swift", text: "  static let size = 2_048\n")
    #expect(limit[0].holds(in: right))
    #expect(!limit[0].holds(in: wrong))
  }
}

/// What a page refers to.
private enum Links {
  /// Targets of Markdown links to files, as paths from the root.
  static func relative(in page: SourceText) -> [String] {
    page.lines.flatMap { line in
      line.matches(of: /\]\(([^)\s]+)\)/).compactMap { match -> String? in
        let link = match.1
        guard !link.contains("://"), !link.hasPrefix("#"), !link.hasPrefix("mailto:") else {
          return nil
        }
        return resolve(link.prefix { $0 != "#" }, from: page.path)
      }
    }
  }

  /// Paths in code quotes that begin at the root of the tree.
  static func named(in page: SourceText) -> [String] {
    page.lines.flatMap { line in
      line.matches(of: /`((?:Sources|Tests|systemd|DeviceProfiles|Docs)\/[A-Za-z0-9_.+\/-]+)`/)
        .map { String($0.1.hasSuffix("/") ? $0.1.dropLast() : $0.1) }
    }
  }

  private static func resolve(_ link: Substring, from page: String) -> String {
    var parts = page.split(separator: "/").dropLast().map(String.init)
    for part in link.split(separator: "/") {
      switch part {
      case ".": continue
      case "..": _ = parts.popLast()
      default: parts.append(String(part))
      }
    }
    return parts.joined(separator: "/")
  }
}

/// A row of the architecture's table of limits: what, `constant`, value, `file`.
private struct Limit: Equatable {
  var constant: String
  var value: String
  var file: String

  static func table(in page: SourceText) -> [Limit] {
    page.lines.compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmed }
      guard cells.count == 4, let constant = cells[1].unquoted, let file = cells[3].unquoted,
        file.hasSuffix(".swift")
      else { return nil }
      return Limit(
        constant: String(constant), value: cells[2].filter { $0 != "," }, file: String(file))
    }
  }

  /// Whether one line of `file` gives the constant this value.
  func holds(in file: SourceText) -> Bool {
    file.code.contains { line in
      let plain = line.filter { $0 != "_" }
      return !occurrences(of: constant, in: plain).isEmpty
        && plain.firstRange(of: "= ").map { range in
          plain[range.upperBound...].trimmed.prefix { $0 != ")" && $0 != "," } == value
        } ?? false
    }
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var rest = drop { $0 == " " }
    while rest.last == " " { rest.removeLast() }
    return rest
  }

  /// What stands between code quotes, if that is all.
  fileprivate var unquoted: Substring? {
    guard count > 2, first == "`", last == "`" else { return nil }
    return dropFirst().dropLast()
  }
}
