import MAVLink
import TestSupport

/// The bytes that a hexadecimal text stands for.
func bytes(hex: String) -> [UInt8] {
  let digits = hex.utf8.map { UInt8($0 < 0x3A ? $0 - 0x30 : $0 - 0x57) }
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// A frame as tests compare it.
struct SeenFrame: Hashable {
  var header: MAVLinkHeader
  var payload: [UInt8]

  init(_ header: MAVLinkHeader, _ payload: RawSpan) {
    self.header = header
    self.payload = payload.withUnsafeBytes { Array($0) }
  }

  /// Bytes of the frame on the wire.
  var wireLength: Int {
    switch header.version {
    case .v1: 8 + payload.count
    case .v2: 12 + payload.count + (header.isSigned ? 13 : 0)
    }
  }
}

/// The frames and counters that a parser makes of `stream`, cut into reads of the given sizes (the
/// rest in one), and emptied at the end.
func parse(_ stream: [UInt8], cuts: [Int] = []) -> ([SeenFrame], ParserCounters) {
  var parser = FrameParser()
  var seen: [SeenFrame] = []
  var start = 0
  for size in cuts + [stream.count] {
    let end = min(start + size, stream.count)
    parser.parse(stream.span.bytes.extracting(start..<end)) { seen.append(SeenFrame($0, $1)) }
    start = end
  }
  parser.finish { seen.append(SeenFrame($0, $1)) }
  return (seen, parser.counters)
}

/// The plainest parser that can be written, as an oracle: the whole stream at hand, the CRC bit by
/// bit, one byte onwards after every refusal.
func parseByTheBook(_ stream: [UInt8]) -> [SeenFrame] {
  var seen: [SeenFrame] = []
  var start = 0
  while start < stream.count {
    if let frame = frameByTheBook(stream[start...]) {
      seen.append(frame)
      start += frame.wireLength
    } else {
      start += 1
    }
  }
  return seen
}

private func frameByTheBook(_ rest: ArraySlice<UInt8>) -> SeenFrame? {
  let at = rest.startIndex
  guard let magic = rest.first, magic == 0xFE || magic == 0xFD else { return nil }
  let headerLength = magic == 0xFE ? 6 : 10
  guard rest.count >= headerLength else { return nil }
  let payloadLength = Int(rest[at + 1])
  let flags = magic == 0xFE ? 0 : rest[at + 2]
  guard flags <= 1 else { return nil }
  let id =
    magic == 0xFE
    ? UInt32(rest[at + 5])
    : UInt32(rest[at + 7]) | UInt32(rest[at + 8]) << 8 | UInt32(rest[at + 9]) << 16
  guard let definition = MessageDefinition.all.first(where: { $0.id == id }) else { return nil }
  let end = at + headerLength + payloadLength
  guard rest.endIndex >= end + 2 + (flags == 1 ? 13 : 0) else { return nil }
  let crc = bitwiseChecksum(rest[(at + 1)..<end] + [definition.crcExtra])
  guard crc == UInt16(rest[end]) | UInt16(rest[end + 1]) << 8 else { return nil }
  let payload = Array(rest[(at + headerLength)..<end])
  return SeenFrame(
    MAVLinkHeader(
      version: magic == 0xFE ? .v1 : .v2, sequence: rest[at + (magic == 0xFE ? 2 : 4)],
      systemID: rest[at + (magic == 0xFE ? 3 : 5)],
      componentID: rest[at + (magic == 0xFE ? 4 : 6)], messageID: MessageID(id),
      payloadLength: UInt8(payloadLength), isSigned: flags == 1),
    payload.span.bytes)
}

/// CRC-16/MCRF4XX, bit by bit.
func bitwiseChecksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
  var crc: UInt16 = 0xFFFF
  for byte in bytes {
    crc ^= UInt16(byte)
    for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0x8408 : 0) }
  }
  return crc
}

extension MAVLinkMessage {
  /// Reads the message from an array (the testing macros take no spans).
  init(bytes: [UInt8]) { self.init(payload: bytes.span.bytes) }
}

extension SeededGenerator {
  /// `count` random bytes.
  mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 7)
    while bytes.count < count {
      let word = next()
      for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return Array(bytes.prefix(count))
  }

  /// One frame of a random message, appended to `bytes`.
  mutating func appendFrame(to bytes: inout [UInt8], by encoder: inout FrameEncoder) {
    let word = next()
    let low = Int32(truncatingIfNeeded: word)
    let number = Float(low) / 1000
    do {
      switch word >> 61 {
      case 0:
        try encoder.append(
          Heartbeat(type: 2, autopilot: 3, baseMode: 81, customMode: 4, systemStatus: 4),
          to: &bytes)
      case 1:
        try encoder.append(SystemTime(unixMicros: word, bootMillis: 5), to: &bytes)
      case 2:
        try encoder.append(
          Attitude(
            bootMillis: 9, rollRadians: number, pitchRadians: -number, yawRadians: 0), to: &bytes)
      case 3:
        try encoder.append(
          GPSRawInt(
            timeMicros: word, fixType: 3, latitudeE7: low, longitudeE7: -1,
            altitudeMillimetres: 7), to: &bytes)
      default:
        try encoder.append(
          GlobalPositionInt(
            bootMillis: 77, latitudeE7: low, longitudeE7: 2, altitudeMillimetres: 3,
            relativeAltitudeMillimetres: 4, northCentimetresPerSecond: 5,
            eastCentimetresPerSecond: 6, downCentimetresPerSecond: 7), to: &bytes)
      }
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
