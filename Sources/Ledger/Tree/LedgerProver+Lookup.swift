extension LedgerProver {
  /// Whether a signed record of event `id` that is kept `isRight`; the newest ones are lent first.
  ///
  /// Cost: a read for each 2^16 records; reads all that is kept when the index is not there.
  public func holds(
    _ id: EventID, where isRight: (LedgerRecord, RawSpan) -> Bool
  ) throws(LedgerError) -> Bool {
    let oldest = try reader.oldestSequence()
    guard oldest <= checkpoint.size else { return false }
    let index = try openIndex()
    let indexed = min(max(index?.size ?? 0, oldest - 1), checkpoint.size)
    if try holds(id, in: indexed + 1..<checkpoint.size + 1, where: isRight) { return true }
    let found = try index?.newest(of: id) { (sequence) throws(LedgerError) in
      guard sequence >= oldest, sequence <= checkpoint.size else { return false }
      return try holds(id, in: sequence..<sequence + 1, where: isRight)
    }
    if found != nil { return true }
    // Without an index nothing was looked at yet.
    return index == nil ? try holds(id, in: oldest..<indexed + 1, where: isRight) : false
  }

  /// Lends all signed records that are kept of the events `ids`, in no order.
  ///
  /// Cost: one pass over what the index does not have yet, at most 2^16 records, and for each event a read
  /// for each 2^16 records; reads all that is kept when the index is not there.
  public func visit(
    _ ids: Set<EventID>, _ body: (LedgerRecord, RawSpan) -> Void
  ) throws(LedgerError) {
    let oldest = try reader.oldestSequence()
    guard oldest <= checkpoint.size else { return }
    let index = try openIndex()
    let indexed =
      index == nil ? oldest - 1 : min(max(index!.size, oldest - 1), checkpoint.size)
    try visit(ids, in: indexed + 1..<checkpoint.size + 1, body)
    guard let index else { return }
    for id in ids {
      _ = try index.newest(of: id) { (sequence) throws(LedgerError) in
        guard sequence >= oldest, sequence <= indexed else { return false }
        try visit([id], in: sequence..<sequence + 1, body)
        return false
      }
    }
  }

  private func visit(
    _ ids: Set<EventID>, in range: Range<UInt64>, _ body: (LedgerRecord, RawSpan) -> Void
  ) throws(LedgerError) {
    var next = range.lowerBound
    while next < range.upperBound {
      let reading = try reader.read(
        from: next, limit: 10_000, bytesMax: .max, durable: range.upperBound - 1
      ) { record, _, payload in
        if ids.contains(record.header.id) { body(record, payload) }
      }
      switch reading {
      case .events(_, let following): next = following
      case .gone(let oldest): next = oldest
      }
    }
  }

  private func holds(
    _ id: EventID, in range: Range<UInt64>, where isRight: (LedgerRecord, RawSpan) -> Bool
  ) throws(LedgerError) -> Bool {
    var next = range.lowerBound
    var isFound = false
    while next < range.upperBound, !isFound {
      let reading = try reader.read(
        from: next, limit: 10_000, bytesMax: .max, durable: range.upperBound - 1
      ) { record, _, payload in
        if !isFound, record.header.id == id, isRight(record, payload) { isFound = true }
      }
      switch reading {
      case .events(_, let following): next = following
      case .gone(let oldest): next = oldest
      }
    }
    return isFound
  }
}
