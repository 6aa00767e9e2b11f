/// A position in a text, both from 1.
struct Position: Equatable, Sendable {
  var line: Int
  var column: Int

  /// The file as a whole.
  static let none = Position(line: 0, column: 0)
}

/// Collects what is wrong with one file while it is read to its end.
final class DiagnosticList {
  let file: String
  private(set) var all: [Diagnostic] = []
  /// How many errors were told, kept or not.
  private(set) var errorCount = 0

  init(file: String) { self.file = file }

  func error(
    _ code: Diagnostic.Code, at position: Position, field: String, found: String, expected: String,
    remedy: String
  ) {
    errorCount += 1
    add(.error, code, position, field, found, expected, remedy)
  }

  func warning(
    _ code: Diagnostic.Code, at position: Position, field: String, found: String, expected: String,
    remedy: String
  ) {
    add(.warning, code, position, field, found, expected, remedy)
  }

  private func add(
    _ severity: Diagnostic.Severity, _ code: Diagnostic.Code, _ position: Position,
    _ field: String, _ found: String, _ expected: String, _ remedy: String
  ) {
    guard all.count < ConfigurationErrors.diagnosticsMax else { return }
    all.append(
      Diagnostic(
        severity: severity, code: code, file: file, line: position.line, column: position.column,
        field: field, found: found, expected: expected, remedy: remedy))
  }

  /// All of them by position; those of one position in the order they were noticed.
  var sorted: [Diagnostic] {
    all.enumerated().sorted { a, b in
      (a.element.line, a.element.column, a.offset) < (b.element.line, b.element.column, b.offset)
    }.map(\.element)
  }
}
