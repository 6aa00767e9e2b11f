import ArgumentParser
import Foundation
import MAVLink

/// `vedette mavlink`: looks into telemetry.
struct MAVLinkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mavlink", abstract: "Looks into MAVLink telemetry.",
    subcommands: [DecodeMAVLink.self, CountMAVLink.self])
}

struct DecodeMAVLink: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode", abstract: "Decodes a .tlog or raw serial bytes to JSON lines.")

  @Argument(help: "The file.")
  var file: String

  @Flag(help: "JSON lines: the only form, with or without this.")
  var json = false

  mutating func run() throws {
    let counts = try readTelemetry(file) { time, header, payload in
      print(Frame(header: header, payload: payload).jsonLine(timeMicros: time))
    }
    complain(
      "\(counts.frames) messages, \(counts.crcErrors) CRC errors, \(counts.unknownMessages) of "
        + "unknown kind, \(counts.bytesSkipped) bytes skipped")
  }
}

struct CountMAVLink: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Counts what a .tlog or raw serial bytes hold: messages, rates, gaps, per system.")

  @Argument(help: "The file.")
  var file: String

  @Flag(help: "Prints one JSON object.")
  var json = false

  mutating func run() throws {
    var statistics = LineStatistics()
    let read = try readTelemetry(file) { time, header, _ in
      statistics.take(header, timeMicros: time)
    }
    let counts: [(StaticString, UInt64)] = [
      ("crc_errors", read.crcErrors), ("unknown_messages", read.unknownMessages),
      ("incompatible_frames", read.incompatibleFrames), ("bytes_skipped", read.bytesSkipped),
      ("resyncs", read.resyncs),
    ]
    print(json ? statistics.json(counts: counts) : statistics.text(counts: counts))
  }
}

/// Hands every frame of a file to `body`, with its time where the file tells it.
private func readTelemetry(
  _ file: String, _ body: (UInt64?, MAVLinkHeader, RawSpan) -> Void
) throws -> TelemetryLogReader.Counters {
  guard let data = try? Data(contentsOf: URL(filePath: file)) else {
    complain("\(file): cannot be read; give a .tlog or a file of serial bytes")
    throw ExitStatus.missing
  }
  let bytes = [UInt8](data)
  var counters: TelemetryLogReader.Counters
  if TelemetryLogReader.recognises(bytes.span.bytes) {
    var reader = TelemetryLogReader()
    reader.read(bytes.span.bytes) { time, header, payload in body(time, header, payload) }
    counters = reader.counters
  } else {
    var parser = FrameParser()
    parser.parse(bytes.span.bytes) { header, payload in body(nil, header, payload) }
    parser.finish { header, payload in body(nil, header, payload) }
    counters = TelemetryLogReader.Counters()
    counters.frames = parser.counters.frames
    counters.crcErrors = parser.counters.crcErrors
    counters.unknownMessages = parser.counters.unknownMessages
    counters.incompatibleFrames = parser.counters.incompatibleFrames
    counters.bytesSkipped = parser.counters.bytesSkipped
    counters.resyncs = parser.counters.resyncs
  }
  guard counters.frames > 0 || bytes.isEmpty else {
    complain(
      "\(file): no MAVLink frame in \(bytes.count) bytes; expected a .tlog or the bytes of a "
        + "serial line; check the file, and the line's baud rate if it was recorded")
    throw ExitStatus.badData
  }
  return counters
}
