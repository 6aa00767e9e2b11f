/// Writes metrics in the Prometheus text exposition format, version 0.0.4.
public struct PrometheusText: Sendable {
  /// What a metric does over time.
  public enum Kind: String, Sendable {
    /// Only grows within a run.
    case counter
    /// Goes up and down.
    case gauge
    /// Counts by size.
    case histogram
  }

  /// The text so far.
  public private(set) var text = ""

  /// An empty exposition.
  public init() {}

  /// Starts the family `name`; its samples follow.
  public mutating func family(_ name: String, _ kind: Kind, help: String) {
    text += "# HELP \(name) \(escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
  }

  /// One sample of family `name`; labels in the order given.
  public mutating func sample(
    _ name: String, labels: [(name: String, value: String)] = [], _ value: UInt64
  ) {
    text += "\(name)\(labelText(labels)) \(value)\n"
  }

  /// One sample of family `name` that is no whole number.
  public mutating func sample(
    _ name: String, labels: [(name: String, value: String)] = [], _ value: Double
  ) {
    text += "\(name)\(labelText(labels)) \(value)\n"
  }

  /// The family `name` of one histogram.
  ///
  /// - Parameter reading: how many are at most so large, by upper bound, rising; how many there are, and
  ///   their sum.
  public mutating func histogram(
    _ name: String, help: String,
    _ reading: (classes: [(seconds: Double, count: UInt64)], count: UInt64, sum: Double)
  ) {
    family(name, .histogram, help: help)
    for entry in reading.classes {
      sample("\(name)_bucket", labels: [("le", "\(entry.seconds)")], entry.count)
    }
    sample("\(name)_bucket", labels: [("le", "+Inf")], reading.count)
    sample("\(name)_sum", reading.sum)
    sample("\(name)_count", reading.count)
  }

  private func labelText(_ labels: [(name: String, value: String)]) -> String {
    guard !labels.isEmpty else { return "" }
    let inner = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
    return "{" + inner.joined(separator: ",") + "}"
  }

  private func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
