// Rules that look for words of code. A word is bounded by what cannot be part of a name.

/// Places of `word` in a line of code.
func occurrences(of word: String, in line: String) -> [String.Index] {
  var places: [String.Index] = []
  var rest = line[...]
  while let range = rest.firstRange(of: word) {
    let before =
      range.lowerBound > line.startIndex ? line[line.index(before: range.lowerBound)] : " "
    let after = range.upperBound < line.endIndex ? line[range.upperBound] : " "
    if !isNamePart(before), !isNamePart(after) { places.append(range.lowerBound) }
    rest = rest[range.upperBound...]
  }
  return places
}

private func isNamePart(_ character: Character) -> Bool {
  character.isLetter || character.isNumber || character == "_"
}

func bannedWords(_ words: [String], _ file: SourceText) -> [Finding] {
  file.code.enumerated().flatMap { place, line in
    words.filter { !occurrences(of: $0, in: line).isEmpty }.map { word in
      Finding(file, line: place, "\(word) has no place here")
    }
  }
}

/// Calls of free functions by name; methods of the same name (`log.print(`) are not meant.
func bannedCalls(_ names: [String], _ file: SourceText) -> [Finding] {
  file.code.enumerated().flatMap { place, line in
    names.filter { name in
      occurrences(of: name, in: line).contains { start in
        let end = line.index(start, offsetBy: name.count)
        let before = line[..<start].last ?? " "
        let isDeclared = line[..<start].hasSuffix("func ")
        return line[end...].hasPrefix("(") && before != "." && !isDeclared
      }
    }.map { Finding(file, line: place, "\($0)() has no place here") }
  }
}

/// `any P`, except in an error that is caught and translated.
func existentials(_ file: SourceText) -> [Finding] {
  file.code.enumerated().flatMap { place, line in
    occurrences(of: "any", in: line).compactMap { start -> Finding? in
      let rest = line[start...].dropFirst(3)
      guard rest.first == " ", rest.dropFirst().first?.isUppercase == true else { return nil }
      return Finding(file, line: place, "existential any\(rest.prefix { $0 != "," && $0 != ")" })")
    }
  }
}

/// Sets and dictionaries, whose order differs from run to run.
func hashedCollections(_ file: SourceText) -> [Finding] {
  file.code.enumerated().compactMap { place, line in
    let isNamed = ["Set", "Dictionary"].contains { !occurrences(of: $0, in: line).isEmpty }
    let isSugar = line.contains("[:]") || line.contains(/\[[A-Z][A-Za-z0-9_.]* *: *[\[(A-Z]/)
    return isNamed || isSugar
      ? Finding(file, line: place, "a hash table's order is not the same in a replay") : nil
  }
}

/// Clocks and chance, which a pure function is given and never reaches for.
func clockReads(_ file: SourceText) -> [Finding] {
  bannedWords(
    [
      "clock_gettime", "gettimeofday", "CLOCK_REALTIME", "CLOCK_MONOTONIC", "ContinuousClock",
      "SuspendingClock", "DispatchTime", "SystemRandomNumberGenerator", "Date", "arc4random",
    ], file) + bannedCalls(["time", "rand", "random"], file)
    + file.code.enumerated().compactMap { place, line in
      line.contains(".random(") && !line.contains("using:")
        ? Finding(file, line: place, "chance without a seeded generator") : nil
    }
}

func bannedImports(_ modules: Set<String>, _ file: SourceText) -> [Finding] {
  file.imports.filter { modules.contains($0.module) }.map {
    Finding(file, line: $0.line, "import \($0.module) has no place here")
  }
}
