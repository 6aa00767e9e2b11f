/// What a writer did since it was opened: plain counts, for metrics.
public struct LedgerStats: BitwiseCopyable, Sendable, Equatable {
  /// Records taken in.
  public var appends: UInt64 = 0
  /// Groups written and synced.
  public var commits: UInt64 = 0
  /// Calls of fdatasync and of fsync on the folder, for groups and everything else.
  public var syncs: UInt64 = 0
  /// Bytes of records written, with their headers.
  public var bytes: UInt64 = 0
  /// Segments begun.
  public var segmentsBegun: UInt64 = 0
  /// Segments removed by retention.
  public var segmentsRemoved: UInt64 = 0
  /// Longest sync of a group, nanoseconds.
  public var commitSyncNanosMax: UInt64 = 0
  /// Sum over all syncs of groups, nanoseconds.
  public var commitSyncNanosTotal: UInt64 = 0

  /// Nothing done yet.
  public init() {}
}
