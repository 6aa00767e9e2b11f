import Ledger

/// Wraps a stored event into the CloudEvents 1.0 structured JSON envelope (CloudEvents JSON event
/// format 1.0.2, section 3), on one line, keys sorted.
struct CloudEventText: Sendable {
  /// CloudEvents `source`: `/posts/<post>`.
  var source: String
  /// Extension attribute `handling`: how the receiver must treat what it gets, e.g. `TLP:AMBER`.
  var handling: String

  /// Appends the envelope of `labelled` to `output`.
  ///
  /// A partner's label adds the extension attributes `agreement` and `retentiondays` and takes the
  /// place of ``handling``.
  func append(_ labelled: LabelledEvent, to output: inout [UInt8]) {
    let (event, label) = (labelled.event, labelled.label)
    output.append(UInt8(ascii: "{"))
    if let label {
      output.append(contentsOf: #""agreement":"#.utf8)
      appendJSONString(label.agreement, to: &output)
      output.append(UInt8(ascii: ","))
    }
    output.append(contentsOf: #""data":"#.utf8)
    output.append(contentsOf: event.data)
    output.append(contentsOf: #","datacontenttype":"application/geo+json","exercise":"#.utf8)
    output.append(contentsOf: (event.isExercise ? "true" : "false").utf8)
    output.append(contentsOf: #","handling":"#.utf8)
    appendJSONString(label?.handling ?? handling, to: &output)
    output.append(contentsOf: #","id":"#.utf8)
    appendJSONString(event.id, to: &output)
    if let label {
      output.append(contentsOf: #","retentiondays":"#.utf8)
      output.append(contentsOf: String(label.retentionDays).utf8)
    }
    output.append(contentsOf: #","sequence":""#.utf8)
    output.append(contentsOf: String(event.sequence).utf8)
    output.append(contentsOf: #"","source":"#.utf8)
    appendJSONString(source, to: &output)
    output.append(contentsOf: #","specversion":"1.0""#.utf8)
    if !event.time.isEmpty {
      output.append(contentsOf: #","time":"#.utf8)
      appendJSONString(event.time, to: &output)
    }
    output.append(contentsOf: #","type":"#.utf8)
    appendJSONString(event.type, to: &output)
    output.append(UInt8(ascii: "}"))
  }
}

/// Appends `text` as a JSON string in canonical form.
func appendJSONString(_ text: String, to output: inout [UInt8]) {
  CanonicalString.append(text, to: &output)
}
