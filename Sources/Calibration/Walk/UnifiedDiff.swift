/// The difference of two texts in the unified format that `patch` and `git apply` take.
enum UnifiedDiff {
  /// Lines shown about a change.
  static let context = 3

  /// The difference of `old` and `new`, empty when they are equal.
  static func text(old: [String], new: [String], path: String) -> String {
    let difference = new.difference(from: old)
    guard !difference.isEmpty else { return "" }
    var removed = Set<Int>()
    var inserted = Set<Int>()
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    // All lines in order, each with its sign and its places in both texts.
    var all: [(sign: Character, line: String, old: Int, new: Int)] = []
    var (a, b) = (0, 0)
    while a < old.count || b < new.count {
      if removed.contains(a) {
        all.append(("-", old[a], a, b))
        a += 1
      } else if inserted.contains(b) {
        all.append(("+", new[b], a, b))
        b += 1
      } else {
        all.append((" ", old[a], a, b))
        (a, b) = (a + 1, b + 1)
      }
    }
    var result = "--- \(path)\n+++ \(path)\n"
    var place = 0
    while let change = all[place...].firstIndex(where: { $0.sign != " " }) {
      let first = max(place, change - context)
      var last = change
      for index in change..<all.count where all[index].sign != " " {
        guard index - last <= 2 * context else { break }
        last = index
      }
      let hunk = all[first...min(all.count - 1, last + context)]
      let olds = hunk.count { $0.sign != "+" }
      let news = hunk.count { $0.sign != "-" }
      result += "@@ -\(hunk[first].old + 1),\(olds) +\(hunk[first].new + 1),\(news) @@\n"
      for line in hunk { result += "\(line.sign)\(line.line)\n" }
      place = hunk.endIndex
      guard place < all.count else { break }
    }
    return result
  }
}
