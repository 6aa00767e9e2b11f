import Ledger
import Model

/// The report as a page for people, and the way back from it.
extension IncidentReport {
  private static let opening = "<pre id=\"report\">"
  private static let closing = "</pre>"

  /// The report as one HTML page that needs no other file and no network, and holds the JSON whole; it
  /// is well-formed XML too. The same report gives the same bytes.
  public var page: [UInt8] {
    let record = CanonicalObject(Array(bundle.record.utf8)[...])
    func word(_ name: String) -> String {
      record?[name].flatMap { CanonicalString.text(of: $0) } ?? ""
    }
    let isExercise = record?["exercise"].map { String(decoding: $0, as: UTF8.self) } == "true"
    let checkpoint = Checkpoint(bundle.proof.note.text)
    var rows = [
      ("post", post), ("event", word("id")), ("kind", word("type")),
      ("disposition", word("disposition")),
    ]
    rows += fields.map { ($0.name, Self.text(of: $0.value)) }
    let log = [
      ("log", checkpoint?.origin ?? ""), ("record", "\(bundle.proof.index + 1)"),
      ("records signed", checkpoint.map { "\($0.size)" } ?? ""), ("key", "\(key)"),
      ("fields kept back", "all that are not listed; their digests stand in the record"),
    ]
    let text = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"/><title>Incident \(markupText(word("id")))</title>
      <style>
      \(Self.style)
      </style></head><body>
      <h1>Incident report\(isExercise ? " (EXERCISE)" : "")</h1>
      <p>Made \(markupText(made)) by \(markupText(author.isEmpty ? "nobody named" : author)).</p>
      <h2>What the post recorded</h2>
      \(Self.table(rows))
      <h2>Where it stands</h2>
      \(Self.table(log))
      <h2>Remarks of the author</h2>
      <p>\(markupText(remarks.isEmpty ? "none" : remarks))</p>
      <h2>How to check it</h2>
      <p>Get the post's public key from somebody you trust, not from this page. Then
      <code>vedette verify --report THIS-FILE --key KEY</code> checks this page and everything in it, \
      without a network. With other tools: the text below is canonical JSON (RFC 8785). Its member
      <code>signature</code> signs the rest of it and a newline, as c2sp.org/signed-note tells; the member
      <code>bundle</code> holds the record with its disclosures (RFC 9901) and a proof, c2sp.org/tlog-proof.</p>
      \(Self.opening)\(markupText(String(decoding: json, as: UTF8.self)))\(Self.closing)
      </body></html>

      """
    return Array(text.utf8)
  }

  /// Reads a page; `nil` when it is not, byte for byte, the page of the report that it holds.
  public init?(page: [UInt8]) {
    // The JSON has no character of markup left, so the first closing behind the opening is its end.
    guard page.count <= 2 * Self.byteCountMax,
      let start = Self.place(of: Self.opening, in: page[...]),
      let end = Self.place(of: Self.closing, in: page[(start + Self.opening.utf8.count)...]),
      let report = Self(Self.unescaped(page[(start + Self.opening.utf8.count)..<end])),
      report.page == page
    else { return nil }
    self = report
  }

  private static func place(of mark: String, in bytes: ArraySlice<UInt8>) -> Int? {
    let mark = Array(mark.utf8)
    guard bytes.count >= mark.count else { return nil }
    return (bytes.startIndex...bytes.endIndex - mark.count).first {
      bytes[$0] == mark[0] && bytes[$0..<$0 + mark.count].elementsEqual(mark)
    }
  }

  /// The disclosed fields, as far as they can be read; the check is ``verdict(key:)``.
  private var fields: [EventFields.Field] {
    guard case .sound(_, let fields) = bundle.verdict(key: key) else { return [] }
    return fields
  }

  /// What ``markupText(_:)`` made of JSON, undone: JSON has no character that is lost.
  private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
    let names: [(escape: [UInt8], byte: UInt8)] = [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&"),
    ]
    .map { (Array($0.0.utf8), $0.1.utf8.first ?? 0) }
    var plain: [UInt8] = []
    plain.reserveCapacity(text.count)
    var place = text.startIndex
    while place < text.endIndex {
      if text[place] == UInt8(ascii: "&"),
        let found = names.first(where: { text[place...].starts(with: $0.escape) })
      {
        plain.append(found.byte)
        place += found.escape.count
      } else {
        plain.append(text[place])
        place += 1
      }
    }
    return plain
  }

  private static func text(of value: [UInt8]) -> String {
    CanonicalString.text(of: value[...]) ?? String(decoding: value, as: UTF8.self)
  }

  private static func table(_ rows: [(String, String)]) -> String {
    let lines = rows.map {
      "<tr><th>\(markupText($0.0))</th><td>\(markupText($0.1))</td></tr>"
    }
    return "<table>\n\(lines.joined(separator: "\n"))\n</table>"
  }

  private static let style = """
    body { font: 15px/1.4 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
    table { border-collapse: collapse; } td, th { border: 1px solid #bbb; padding: .2em .6em; \
    text-align: left; vertical-align: top; word-break: break-all; } th { word-break: normal; }
    pre { white-space: pre-wrap; word-break: break-all; background: #f4f4f0; padding: 1em; }
    """
}
