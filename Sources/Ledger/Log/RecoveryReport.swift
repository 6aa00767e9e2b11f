/// What opening a ledger found: what is kept, and what of the last group was cut.
public struct RecoveryReport: Sendable, Equatable, CustomStringConvertible {
  /// A tail that did not hold a whole record.
  public struct TornTail: Sendable, Equatable {
    /// Name of the segment's file.
    public var segment: String
    /// Where the last whole record ended and the tail began.
    public var offset: UInt64
    /// From there to the last byte that was not zero.
    public var byteCount: UInt64
    /// Whole records of the same group behind the tear, cut with it: nobody was offered them.
    public var recordsBehind: Int

    /// A tail cut at `offset`.
    public init(segment: String, offset: UInt64, byteCount: UInt64, recordsBehind: Int) {
      self.segment = segment
      self.offset = offset
      self.byteCount = byteCount
      self.recordsBehind = recordsBehind
    }
  }

  /// Whether the ledger was made by this opening.
  public var isNew: Bool
  /// The oldest sequence kept; one more than `newest` when there is none.
  public var oldest: UInt64
  /// The newest sequence kept; 0 in a new ledger.
  public var newest: UInt64
  /// Segments found.
  public var segments: Int
  /// What was cut, when something was.
  public var tornTail: TornTail?

  /// One line for the log.
  public var description: String {
    if isNew { return "a new ledger" }
    let kept = "events \(oldest) to \(newest) in \(segments) segments"
    guard let tail = tornTail else { return "\(kept), whole" }
    return "\(kept); cut \(tail.byteCount) bytes of a group that was never acknowledged, from byte "
      + "\(tail.offset) of \(tail.segment) (\(tail.recordsBehind) whole records behind the tear)"
  }
}
