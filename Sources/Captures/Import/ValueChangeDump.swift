/// The dump of a logic analyser or simulator: VCD (IEEE 1364-2005, clause 18), as `sigrok-cli -O vcd` and
/// PulseView write it.
///
/// A variable of one bit belongs to the motion sensor that has its name, or that is wired to a line of
/// its name. Other variables are passed over, as are `x` and `z`: then the level stays. Time 0 of the
/// dump is the beginning.
enum ValueChangeDump {
  /// Reads a whole file.
  static func read(_ bytes: [UInt8], into timeline: inout EdgeTimeline) throws(CaptureError) {
    var reader = Reader(bytes)
    let header = try reader.header(timeline)
    var nanos: Int64 = 0
    while let word = reader.next() {
      switch word.first {
      case UInt8(ascii: "#"):
        guard let time = header.nanos(word.dropFirst()) else {
          throw timeline.wrong(
            reader.line, nil, "\(EdgeTimeline.quoted(word)) is no time, or one of centuries")
        }
        guard time >= nanos else {
          throw timeline.wrong(reader.line, nil, "the time is before that above")
        }
        nanos = time
      case UInt8(ascii: "0"), UInt8(ascii: "1"):
        guard let sensor = header.sensors[Array(word.dropFirst())] else { continue }
        timeline.take(sensor, isHigh: word.first == UInt8(ascii: "1"), nanos: nanos)
      case UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "z"), UInt8(ascii: "Z"): continue
      case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "r"), UInt8(ascii: "R"):
        // A vector or a real number, and its variable: no sensor has one.
        _ = reader.next()
      case UInt8(ascii: "$"): if word.elementsEqual("$comment".utf8) { reader.passToEnd() }
      default:
        throw timeline.wrong(
          reader.line, nil,
          "\(EdgeTimeline.quoted(word)) is neither a time (#100) nor a change of a value (1!)")
      }
    }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// What stands before the values.
  private struct Header {
    /// The sensors by the signs that stand for their variables.
    var sensors: [[UInt8]: Int] = [:]
    /// Nanoseconds of a unit of time: so many, over so many.
    var unit: (nanos: Int64, over: Int64)?

    func nanos(_ text: ArraySlice<UInt8>) -> Int64? {
      guard let unit, let count = Int64(String(decoding: text, as: UTF8.self)), count >= 0 else {
        return nil
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: unit.nanos)
      let nanos = product / unit.over
      return overflow || nanos > .max / 4 ? nil : nanos
    }
  }

  /// Takes the words of the file one by one.
  private struct Reader {
    private let bytes: [UInt8]
    private var place = 0
    /// The line of the last word, from 1.
    private(set) var line = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> ArraySlice<UInt8>? {
      while place < bytes.count, isSpace(bytes[place]) {
        if bytes[place] == 0x0A { line += 1 }
        place += 1
      }
      guard place < bytes.count else { return nil }
      let start = place
      while place < bytes.count, !isSpace(bytes[place]) { place += 1 }
      return bytes[start..<place]
    }

    /// The words to `$end`.
    mutating func section() -> [ArraySlice<UInt8>] {
      var words: [ArraySlice<UInt8>] = []
      while let word = next(), !word.elementsEqual("$end".utf8) {
        if words.count < 64 { words.append(word) }
      }
      return words
    }

    mutating func passToEnd() { while let word = next(), !word.elementsEqual("$end".utf8) {} }

    mutating func header(_ timeline: EdgeTimeline) throws(CaptureError) -> Header {
      var header = Header()
      while let word = next() {
        switch String(decoding: word, as: UTF8.self) {
        case "$enddefinitions":
          passToEnd()
          guard header.unit != nil else {
            throw timeline.wrong(line, nil, "there is no $timescale, such as $timescale 1 us $end")
          }
          guard !header.sensors.isEmpty else {
            throw timeline.wrong(
              line, nil,
              "no variable of one bit has the name of a motion sensor of the site or of its line; "
                + "name the analyser's channels after the sensors")
          }
          return header
        case "$timescale":
          let text = section().map { String(decoding: $0, as: UTF8.self) }.joined()
          guard let unit = Self.unit(text) else {
            throw timeline.wrong(line, nil, "\"\(text)\" is no time scale such as 1 us")
          }
          header.unit = unit
        case "$var": try take(section(), timeline, &header)
        default:
          guard word.first == UInt8(ascii: "$") else {
            throw timeline.wrong(
              line, nil, "\(EdgeTimeline.quoted(word)) stands before $enddefinitions")
          }
          passToEnd()
        }
      }
      throw timeline.wrong(line, nil, "the file ends before $enddefinitions")
    }

    /// `wire 1 ! name`, perhaps with the bit behind it.
    private func take(
      _ words: [ArraySlice<UInt8>], _ timeline: EdgeTimeline, _ header: inout Header
    ) throws(CaptureError) {
      guard words.count >= 4 else {
        throw timeline.wrong(line, nil, "a $var has kind, width, sign and name")
      }
      guard words[1].elementsEqual("1".utf8) else { return }
      let name = String(decoding: words[3], as: UTF8.self)
      let wired = timeline.sensors(wiredTo: name)
      guard let sensor = timeline.sensor(named: name) ?? (wired.count == 1 ? wired[0] : nil) else {
        return
      }
      header.sensors[Array(words[2])] = sensor
    }

    private static func unit(_ text: String) -> (nanos: Int64, over: Int64)? {
      let digits = text.prefix { $0.isNumber }
      guard ["1", "10", "100"].contains(digits), let count = Int64(digits) else { return nil }
      return switch text.dropFirst(digits.count) {
      case "s": (count * 1_000_000_000, 1)
      case "ms": (count * 1_000_000, 1)
      case "us": (count * 1_000, 1)
      case "ns": (count, 1)
      case "ps": (count, 1_000)
      case "fs": (count, 1_000_000)
      default: nil
      }
    }
  }
}
