/// Why the ledger could not be opened, written or read.
public struct LedgerError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The kinds of failure. A struct, so that kinds can be added without breaking callers.
  public struct Code: Equatable, Sendable, CustomStringConvertible {
    private enum Kind {
      case inputOutput, diskFull, inUse, otherPost, noLedger, unsupported, damaged, missing
      case tooLarge, writerFailed, otherKey
    }
    private let kind: Kind
    private init(_ kind: Kind) { self.kind = kind }

    /// The system refused to open, read, write or sync.
    public static var inputOutput: Code { Code(.inputOutput) }
    /// No room is left on the storage.
    public static var diskFull: Code { Code(.diskFull) }
    /// Another process (or another writer of this one) holds the folder.
    public static var inUse: Code { Code(.inUse) }
    /// The folder belongs to another post.
    public static var otherPost: Code { Code(.otherPost) }
    /// There is no ledger in the folder.
    public static var noLedger: Code { Code(.noLedger) }
    /// Written by a newer version of the format.
    public static var unsupported: Code { Code(.unsupported) }
    /// A file contradicts itself: acknowledged records are unreadable.
    public static var damaged: Code { Code(.damaged) }
    /// A file that must be there is not.
    public static var missing: Code { Code(.missing) }
    /// A payload is larger than a record may be.
    public static var tooLarge: Code { Code(.tooLarge) }
    /// The writer failed earlier and takes nothing any more; open the ledger anew.
    public static var writerFailed: Code { Code(.writerFailed) }

    /// The ledger was signed by another key.
    public static var otherKey: Code { Code(.otherKey) }

    /// The code's name, for logs and metrics.
    public var description: String { "\(kind)" }
  }

  /// What kind of failure this is.
  public let code: Code
  /// What was being done, e.g. `sync`.
  public let operation: String
  /// The file or folder it was done to.
  public let subject: String
  /// Byte offset in the file where the trouble begins, where there is one.
  public let offset: UInt64?
  /// What was wrong, what was expected and what to do.
  public let reason: String

  /// A failure of `operation` on `subject`.
  public init(
    _ code: Code, operation: String, subject: String, offset: UInt64? = nil, reason: String
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
