/// The budgets a bench was held against, with what was measured.
public struct Verdicts: Sendable {
  private var lines: [String] = []

  /// Whether any budget was missed.
  public private(set) var hasFailed = false

  /// Starts with no budget checked.
  public init() {}

  /// Notes whether `isMet`, under `budget` in words with its limit, having measured `measured`.
  public mutating func check(_ budget: String, measured: String, isMet: Bool) {
    lines.append("\(isMet ? "PASS" : "FAIL")  \(budget): \(measured)")
    if !isMet { hasFailed = true }
  }

  /// One line per budget.
  public var summary: String { lines.joined(separator: "\n") }
}
