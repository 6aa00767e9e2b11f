/// Why an observation case could not be read or its answer not be written.
public struct CaseError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure.
  public struct Code: Sendable, Equatable {
    private enum Value: Sendable { case unreadable, malformed, unwritable }
    private let value: Value
    private init(_ value: Value) { self.value = value }
    /// A file is not there or cannot be read.
    public static let unreadable = Code(.unreadable)
    /// A file does not follow the format.
    public static let malformed = Code(.malformed)
    /// An answer could not be written.
    public static let unwritable = Code(.unwritable)
  }

  /// The kind of failure.
  public var code: Code
  /// What was being done.
  public var operation: String
  /// The file, with the line where there is one.
  public var subject: String
  /// What was found, and what was expected.
  public var underlying: String

  /// A failure of `operation` on `subject`.
  public init(code: Code, operation: String, subject: String, underlying: String) {
    self.code = code
    self.operation = operation
    self.subject = subject
    self.underlying = underlying
  }

  /// Operation, subject and finding in one line.
  public var description: String { "cannot \(operation) \(subject): \(underlying)" }
}
