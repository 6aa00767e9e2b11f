import Model

/// A record of the log. All numbers little-endian; records begin at multiples of 8.
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | 4 | length of the record from here to the end of the payload; 0 where no record is |
/// | 4 | 4 | CRC-32C of bytes 0 ..< 4 and 8 ..< length |
/// | 8 | 8 | sequence |
/// | 16 | 1 | version of the record: 1 without salts, 2 with them, 3 with their seed |
/// | 17 | 1 | kind of event (``EventKind``) |
/// | 18 | 1 | flags: bit 0 exercise; the others are 0 |
/// | 19 | 1 | 0 |
/// | 20 | 4 | place in its group, from 1 |
/// | 24 | 8 | time of the event, nanoseconds since 1970 UTC, signed |
/// | 32 | 16 | event id, its bytes in order |
/// | 48 | 4 | version of the event |
/// | 52 | 4 | bytes of the salts: 768, or of their seed: 32; 0 in version 1 |
/// | 56 | | salts or seed, then payload, then zeros to a multiple of 8 |
///
/// The place in the group tells a torn tail from damage: a group is written only after the one
/// before it was synced, so a whole record of a later group proves that all records before that
/// group had been acknowledged. The salts hide the fields of the record from who sees only its
/// leaf (``EventRecord``).
enum RecordLayout {
  /// Version of a record without salts.
  static let plainVersion: UInt8 = 1
  /// Version of a record with salts, which earlier versions wrote.
  static let saltedVersion: UInt8 = 2
  /// Version of a record with a seed of its salts; the newest one.
  static let seededVersion: UInt8 = 3
  /// Bytes before the payload.
  static let headerBytes = 56
  /// The largest payload: several times what the largest site's event takes.
  static let payloadBytesMax = 256 * 1024

  /// Bytes that the largest record takes.
  static let footprintMax = footprint(payload: payloadBytesMax + EventRecord.saltBytes)

  /// The version of a record with so many bytes of salts.
  static func version(saltBytes: Int) -> UInt8 {
    switch saltBytes {
    case 0: plainVersion
    case EventRecord.seedBytes: seededVersion
    default: saltedVersion
    }
  }

  /// Bytes that a record takes in a file whose salts and payload take `count`.
  static func footprint(payload count: Int) -> Int { (headerBytes + count + 7) & ~7 }
}

/// A record's header as it was read.
struct RecordHead: BitwiseCopyable, Equatable {
  /// Length without the zeros after it.
  var length: Int
  /// Place in the ledger, from 1.
  var sequence: UInt64
  /// Place in its group, from 1.
  var groupPlace: UInt32
  /// Bytes of the salts.
  var saltBytes: Int
  /// The event's header.
  var event: EventHeader

  /// Bytes it takes in the file.
  var footprint: Int { (length + 7) & ~7 }
  /// Every record up to this sequence had been acknowledged when this one was written.
  var acknowledgedBefore: UInt64 { sequence - UInt64(groupPlace) }
  /// Bytes of the payload.
  var payloadBytes: Int { length - RecordLayout.headerBytes - saltBytes }
}

extension LogBuffer {
  /// Puts a record at `offset`, a multiple of 8, and returns the bytes that it takes.
  mutating func putRecord(
    _ event: EventHeader, sequence: UInt64, groupPlace: UInt32, salts: RawSpan, payload: RawSpan,
    at offset: Int
  ) -> Int {
    let saltBytes = salts.byteCount
    let length = RecordLayout.headerBytes + saltBytes + payload.byteCount
    let footprint = RecordLayout.footprint(payload: saltBytes + payload.byteCount)
    clear(offset + length..<offset + footprint)
    store(UInt32(length), at: offset)
    store(sequence, at: offset + 8)
    store(RecordLayout.version(saltBytes: saltBytes), at: offset + 16)
    store(event.kind.rawValue, at: offset + 17)
    store(UInt8(event.isExercise ? 1 : 0), at: offset + 18)
    store(UInt8(0), at: offset + 19)
    store(groupPlace, at: offset + 20)
    store(event.time.unixNanos, at: offset + 24)
    store(event.id.high.byteSwapped, at: offset + 32)
    store(event.id.low.byteSwapped, at: offset + 40)
    store(event.version, at: offset + 48)
    store(UInt32(saltBytes), at: offset + 52)
    copy(salts, at: offset + RecordLayout.headerBytes)
    copy(payload, at: offset + RecordLayout.headerBytes + saltBytes)
    store(recordCRC(at: offset, length: length), at: offset + 4)
    return footprint
  }

  /// The CRC that a record at `offset` of that length must carry.
  func recordCRC(at offset: Int, length: Int) -> UInt32 {
    var crc = CRC32C()
    withBytes(offset..<offset + 4) { crc.update($0) }
    withBytes(offset + 8..<offset + length) { crc.update($0) }
    return crc.value
  }

  /// The record at `offset` of the first `limit` bytes.
  func record(at offset: Int, limit: Int) -> RecordReading {
    guard limit - offset >= RecordLayout.headerBytes else {
      return isZero(offset..<limit) ? .nothing : .beyond
    }
    let length = Int(load(UInt32.self, at: offset))
    if length == 0 { return .nothing }
    guard length >= RecordLayout.headerBytes,
      length <= RecordLayout.headerBytes + EventRecord.saltBytes + RecordLayout.payloadBytesMax
    else { return .invalid }
    let version = load(UInt8.self, at: offset + 16)
    guard limit - offset >= (length + 7) & ~7 else { return .beyond }
    guard load(UInt32.self, at: offset + 4) == recordCRC(at: offset, length: length) else {
      return .invalid
    }
    let saltBytes: Int
    switch version {
    case RecordLayout.plainVersion: saltBytes = 0
    case RecordLayout.saltedVersion: saltBytes = EventRecord.saltBytes
    case RecordLayout.seededVersion: saltBytes = EventRecord.seedBytes
    default: return .unknownVersion(version)
    }
    guard saltBytes <= length - RecordLayout.headerBytes,
      version == RecordLayout.plainVersion
        || load(UInt32.self, at: offset + 52) == UInt32(saltBytes)
    else { return .invalid }
    let flags = load(UInt8.self, at: offset + 18)
    let sequence = load(UInt64.self, at: offset + 8)
    let groupPlace = load(UInt32.self, at: offset + 20)
    guard let kind = EventKind(rawValue: load(UInt8.self, at: offset + 17)), flags & ~1 == 0,
      groupPlace >= 1, UInt64(groupPlace) <= sequence
    else { return .invalid }
    return .record(
      RecordHead(
        length: length, sequence: sequence, groupPlace: groupPlace, saltBytes: saltBytes,
        event: EventHeader(
          kind: kind,
          id: EventID(
            high: load(UInt64.self, at: offset + 32).byteSwapped,
            low: load(UInt64.self, at: offset + 40).byteSwapped),
          version: load(UInt32.self, at: offset + 48),
          time: WallTime(unixNanos: load(Int64.self, at: offset + 24)),
          isExercise: flags & 1 == 1)))
  }
}

/// What stands at a place where a record may begin.
enum RecordReading: Equatable {
  /// A whole record whose CRC is right.
  case record(RecordHead)
  /// Zeros where the length would be: no record was written here.
  case nothing
  /// A record begins here and ends outside of the bytes at hand.
  case beyond
  /// Neither a record nor nothing.
  case invalid
  /// A whole record of a version that this build does not know.
  case unknownVersion(UInt8)
}
