/// The name that was probably meant.
enum Suggestion {
  /// The candidate fewest edits away from `name`, if it is near enough to be a slip of the hand:
  /// at most a third of its letters, at least one and at most three edits. First in the alphabet
  /// of equals.
  static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    // Longer words are no slips, and the table below is quadratic.
    guard name.unicodeScalars.count <= 64 else { return nil }
    var best: (distance: Int, candidate: String)?
    for candidate in candidates.sorted() {
      let allowed = min(3, max(1, candidate.count / 3))
      let distance = editDistance(name, candidate)
      if distance <= allowed, distance < candidate.count, distance < best?.distance ?? .max {
        best = (distance, candidate)
      }
    }
    return best?.candidate
  }

  /// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal
  /// string alignment; Damerau 1964, Wagner and Fischer 1974), case ignored.
  static func editDistance(_ a: String, _ b: String) -> Int {
    let a = Array(a.lowercased().unicodeScalars)
    let b = Array(b.lowercased().unicodeScalars)
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        let substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        row[j] = min(previous[j] + 1, row[j - 1] + 1, substitution)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          row[j] = min(row[j], beforePrevious[j - 2] + 1)
        }
      }
      beforePrevious = previous
      previous = row
    }
    return previous[b.count]
  }
}
