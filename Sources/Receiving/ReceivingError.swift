/// Why receiving could not start or go on.
public struct ReceivingError: Error, CustomStringConvertible, Sendable, Equatable {
  /// What was wrong.
  public struct Code: Hashable, Sendable {
    private enum Name: Hashable, Sendable { case store, certificate, bind, key }
    private let name: Name
    /// The store cannot be opened, read or written.
    public static let store = Code(name: .store)
    /// A certificate or key cannot be used.
    public static let certificate = Code(name: .certificate)
    /// The address of the receiver's own endpoint cannot be bound.
    public static let bind = Code(name: .bind)
    /// A witness's key cannot be used.
    public static let key = Code(name: .key)
  }

  /// What was wrong.
  public var code: Code
  /// The file or address.
  public var subject: String
  /// What the system said and what to do.
  public var detail: String

  /// An error.
  public init(_ code: Code, _ subject: String, _ detail: String) {
    self.code = code
    self.subject = subject
    self.detail = detail
  }

  /// One line for people.
  public var description: String { "receiving: \(subject): \(detail)" }
}
