import Ledger
import Sharing

/// An incident report checked offline.
enum ReportVerification {
  /// Checks the page or the JSON at `path`, and prints what it says.
  static func verify(_ path: String, _ key: NoteKey, _ json: Bool) throws {
    guard let bytes = WholeFile.read(path, bytesMax: 2 * IncidentReport.byteCountMax) else {
      complain("\(path) cannot be read; name the file of an incident report")
      throw ExitStatus.missing
    }
    let text = bytes.last == 0x0A ? Array(bytes.dropLast()) : bytes
    guard let report = IncidentReport(page: bytes) ?? IncidentReport(text) else {
      complain(
        "\(path) is no incident report: expected a page or JSON that \"vedette incident\" wrote, unchanged"
      )
      throw ExitStatus.badData
    }
    let verdict = report.verdict(key: key)
    guard case .sound(let checkpoint, let fields) = verdict else {
      say(
        json ? #"{"ok":false,"verdict":\#(quoted("\(verdict)"))}"# : "WRONG: \(verdict)")
      throw ExitStatus.wrong
    }
    let values = fields.map { ($0.name, String(decoding: $0.value, as: UTF8.self)) }
    let index = report.bundle.proof.index
    if json {
      let members = values.map { "\(quoted($0)):\($1)" }.joined(separator: ",")
      return say(
        #"{"author":\#(quoted(report.author)),"fields":{\#(members)},"index":\#(index),"#
          + #""made":\#(quoted(report.made)),"ok":true,"origin":\#(quoted(checkpoint.origin)),"#
          + #""remarks":\#(quoted(report.remarks)),"size":\#(checkpoint.size)}"#)
    }
    for (name, value) in values { say("\(name): \(value)") }
    say("made \(report.made) by \(report.author.isEmpty ? "nobody named" : report.author)")
    say(
      "record \(index + 1) of \(checkpoint.size) in \(checkpoint.origin), report signed by the post: sound"
    )
  }
}
