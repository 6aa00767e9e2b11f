public import Model

extension WallTime {
  /// The moment that `text` names in the form `2026-03-01T00:00:00Z` (RFC 3339, UTC, a fraction of
  /// up to nine digits allowed); `nil` for anything else, also for what RFC 3339 allows beyond it (small letters,
  /// offsets, leap seconds), and for years outside 1970 ... 2199.
  public init?(utc text: String) {
    let marks = text.utf8.filter { $0 < 0x30 || $0 > 0x39 }
    guard text.utf8.count <= 30,
      marks.elementsEqual("--T::Z".utf8)
        || marks.elementsEqual("--T::.Z".utf8), text.utf8.dropFirst(17).first != UInt8(ascii: "6"),
      let moment = WallTime(rfc3339: text),
      (0..<7_258_118_400_000_000_000).contains(moment.unixNanos)
    else { return nil }
    self = moment
  }
}
