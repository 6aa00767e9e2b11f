/// Why a hub cannot be used.
public struct HubError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was wrong.
  public struct Code: Hashable, Sendable {
    private enum Name: Hashable, Sendable {
      case unsupported, certificate, unreachable, tooOld, stream, consumer, lost, unacknowledged,
        unanswered
    }
    private let name: Name
    /// This build holds no client of NATS.
    public static let unsupported = Code(name: .unsupported)
    /// A certificate or key cannot be used.
    public static let certificate = Code(name: .certificate)
    /// No server of the hub answers, or none lets this client in.
    public static let unreachable = Code(name: .unreachable)
    /// Nobody at the hub answers such a question.
    public static let unanswered = Code(name: .unanswered)
    /// The server acknowledges what is not on its disk yet.
    public static let tooOld = Code(name: .tooOld)
    /// The stream is not there, or not one that keeps what it was given.
    public static let stream = Code(name: .stream)
    /// The consumer is not there, or another than the one that is asked for.
    public static let consumer = Code(name: .consumer)
    /// The connection ended.
    public static let lost = Code(name: .lost)
    /// Messages were not acknowledged in time.
    public static let unacknowledged = Code(name: .unacknowledged)
  }

  /// What was wrong.
  public var code: Code
  /// The server, file, stream or consumer.
  public var subject: String
  /// What the hub or the system said, and what to do.
  public var detail: String

  /// An error.
  public init(_ code: Code, _ subject: String, _ detail: String) {
    self.code = code
    self.subject = subject
    self.detail = detail
  }

  /// One line for people.
  public var description: String { "hub \(subject): \(detail)" }
}
