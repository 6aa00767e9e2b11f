/// A message for a hub.
public struct HubMessage: Sendable, Equatable {
  /// Its subject.
  public var subject: String
  /// Names it for the hub (`Nats-Msg-Id`), which keeps one of each within its window.
  public var id: String
  /// Further headers; values hold no line break.
  public var headers: [(name: String, value: String)]
  /// Its content.
  public var payload: [UInt8]

  /// A message.
  public init(
    subject: String, id: String, headers: [(name: String, value: String)], payload: [UInt8]
  ) {
    self.subject = subject
    self.id = id
    self.headers = headers
    self.payload = payload
  }

  /// Whether all of it is the same.
  public static func == (one: Self, other: Self) -> Bool {
    one.subject == other.subject && one.id == other.id && one.payload == other.payload
      && one.headers.elementsEqual(other.headers) { $0 == $1 }
  }
}

/// What became of messages that were published.
public struct HubReceipt: Sendable, Equatable {
  /// Ids that the hub has stored.
  public var acknowledged: Set<String> = []
  /// How many of those it had before.
  public var repeated = 0
  /// What the hub said of one that it did not take.
  public var fault: String?

  /// Nothing yet.
  public init() {}

  /// Adds what became of further messages.
  public mutating func add(_ more: HubReceipt) {
    acknowledged.formUnion(more.acknowledged)
    repeated += more.repeated
    fault = fault ?? more.fault
  }
}

/// A message that a consumer was given.
public struct HubDelivery: Sendable, Equatable {
  /// Its subject.
  public var subject: String
  /// The headers that were asked for and are there.
  public var headers: [String: String]
  /// Its content.
  public var payload: [UInt8]
  /// Where it is acknowledged.
  public var receipt: String

  /// A delivery.
  public init(subject: String, headers: [String: String], payload: [UInt8], receipt: String) {
    self.subject = subject
    self.headers = headers
    self.payload = payload
    self.receipt = receipt
  }
}

/// What a stream is like.
public struct HubStream: Sendable, Equatable {
  /// Its name.
  public var name: String
  /// The server's version.
  public var version: HubVersion
  /// On how many servers it is kept.
  public var replicas: Int
  /// Messages in it.
  public var messages: UInt64
  /// Bytes in it.
  public var bytes: UInt64
}

/// How a stream is made.
public struct HubStreamPlan: Sendable, Equatable {
  /// Its name.
  public var name: String
  /// Its subjects.
  public var subjects: [String]
  /// On how many servers it is kept.
  public var replicas: Int
  /// The oldest messages go after so many seconds.
  public var ageSecondsMax: Int64
  /// A stream of so many bytes takes nothing more: posts keep what it does not take.
  public var bytesMax: Int64

  /// A plan.
  public init(
    name: String, subjects: [String], replicas: Int, ageSecondsMax: Int64, bytesMax: Int64
  ) {
    self.name = name
    self.subjects = subjects
    self.replicas = replicas
    self.ageSecondsMax = ageSecondsMax
    self.bytesMax = bytesMax
  }
}
