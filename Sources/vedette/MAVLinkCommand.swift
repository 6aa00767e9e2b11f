import ArgumentParser
import Foundation
import MAVLink

/// `vedette mavlink`: looks into telemetry.
struct MAVLinkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mavlink", abstract: "Looks into MAVLink telemetry.",
    subcommands: [DecodeMAVLink.self])
}

struct DecodeMAVLink: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode", abstract: "Decodes a .tlog or raw serial bytes to JSON lines.")

  @Argument(help: "The file.")
  var file: String

  mutating func run() throws {
    guard let data = try? Data(contentsOf: URL(filePath: file)) else {
      complain("\(file): cannot be read; give a .tlog or a file of serial bytes")
      throw ExitStatus.missing
    }
    let bytes = [UInt8](data)
    if TelemetryLogReader.recognises(bytes.span.bytes) {
      var reader = TelemetryLogReader()
      reader.read(bytes.span.bytes) { time, header, payload in
        print(Frame(header: header, payload: payload).jsonLine(timeMicros: time))
      }
      let counts = reader.counters
      complain(
        "\(counts.frames) messages, \(counts.crcErrors) CRC errors, \(counts.unknownMessages) of "
          + "unknown kind, \(counts.bytesSkipped) bytes skipped")
    } else {
      var parser = FrameParser()
      parser.parse(bytes.span.bytes) { header, payload in
        print(Frame(header: header, payload: payload).jsonLine())
      }
      parser.finish { header, payload in
        print(Frame(header: header, payload: payload).jsonLine())
      }
      let counts = parser.counters
      complain(
        "\(counts.frames) messages, \(counts.crcErrors) CRC errors, \(counts.unknownMessages) of "
          + "unknown kind, \(counts.bytesSkipped) bytes skipped")
    }
  }
}
