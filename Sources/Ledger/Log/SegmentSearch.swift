/// Finds a record of a segment by halving, without reading all that stand before it.
///
/// Nothing but a record looks like one: its checksum is right, its number fits, and the bytes that tell
/// its version and kind can stand in no JSON text, as records hold. What is found is where reading begins;
/// every record from there on is checked as ever.
enum SegmentSearch {
  /// Where a record begins.
  struct Place {
    var sequence: UInt64
    var offset: Int
  }

  /// A stretch that is not halved any more, bytes.
  private static let enough = 32 << 10
  /// Bytes in which a record's beginning is looked for; larger records are found by reading on.
  private static let window = 16 << 10

  /// The place of a record not behind `sequence`, and near it where the records are small.
  ///
  /// - Parameter start: a place that is known, not behind `sequence`.
  static func place<Storage: LogStorage>(
    of sequence: UInt64, from start: Place, in file: Storage.File, of storage: Storage
  ) throws(StorageFailure) -> Place {
    var low = start
    var high = Int(try storage.size(of: file))
    guard high - low.offset > enough else { return low }
    var buffer = LogBuffer(capacity: window)
    while high - low.offset > enough {
      let middle = low.offset + (high - low.offset) / 16 * 8
      let count = try buffer.fill(0..<window, from: file, at: UInt64(middle), of: storage)
      guard let found = first(in: buffer, count, behind: low.sequence, at: middle),
        found.sequence <= sequence
      else {
        high = middle
        continue
      }
      low = found
    }
    return low
  }

  private static func first(
    in buffer: borrowing LogBuffer, _ count: Int, behind sequence: UInt64, at offset: Int
  ) -> Place? {
    var place = 0
    while place < count {
      if case .record(let head) = buffer.record(at: place, limit: count), head.sequence > sequence {
        return Place(sequence: head.sequence, offset: offset + place)
      }
      place += 8
    }
    return nil
  }
}
