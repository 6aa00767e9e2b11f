import Ledger
import Model

/// Rows and notices as JSON, one line each: what other software reads.
public enum RowText {
  /// A row: `{"event":<CloudEvent or null>,"received":…,"row":…,"source":…,"state":…,"withdrawn":…}`.
  public static func json(_ row: StoredRow) -> [UInt8] {
    var text = Array(#"{"event":"#.utf8)
    text += row.body.isEmpty ? Array("null".utf8) : row.body
    text += Array(#","id":"#.utf8) + CanonicalString.quoted(row.id)
    text += Array(#","received":"\#(time(row.receivedMillis))","row":\#(row.row),"source":"#.utf8)
    text += CanonicalString.quoted(row.source)
    text += Array(
      #","state":"\#(row.state.rawValue)","withdrawn":\#(row.isWithdrawn)}"#.utf8)
    return text
  }

  /// A notice: `{"kind":…,"notice":<number>,"source":…,"text":…,"time":…}` with `from` and `through`
  /// where events are concerned, and `evidence` where there is any.
  public static func json(_ notice: Notice) -> [UInt8] {
    var text = Array("{".utf8)
    if !notice.evidence.isEmpty {
      text += Array(#""evidence":"#.utf8) + CanonicalString.quoted(notice.evidence) + [0x2C]
    }
    if let from = notice.from { text += Array(#""from":"\#(from)","#.utf8) }
    text += Array(#""kind":"\#(notice.kind.rawValue)","notice":\#(notice.number),"source":"#.utf8)
    text += CanonicalString.quoted(notice.source)
    text += Array(#","text":"#.utf8) + CanonicalString.quoted(notice.text)
    if let through = notice.through { text += Array(#","through":"\#(through)""#.utf8) }
    return text + Array(#","time":"\#(time(notice.millis))"}"#.utf8)
  }

  /// RFC 3339 in UTC with milliseconds.
  static func time(_ millis: Int64) -> String {
    WallTime(unixNanos: millis.multipliedReportingOverflow(by: 1_000_000).partialValue)
      .utcText(decimals: 3)
  }
}
