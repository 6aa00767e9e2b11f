import Glibc
import MAVLink
import Testing

/// Frames made by pymavlink, read to the same values and written to the same bytes.
///
/// `VEDETTE_MAVLINK_FRAMES` in the environment sets the number of frames a message; `all_frames.sh`
/// sets 10,000.
@Suite("Against pymavlink", .enabled(if: isPymavlinkPresent, "needs python3 with pymavlink"))
struct PymavlinkTests {
  @Test("The message table is the dialect's")
  func table() {
    #expect(lines("python3 '\(toolsFolder)/check_messages.py'") == [])
  }

  @Test("Random frames of every message decode to the same values and encode to the same bytes")
  func frames() throws {
    let count = unsafe getenv("VEDETTE_MAVLINK_FRAMES").flatMap { unsafe Int(String(cString: $0)) }
    let frames = count ?? 100
    var seen: [MessageID: Int] = [:]
    var wrong: [String] = []
    var seed = 1
    var left = frames
    while left > 0 {
      let part = min(left, 500)
      for line in lines("python3 '\(toolsFolder)/random_frames.py' \(part) \(seed)") {
        guard let id = check(line) else {
          wrong.append(line)
          continue
        }
        seen[id, default: 0] += 1
      }
      left -= part
      seed += 1
    }
    #expect(wrong.prefix(3) == [], "\(wrong.count) frames differ")
    #expect(seen.count == 29)
    #expect(seen.values.allSatisfy { $0 == frames })
  }

  /// The message of a line whose frame reads and writes as it should, else nil.
  private func check(_ line: String) -> MessageID? {
    let words = line.split(separator: " ", maxSplits: 4).map(String.init)
    guard words.count == 5, let sequence = UInt8(words[1]) else { return nil }
    let stream = bytes(hex: words[3])
    let isSigned = words[2] == "1"
    let key = SigningKey(bytes: Array(0..<32))
    var parser =
      isSigned
      ? FrameParser(signing: LinkSigning(policy: .require, key: key))
      : FrameParser()
    _ = parser.append(stream.span.bytes)
    guard let frame = parser.nextFrame(), parser.pendingCount == 0 else { return nil }
    var reading = Reading(
      encoder: FrameEncoder(
        version: words[0] == "1" ? .v1 : .v2, systemID: 42, componentID: 7, sequence: sequence))
    if isSigned {
      let time = stream.suffix(12).prefix(6).reversed().reduce(0) { $0 << 8 | UInt64($1) }
      reading.encoder.signer = FrameSigner(key: key, linkID: 9, timestamp: time)
    }
    guard frame.visitMessage(&reading), reading.fields == words[4], reading.written == stream else {
      return nil
    }
    return frame.header.messageID
  }
}

/// A message's fields as the tool shows them, and its frame as we write it.
private struct Reading: MessageVisitor {
  var encoder: FrameEncoder
  var fields = ""
  var written: [UInt8] = []

  mutating func visit<Message: MAVLinkMessage>(_ message: Message) {
    var parts: [String] = []
    message.forEachField { name, value in parts.append("\(name)=\(shown(value))") }
    fields = parts.joined(separator: " ")
    try? encoder.append(message, to: &written)
  }

  private func shown(_ value: FieldValue) -> String {
    switch value {
    case .unknown: "-"
    case .integer(let number): "\(number)"
    case .real(let number): hexadecimal(number.bitPattern, digits: 8)
    case .text(let text): text.utf8.map { hexadecimal(UInt32($0), digits: 2) }.joined()
    case .list(let values): values.map { shown($0) }.joined(separator: ",")
    }
  }

  private func hexadecimal(_ number: UInt32, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: digits - text.utf8.count) + text
  }
}

extension SigningKey {
  /// A key of 32 bytes (the testing macros take no spans).
  init(bytes: [UInt8]) {
    guard let key = SigningKey(bytes: bytes.span.bytes) else {
      preconditionFailure("a key has 32 bytes")
    }
    self = key
  }
}

let toolsFolder: String = {
  let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
  return parts.dropLast().joined(separator: "/") + "/Tools"
}()

let isPymavlinkPresent = lines("python3 -c 'import pymavlink' && echo yes") == ["yes"]

/// What a command writes to its standard output.
func lines(_ command: String) -> [String] {
  guard let pipe = unsafe popen(command + " 2>/dev/null", "r") else { return [] }
  defer { unsafe pclose(pipe) }
  var all: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe fread(&buffer, 1, buffer.count, pipe)
    if count == 0 { break }
    all += buffer[..<count]
  }
  return String(decoding: all, as: UTF8.self).split(separator: "\n").map(String.init)
}
