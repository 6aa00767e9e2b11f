import Glibc
import MAVLink
import Testing

/// The recorded flight without its times, cut at 200 places and salted with noise.
///
/// What is found must be all that pymavlink finds, in its order, and nothing that is not in the log.
/// pymavlink finds some hundred frames less than there are: it passes over everything that a false
/// beginning claims.
@Suite(
  "Salted flight log", .enabled(if: FlightLog.isPresent && isPymavlinkPresent, "needs pymavlink"))
struct SaltedLogTests {
  @Test("Loses nothing that pymavlink finds, invents nothing", arguments: [1, 2, 3])
  func salted(seed: Int) throws {
    let output = "/tmp/vedette-salted-\(getpid())-\(seed).bin"
    defer { unlink(output) }
    let told = lines("python3 '\(toolsFolder)/salt_log.py' '\(FlightLog.path)' \(seed) '\(output)'")
    let log = told.filter { $0.hasPrefix("log ") }.map { $0.dropFirst(4) }
    let theirs = told.filter { $0.hasPrefix("pymavlink ") }.map { $0.dropFirst(10) }
    #expect(log.count == 75_477)
    let stream = try FlightLog.load(output)
    #expect(!TelemetryLogReader.recognises(bytes: stream))

    let ours = found(stream)
    #expect(isSubsequence(theirs, of: ours), "pymavlink finds \(theirs.count), we \(ours.count)")
    #expect(isSubsequence(ours, of: log), "a frame is found that is not in the log")
    // Each cut can damage one frame.
    #expect(ours.count >= log.count - 200)
    #expect(ours.count > theirs.count)
  }

  private func found(_ stream: [UInt8]) -> [Substring] {
    var parser = FrameParser()
    var found: [Substring] = []
    var start = 0
    // Read as from a line, in pieces of no even length.
    while start < stream.count {
      let end = min(start + 1021, stream.count)
      _ = parser.append(stream.span.bytes.extracting(start..<end))
      while let frame = parser.nextFrame() { found.append(Substring(wire(frame))) }
      start = end
    }
    while let frame = parser.nextFrame(endOfInput: true) { found.append(Substring(wire(frame))) }
    return found
  }

  /// The frame's bytes, written anew: the CRC was right, so that they are those that were read.
  private func wire(_ frame: Frame) -> String {
    let header = frame.header
    var bytes: [UInt8] = []
    let length = header.payloadLength
    switch header.version {
    case .v1:
      bytes = [
        0xFE, length, header.sequence, header.systemID, header.componentID,
        UInt8(header.messageID.rawValue),
      ]
    case .v2:
      let id = header.messageID.rawValue
      bytes = [
        0xFD, length, 0, 0, header.sequence, header.systemID, header.componentID,
        UInt8(id & 0xFF), UInt8(id >> 8 & 0xFF), UInt8(id >> 16),
      ]
    }
    frame.withPayload { payload in payload.withUnsafeBytes { bytes += $0 } }
    var checksum = Checksum()
    checksum.update(bytes.span.bytes.extracting(1..<bytes.count))
    checksum.update(header.messageID.definition?.crcExtra ?? 0)
    bytes += [UInt8(checksum.value & 0xFF), UInt8(checksum.value >> 8)]
    var text = ""
    for byte in bytes {
      text += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
    }
    return text
  }

  private func isSubsequence(_ few: [Substring], of many: [Substring]) -> Bool {
    var next = few.startIndex
    for each in many where next < few.endIndex && each == few[next] { next += 1 }
    return next == few.endIndex
  }
}
