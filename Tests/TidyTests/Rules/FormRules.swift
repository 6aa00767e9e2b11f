/// Most lines of a file of the product, and of one of the tests.
enum Length {
  static let sourceMax = 400
  static let testMax = 500
}

/// Code files that are longer than one idea needs.
func excessLength(_ file: SourceText) -> [Finding] {
  guard [".swift", ".h", ".c", ".cc", ".cpp"].contains(where: file.path.hasSuffix) else {
    return []
  }
  let most = file.path.hasPrefix("Tests/") ? Length.testMax : Length.sourceMax
  return file.lines.count > most
    ? [Finding(file, line: most, "\(file.lines.count) lines, at most \(most): split by idea")] : []
}

/// A file whose first declaration has no comment that tells its purpose. An extension may tell it on
/// its first member.
func missingPurpose(_ file: SourceText) -> [Finding] {
  var place = 0
  while place < file.lines.count, isPreamble(file.code[place]), !isComment(file.lines[place]) {
    place += 1
  }
  guard place < file.lines.count, !isComment(file.lines[place]) else { return [] }
  let isExtension = !occurrences(of: "extension", in: file.code[place]).isEmpty
  let next = file.lines[(place + 1)...].first { !$0.allSatisfy(\.isWhitespace) } ?? ""
  return isExtension && isComment(next)
    ? []
    : [Finding(file, line: place, "the file's purpose is not told before its first declaration")]
}

private func isComment(_ line: Substring) -> Bool {
  line.drop(while: \.isWhitespace).hasPrefix("//")
}

private func isPreamble(_ code: String) -> Bool {
  let trimmed = code.drop(while: \.isWhitespace)
  return trimmed.isEmpty || trimmed.hasPrefix("#if") || trimmed.hasPrefix("#else")
    || trimmed.hasPrefix("#endif") || trimmed.contains(/(^|\s)import\s/)
}

/// `@unchecked Sendable` and `nonisolated(unsafe)` whose invariant is not told in the comment above.
func untoldInvariants(_ file: SourceText) -> [Finding] {
  file.code.enumerated().compactMap { place, line in
    guard line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") else {
      return nil
    }
    var above = place - 1
    while above >= 0, isComment(file.lines[above]) || file.lines[above].contains("@") {
      if file.lines[above].contains("nvariant") { return nil }
      above -= 1
    }
    return Finding(file, line: place, "the invariant that makes this safe is not told above")
  }
}

/// Marks of work that was left open.
func openWork(_ file: SourceText) -> [Finding] {
  // Put together, so that this file does not hold them.
  let marks = ["TO" + "DO", "FIX" + "ME", "WIP" + ":"]
  return file.lines.enumerated().compactMap { place, line in
    marks.contains { mark in !occurrences(of: mark, in: String(line)).isEmpty }
      ? Finding(file, line: place, "work left open: finish it or write down why not") : nil
  }
}

/// Absolute paths of somebody's workplace.
func workplacePaths(_ file: SourceText) -> [Finding] {
  let roots = ["wo" + "rk", "ho" + "me", "Us" + "ers", "ro" + "ot"].map { "/" + $0 + "/" }
  return file.lines.enumerated().compactMap { place, line in
    let hits = roots.contains { root in
      line.firstRange(of: root).map { range in
        // Not the end of a longer path, such as Docs/home/.
        range.lowerBound == line.startIndex
          || " \"'(=:`,".contains(line[line.index(before: range.lowerBound)])
      } ?? false
    }
    return hits ? Finding(file, line: place, "a path of one workplace") : nil
  }
}
