/// What `gpiomon` of libgpiod prints, of versions 1 and 2:
///
///     event:  RISING EDGE offset: 23 timestamp: [    1234.567890123]
///     1234.567890123	rising	gpiochip0 23
///     1234.567890123	rising	"gate-beam"
///
/// Times are of the machine's clock; the first event is at time 0. Lines are found by the offset or name
/// that the site file gives; where sensors of two chips have the same, by the chip as well.
enum EventMonitorText {
  /// What a line says.
  private struct Event {
    var nanos: Int64
    var isRising: Bool
    var chip: String?
    var line: String
  }

  /// Whether a line is one that `gpiomon` prints.
  static func isEvent(_ line: ArraySlice<UInt8>) -> Bool { event(line) != nil }

  /// Reads a whole file.
  static func read(_ bytes: [UInt8], into timeline: inout EdgeTimeline) throws(CaptureError) {
    var first: Int64?
    for (row, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.isEmpty { continue }
      guard let event = event(line) else {
        throw timeline.wrong(
          row + 1, nil, "\(EdgeTimeline.quoted(line)) is no event as gpiomon prints them")
      }
      let nanos = event.nanos - (first ?? event.nanos)
      first = first ?? event.nanos
      guard timeline.follows(nanos) else {
        throw timeline.wrong(row + 1, nil, "the event is before the one above; sort them by time")
      }
      var sensors = timeline.sensors(wiredTo: event.line)
      if sensors.count > 1 { sensors.removeAll { timeline.chip(of: $0) != event.chip } }
      guard sensors.count == 1 else {
        throw timeline.wrong(
          row + 1, nil,
          "no single motion sensor of the site is wired to line \"\(event.line)\""
            + "\(event.chip.map { " of \($0)" } ?? ""); give the line in the site file as gpiomon does"
        )
      }
      timeline.take(sensors[0], isHigh: event.isRising, nanos: nanos)
    }
  }

  private static func event(_ line: ArraySlice<UInt8>) -> Event? {
    guard line.count <= 512 else { return nil }
    let words = line.split { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: "[") || $0 == 0x5D }
    return older(words) ?? newer(words)
  }

  private static func older(_ words: [ArraySlice<UInt8>]) -> Event? {
    guard words.count == 7, words[0].elementsEqual("event:".utf8),
      words[2].elementsEqual("EDGE".utf8), words[3].elementsEqual("offset:".utf8),
      words[5].elementsEqual("timestamp:".utf8), let nanos = SecondsText.nanos(words[6]),
      let isRising = direction(words[1], "RISING", "FALLING")
    else { return nil }
    return Event(nanos: nanos, isRising: isRising, line: String(decoding: words[4], as: UTF8.self))
  }

  private static func newer(_ words: [ArraySlice<UInt8>]) -> Event? {
    guard words.count == 3 || words.count == 4, let nanos = SecondsText.nanos(words[0]),
      let isRising = direction(words[1], "rising", "falling"), var name = words.last
    else { return nil }
    let chip = words.count == 4 ? String(decoding: words[2], as: UTF8.self) : nil
    if chip == nil, name.count > 2, name.first == UInt8(ascii: "\""), name.last == name.first {
      name = name.dropFirst().dropLast()
    }
    return Event(
      nanos: nanos, isRising: isRising, chip: chip, line: String(decoding: name, as: UTF8.self))
  }

  private static func direction(
    _ word: ArraySlice<UInt8>, _ up: String, _ down: String
  ) -> Bool? {
    word.elementsEqual(up.utf8) ? true : word.elementsEqual(down.utf8) ? false : nil
  }
}
