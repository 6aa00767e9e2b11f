public import Ledger

/// An event as the store keeps it.
public struct StoredRow: Sendable, Equatable {
  /// Place in the order of handing on, from 1 without gap; of an event that is not handed on, its
  /// place in the store.
  public var row: Int64
  /// Name of the feed.
  public var source: String
  /// Place in the post's ledger.
  public var cursor: EventCursor
  /// CloudEvents `id`.
  public var id: String
  /// CloudEvents `type`.
  public var type: String
  /// CloudEvents `time`; `nil` when it was not released.
  public var time: String?
  /// Whether it belongs to an exercise.
  public var isExercise: Bool
  /// How far it is to be believed.
  public var state: EventState
  /// Whether a later recall took it back.
  public var isWithdrawn: Bool
  /// When it was stored, milliseconds since 1970 UTC.
  public var receivedMillis: Int64
  /// The CloudEvent as it came; empty once it was erased.
  public var body: [UInt8]
}

/// Something that a center must know and that is no event: a gap, a fault, a refusal.
public struct Notice: Sendable, Equatable {
  /// What kind.
  public enum Kind: String, Sendable, CaseIterable {
    /// Events are missing that the post does not keep any more.
    case gap
    /// The post's ledger was replaced, and nothing proves that the new one follows the one before.
    case replaced
    /// The post's ledger goes on in another epoch under another key, and proves it.
    case renewed
    /// The post's ledger has fewer events than it gave before.
    case setBack = "set-back"
    /// The post signed two histories. Nothing more is taken from it.
    case equivocation
    /// A checkpoint, a proof or an event does not hold.
    case refused
    /// The post gives no proof of an event.
    case unproven
    /// The post refuses this receiver.
    case denied
    /// What came twice under one id is not the same.
    case conflict
  }

  /// Place in the store, from 1.
  public var number: Int64
  /// Name of the feed.
  public var source: String
  /// What kind.
  public var kind: Kind
  /// What happened, for people.
  public var text: String
  /// First event concerned, `nil` when no certain one is.
  public var from: EventCursor?
  /// Last event concerned.
  public var through: EventCursor?
  /// Signed notes or proofs that show it; empty when there are none.
  public var evidence: String
  /// When it was noticed, milliseconds since 1970 UTC.
  public var millis: Int64
}
