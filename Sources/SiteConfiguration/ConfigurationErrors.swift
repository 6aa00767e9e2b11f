/// Everything that is wrong with a configuration, file by file in the order of position.
///
/// It is thrown whole: nothing of a configuration with an error is applied.
public struct ConfigurationErrors: Error, Sendable, Equatable, CustomStringConvertible {
  /// The most diagnostics that are kept of one file; more of the same help nobody.
  public static let diagnosticsMax = 200

  /// The errors, and the warnings noticed beside them; at least one error.
  public var diagnostics: [Diagnostic]

  /// Errors noticed while a configuration was read.
  public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

  /// One line a diagnostic.
  public var description: String { diagnostics.map(\.text).joined(separator: "\n") }
}
