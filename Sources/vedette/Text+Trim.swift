extension String {
  /// Without the characters at the end that `isUnwanted` picks.
  func trimmingSuffix(_ isUnwanted: (Character) -> Bool) -> String {
    var text = self[...]
    while let last = text.last, isUnwanted(last) { text.removeLast() }
    return String(text)
  }
}
