/// Version of a NATS server, as it says it: `2.10.3`, `2.11.0-beta.1`.
public struct HubVersion: Sendable, Equatable, Comparable, CustomStringConvertible {
  /// The oldest that can be told to sync before it acknowledges (`sync_interval: always`): those
  /// before it acknowledge what a power cut can take back.
  public static let durable = HubVersion(major: 2, minor: 10, patch: 0)

  /// What those before do wrong, and what is needed.
  static let reason =
    "acknowledges what is not on its disk yet, and a power cut takes it back; a hub needs "
    + "\(durable) or newer with sync_interval: always"

  /// The three numbers.
  public var major: Int, minor: Int, patch: Int

  /// A version.
  public init(major: Int, minor: Int, patch: Int) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Reads the text; what follows the third number is passed over. `nil` for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let major = Int(parts[0]), let minor = Int(parts[1]),
      let patch = Int(parts[2].prefix { $0.isNumber })
    else { return nil }
    self.init(major: major, minor: minor, patch: patch)
  }

  /// The version in a server's answer to `$SYS.REQ.USER.INFO`; `nil` when it says none.
  init?(answer: String) {
    guard let range = answer.firstRange(of: "\"ver\":\"") else { return nil }
    self.init(answer[range.upperBound...].prefix { $0 != "\"" })
  }

  /// Whether one came before the other.
  public static func < (one: Self, other: Self) -> Bool {
    (one.major, one.minor, one.patch) < (other.major, other.minor, other.patch)
  }

  /// The three numbers with points.
  public var description: String { "\(major).\(minor).\(patch)" }
}
