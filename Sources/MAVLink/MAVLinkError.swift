/// Why a message could not be put on the line.
public struct MAVLinkError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The kinds of error. A struct, so that kinds can be added without breaking callers.
  public struct Code: Equatable, Sendable {
    private enum Kind { case needsVersion2 }
    private let kind: Kind

    /// The message's id is above 255, which a version 1 frame cannot carry.
    public static var needsVersion2: Code { Code(kind: .needsVersion2) }
  }

  /// What kind of error it is.
  public let code: Code
  /// What was being done.
  public let operation: String
  /// The message that it was done to.
  public let subject: String
  /// What was wrong, what was expected and what to do.
  public let reason: String

  /// Operation, subject and reason in one sentence.
  public var description: String { "\(operation) \(subject): \(reason)" }
}
