extension Frame {
  /// The frame as one line of JSON, without a line end. For people and tools, not for the hot path.
  ///
  /// Keys: `time_us` (only if a time is given), `version`, `sequence`, `system`, `component`, `id`,
  /// `name` (null if the id is unknown), `signed`, then `fields` for the messages that are typed here
  /// or `payload` (hexadecimal, as on the wire) for all others. Fields bear the names and units of
  /// MAVLink's common.xml; a value that the sender does not know, and a number that JSON cannot write
  /// (NaN, infinity), is null.
  public func jsonLine(timeMicros: UInt64? = nil) -> String {
    var line = JSONObject()
    if let timeMicros { line.add("time_us", literal: String(timeMicros)) }
    line.add("version", literal: String(header.version.rawValue))
    line.add("sequence", literal: String(header.sequence))
    line.add("system", literal: String(header.systemID))
    line.add("component", literal: String(header.componentID))
    line.add("id", literal: String(header.messageID.rawValue))
    line.add("name", literal: header.messageID.definition.map { "\"\($0.name)\"" } ?? "null")
    line.add("signed", literal: header.isSigned ? "true" : "false")
    var fields = FieldsAsJSON()
    if visitMessage(&fields) {
      line.add("fields", literal: fields.object.text)
    } else {
      line.add("payload", literal: "\"\(payloadHexadecimal)\"")
    }
    return line.text
  }

  private var payloadHexadecimal: String {
    withPayload { payload in
      let digits = Array("0123456789abcdef".utf8)
      var text: [UInt8] = []
      text.reserveCapacity(2 * payload.byteCount)
      unsafe payload.withUnsafeBytes { bytes in
        for offset in bytes.indices {
          let byte = unsafe bytes[offset]
          text.append(digits[Int(byte >> 4)])
          text.append(digits[Int(byte & 0xF)])
        }
      }
      return String(decoding: text, as: UTF8.self)
    }
  }
}

/// The fields of a message as a JSON object.
private struct FieldsAsJSON: MessageVisitor {
  var object = JSONObject()

  mutating func visit<Message: MAVLinkMessage>(_ message: Message) {
    var object = JSONObject()
    message.forEachField { name, value in object.add(name, literal: value.json) }
    self.object = object
  }
}

extension FieldValue {
  /// The value as JSON.
  var json: String {
    switch self {
    case .unknown: "null"
    case .integer(let value): String(value)
    case .real(let value): value.isFinite ? value.description : "null"
    case .text(let text): quoted(text)
    case .list(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
    }
  }

  /// `text` in quotes, by RFC 8259, section 7.
  private func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

/// A JSON object under construction: keys that need no escaping.
struct JSONObject {
  private var body = ""

  var text: String { "{\(body)}" }

  mutating func add(_ key: StaticString, literal: String) {
    if !body.isEmpty { body += "," }
    body += "\"\(key)\":\(literal)"
  }
}
