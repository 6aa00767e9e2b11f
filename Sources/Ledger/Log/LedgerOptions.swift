/// Sizes of a ledger's parts.
public struct LedgerOptions: Sendable, Equatable {
  /// Bytes of a segment file, 4 KiB ... 1 GiB. All are written with zeros before use, so that a
  /// sync of records changes no metadata of the file.
  public var segmentBytes: Int
  /// Bytes of a group at most, 1 KiB ... `segmentBytes` - 64; a fuller group is committed by the
  /// append that would overflow it. No record can be larger.
  public var groupBytesMax: Int
  /// Records in a group at most, 1 ... 1,048,576.
  public var groupRecordsMax: Int

  /// The sizes that measurements favoured: 4 MiB segments, groups up to 1 MiB or 4,096 records.
  public init(
    segmentBytes: Int = 4 << 20, groupBytesMax: Int = 1 << 20, groupRecordsMax: Int = 4096
  ) {
    self.segmentBytes = segmentBytes
    self.groupBytesMax = groupBytesMax
    self.groupRecordsMax = groupRecordsMax
  }

  /// Bytes at the end of a segment that events leave to what the log says of itself: on a full disk an
  /// erasure goes on record there, and then makes the room that events need. An erasure takes some 600.
  var ownBytes: Int { segmentBytes >= 1 << 20 ? 4096 : 0 }
  /// Bytes of the file whose room a new manifest takes on a full disk.
  var reserveBytes: Int { segmentBytes >= 1 << 20 ? 16 << 10 : 0 }

  /// Traps on sizes outside their ranges: they are written by programmers, not read from files.
  func check() {
    precondition((4 << 10...1 << 30).contains(segmentBytes), "segmentBytes is out of range")
    precondition(
      (1 << 10...segmentBytes - SegmentHeader.byteCount).contains(groupBytesMax),
      "groupBytesMax is out of range")
    precondition((1...1 << 20).contains(groupRecordsMax), "groupRecordsMax out of range")
  }
}
