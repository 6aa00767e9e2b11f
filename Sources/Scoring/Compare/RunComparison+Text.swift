extension RunComparison {
  /// The comparison for people.
  public var text: String {
    var lines = [Self.line("A", a), Self.line("B", b)]
    lines.append(
      "\(same) events the same, \(changed.count) changed, \(lost.count) lost, \(gained.count) gained"
    )
    if let firstDifference { lines.append("first difference: \(firstDifference.text)") }
    for single in lost {
      lines.append("LOST     \(single.event)")
      lines.append("         \(single.reason)")
    }
    for single in gained {
      lines.append("GAINED   \(single.event)")
      lines.append("         \(single.reason)")
    }
    for change in changed {
      lines.append("CHANGED  \(change.event)")
      for member in change.members {
        lines.append("         \(member.name): \(member.a) -> \(member.b)")
      }
    }
    if !isSame {
      for setting in settings { lines.append("SETTING  \(setting)") }
    }
    return lines.joined(separator: "\n")
  }

  private static func line(_ letter: String, _ side: Side) -> String {
    let hash = side.configuration.isEmpty ? "" : ", configuration \(side.configuration.prefix(12))"
    let software = side.software.isEmpty ? "" : ", software \(side.software)"
    return "\(letter): \(side.name)\(hash)\(software), \(side.events) events"
  }
}
