extension EpochFolders {
  /// The folders of the log and of all that it follows, the newest first. One that nothing leads to stands
  /// at the end.
  ///
  /// The order is that in which each earlier log's folder names its successor, whatever clocks said.
  ///
  /// - Throws: `noLedger` when the newest is not there; `damaged`, `inputOutput`.
  public func inOrder() throws(LedgerError) -> [String] {
    var next = try EventLogReader(directory: current).epoch
    var left = Set(try earlierEpochs())
    var before: [UInt64: UInt64] = [:]
    for epoch in left {
      if let successor = try successor(of: epoch) { before[successor] = epoch }
    }
    var folders = [current]
    while let epoch = before[next], left.remove(epoch) != nil {
      folders.append(earlier(epoch))
      next = epoch
    }
    return folders + left.sorted().map { earlier($0) }
  }

  /// The epoch that follows an earlier one; `nil` when its folder does not say.
  private func successor(of epoch: UInt64) throws(LedgerError) -> UInt64? {
    let storage = try FolderStorage(earlier(epoch), isWriter: false)
    let bytes = try LogFiles.contents(
      of: EpochChange.Name.successor, bytesMax: ReleaseBundle.byteCountMax, in: storage)
    return bytes.flatMap { ReleaseBundle($0) }
      .flatMap { Checkpoint($0.proof.note.text) }
      .flatMap { LogKey.epoch(of: $0.origin) }
  }
}
