/// A durable event as the feed hands it out: what the ledger keeps, ready to be wrapped.
public struct StoredEvent: Sendable, Equatable {
  /// Place in the ledger, from 1, without gap.
  public var sequence: UInt64
  /// CloudEvents `type`, e.g. `org.vedette.crossing.v1`.
  public var type: String
  /// CloudEvents `id`: `<event id>/<version>`.
  public var id: String
  /// CloudEvents `time`: RFC 3339, UTC.
  public var time: String
  /// Whether it belongs to an exercise.
  public var isExercise: Bool
  /// CloudEvents `data`: a GeoJSON Feature as canonical JSON.
  public var data: [UInt8]

  /// An event at `sequence`.
  public init(
    sequence: UInt64, type: String, id: String, time: String, isExercise: Bool, data: [UInt8]
  ) {
    self.sequence = sequence
    self.type = type
    self.id = id
    self.time = time
    self.isExercise = isExercise
    self.data = data
  }
}

/// The durable events, read by sequence: the ledger seen from the feed.
///
/// May be called from any thread; a call reads files and may block for the time of that.
public protocol EventStore: Sendable {
  /// Identity of the ledger: changes when it is replaced.
  var epoch: UInt64 { get }
  /// The oldest sequence still kept, or one more than the newest when nothing is kept.
  func oldestSequence() throws -> UInt64
  /// Events from `sequence` on, at most `limit` and not beyond `last`.
  func events(from sequence: UInt64, through last: UInt64, limit: Int) throws -> [StoredEvent]
}
