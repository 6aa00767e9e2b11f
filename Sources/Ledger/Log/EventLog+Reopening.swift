extension EventLog {
  /// Opens a ledger anew after a failure, provided that it is still the one whose events were
  /// acknowledged: the same epoch, and none of them missing.
  ///
  /// Where a disk is gone, an empty folder (or an older copy) may stand in its place for a while; a
  /// ledger begun there would give numbers a second time. Nothing is made or changed then.
  ///
  /// - Parameters:
  ///   - directory: the folder.
  ///   - post: name of the post.
  ///   - epoch: ``epoch`` of the ledger that failed.
  ///   - acknowledged: ``durableSequence`` of the ledger that failed.
  /// - Throws: `noLedger` and `missing` when it is not that ledger, and all that opening throws.
  public static func reopened(
    directory: String, post: String, epoch: UInt64, acknowledged: UInt64
  ) throws(LedgerError) -> EventLog {
    let found = try EventLogReader(directory: directory)
    let newest = try found.newestSequence()
    guard found.epoch == epoch, newest >= acknowledged else {
      throw LedgerError(
        .missing, operation: "open anew", subject: directory,
        reason: """
          \(found.epoch == epoch ? "it ends" : "another ledger is there and ends") at event \
          \(newest), but event \(acknowledged) was acknowledged; bring back the disk that holds it
          """)
    }
    return try EventLog(directory: directory, post: post)
  }
}
