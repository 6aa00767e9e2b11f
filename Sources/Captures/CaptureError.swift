/// Why a capture could not be written, read or imported.
public struct CaptureError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The kinds of failure. A struct, so that kinds can be added without breaking callers.
  public struct Code: Equatable, Sendable, CustomStringConvertible {
    private enum Kind {
      case inputOutput, storageFull, notACapture, unsupported, damaged, tooLarge, badInput
      case toolMissing, toolFailed
    }
    private let kind: Kind
    private init(_ kind: Kind) { self.kind = kind }

    /// The system refused to open, read or write.
    public static var inputOutput: Code { Code(.inputOutput) }
    /// No room is left on the storage, or the file reached the system's limit.
    public static var storageFull: Code { Code(.storageFull) }
    /// The file is not MCAP, or not a capture of a post.
    public static var notACapture: Code { Code(.notACapture) }
    /// The file is sound but uses what this reader does not know, e.g. LZ4 chunks.
    public static var unsupported: Code { Code(.unsupported) }
    /// The file contradicts itself: a wrong CRC, a record that does not fit its length.
    public static var damaged: Code { Code(.damaged) }
    /// Something is larger than the named limit.
    public static var tooLarge: Code { Code(.tooLarge) }
    /// What is to be imported is not as its format says.
    public static var badInput: Code { Code(.badInput) }
    /// An outside program that is needed is not installed.
    public static var toolMissing: Code { Code(.toolMissing) }
    /// An outside program ended with an error.
    public static var toolFailed: Code { Code(.toolFailed) }

    /// The code's name, for logs and metrics.
    public var description: String { "\(kind)" }
  }

  /// What kind of failure this is.
  public let code: Code
  /// What was being done, e.g. `read`.
  public let operation: String
  /// The file it was done to.
  public let subject: String
  /// Byte offset in the file where the trouble begins, where there is one.
  public let offset: Int?
  /// What was wrong, what was expected and what to do.
  public let reason: String

  /// A failure of `operation` on `subject`.
  public init(
    _ code: Code, operation: String, subject: String, offset: Int? = nil, reason: String
  ) {
    self.code = code
    self.operation = operation
    self.subject = subject
    self.offset = offset
    self.reason = reason
  }

  /// Operation, subject, place and reason in one sentence.
  public var description: String {
    let place = offset.map { " at byte \($0)" } ?? ""
    return "cannot \(operation) \(subject)\(place): \(reason)"
  }
}
