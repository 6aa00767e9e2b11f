/// One import of a file.
struct Import: Equatable {
  var module: String
  var isPublic: Bool
  var line: Int
}

extension SourceText {
  /// The file's imports.
  var imports: [Import] {
    code.enumerated().compactMap { place, line in
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let keyword = words.firstIndex(of: "import"),
        words[..<keyword].allSatisfy({ $0.hasPrefix("@") || Self.accessWords.contains($0) }),
        let last = words[(keyword + 1)...].last
      else { return nil }
      // `import struct Foundation.Date` imports from Foundation.
      let module = last.prefix { $0 != "." }
      return Import(
        module: String(module), isPublic: words[..<keyword].contains("public"), line: place)
    }
  }

  private static let accessWords: Set<Substring> = [
    "public", "package", "internal", "fileprivate", "private",
  ]
}

/// Imports that do not go down: of a target on the same or a higher floor, or of one that the
/// manifest does not list; and C modules shown to the outside.
func wrongImports(_ file: SourceText, manifest: Manifest) -> [Finding] {
  guard let target = file.target, let floor = House.floors[target] else {
    return [Finding(file, "its target stands on no floor of the house")]
  }
  return file.imports.flatMap { entry -> [Finding] in
    var findings: [Finding] = []
    let isC = manifest.cLibraries.contains(entry.module)
    guard isC || House.floors[entry.module] != nil else { return [] }
    if !isC, entry.module != target, House.floors[entry.module]! >= floor {
      findings.append(
        Finding(
          file, line: entry.line,
          "\(target) (floor \(floor)) imports \(entry.module) (floor \(House.floors[entry.module]!))"
        ))
    }
    if let room = manifest.rooms.first(where: { $0.name == target }),
      !room.uses.contains(entry.module)
    {
      findings.append(
        Finding(file, line: entry.line, "Package.swift does not list \(entry.module) for \(target)")
      )
    }
    if isC, entry.isPublic, House.inlined[entry.module] != target {
      findings.append(Finding(file, line: entry.line, "C module \(entry.module) imported publicly"))
    }
    return findings
  }
}
