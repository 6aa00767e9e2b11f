// Reading from the middle of a file.

extension MCAPReader {
  /// Where the chunk begins in which the message lies that `next` returned last.
  var chunkStart: Int { chunkOffset }

  /// Goes on at the chunk number `place` of `index`, at the end when there is no such chunk.
  ///
  /// Definitions that stand before it are taken from the file's summary, or by going through the
  /// file up to there. The CRC of the data section is not checked any more.
  public mutating func seek(toChunk place: Int, of index: MCAPIndex) throws(CaptureError) {
    try learnDefinitions(upToChunk: place, of: index)
    chunk = 0..<0
    dataCRC = nil
    isAtEnd = false
    truncation = nil
    hasFooter = false
    if index.chunks.indices.contains(place) {
      position = index.chunks[place].offset
    } else if let last = index.chunks.last {
      position = last.upperBound
    }
  }

  /// Takes schemas and channels from the summary; in a file without one, from the records before
  /// the chunk.
  private mutating func learnDefinitions(
    upToChunk place: Int, of index: MCAPIndex
  ) throws(CaptureError) {
    guard !index.isFromSummary else {
      guard let summary = try summary() else { return }
      for schema in summary.schemas.values where schemas[schema.id] == nil {
        schemas[schema.id] = schema
      }
      for channel in summary.channels.values { learn(channel) }
      return
    }
    let end = place < index.chunks.count ? index.chunks[place].offset : file.size
    var gap = MCAPFormat.magic.count
    for chunk in index.chunks.prefix(place) + [
      MCAPIndex.Chunk(start: 0, end: 0, offset: end, upperBound: end)
    ] {
      position = gap
      while position < chunk.offset, !isAtEnd, try nextRecord() == nil {}
      gap = chunk.upperBound
      isAtEnd = false
    }
  }
}
