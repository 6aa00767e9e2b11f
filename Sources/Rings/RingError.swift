/// Why a ring's doorbell could not be made or used.
public struct RingError: Error, Equatable, CustomStringConvertible {
  /// What kind of failure this is.
  public struct Code: Sendable, Equatable, CustomStringConvertible {
    private enum Kind { case doorbellUnavailable }
    private let kind: Kind
    private init(_ kind: Kind) { self.kind = kind }

    /// The kernel gave no event descriptor for a doorbell.
    public static var doorbellUnavailable: Code { Code(.doorbellUnavailable) }

    /// The code's name, for logs and metrics.
    public var description: String { "\(kind)" }
  }

  /// What kind of failure this is.
  public let code: Code

  /// The system call that failed, for instance `eventfd`.
  public let operation: String

  /// What it was to serve.
  public let subject: String

  /// What the system said.
  public let underlying: String

  /// What was done, to what, what the system said, and a remedy.
  public var description: String {
    "\(operation) for \(subject) failed: \(underlying). Each doorbell needs one file descriptor: "
      + "raise the limit on open files (LimitNOFILE) or close what is not used."
  }
}
