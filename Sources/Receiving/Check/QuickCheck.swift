import Ledger

/// Checks events against their proofs as ``EventCheck`` does, for thousands a second: it compares the bytes
/// of the event with those that the proof opens, and copies none of them.
///
/// It says of an event only that it is sound. What it does not find so is looked at by ``EventCheck``, which
/// is slower, knows every form, and says what is wrong.
struct QuickCheck: ~Copyable {
  private var bundle: BundleCheck
  /// The words by which events of the post say so, as JSON.
  private let source: [UInt8]
  private let post: [UInt8]
  private var tail: [UInt8] = []

  /// Checks of events of `post` under `checkpoint`, which is what `note` says and was found to be signed by it.
  init(post: String, _ note: SignedNote, _ checkpoint: Checkpoint) {
    bundle = BundleCheck(note, checkpoint)
    source = CanonicalString.quoted("/posts/\(post)")
    self.post = CanonicalString.quoted(post)
  }

  /// Whether the bundle `json` proves all of `event`.
  mutating func isSound(_ event: ReceivedEvent, _ json: ArraySlice<UInt8>) -> Bool {
    let body = event.body
    let places = event.places
    guard let source = places.envelope.value(of: "source", in: body),
      body[source].elementsEqual(self.source), writeTail(of: event),
      bundle.open(json, tail: tail), bundle.index == event.sequence - 1
    else { return false }
    guard areCompanionsRight(event) else { return false }
    let time = places.envelope.value(of: "time", in: body)
    let geometry = places.geometry.flatMap { place in
      body[place].elementsEqual("null".utf8) ? nil : place
    }
    var (isTimed, isPlaced) = (time == nil, geometry == nil)
    // Each property is opened, but for what the record itself says, and nothing is opened that is none: both stand in
    // the order of their names.
    var fields = bundle.fields[...]
    for member in places.properties.members where !isCompanion(body[member.name]) {
      guard let field = fields.popFirst(),
        isSame(body, member.name, bundle.plain, field.name),
        isSame(body, member.value, bundle.plain, field.value)
      else { return false }
      if let time, !isTimed, isOne(of: Self.times, body[member.name]) {
        isTimed = isSame(body, member.value, body, time)
      }
      if let geometry, !isPlaced {
        isPlaced =
          isOne(of: Self.places, body[member.name]) && isPoint(body[geometry], body[member.value])
          || isOne(of: [Self.geometry], body[member.name])
            && isSame(body, geometry, body, member.value)
      }
    }
    return fields.isEmpty && isTimed && isPlaced
  }

  private static let companions = EventCheck.companions.map { Array($0.utf8) }
  private static let times = EventCheck.times.map { Array($0.utf8) }
  private static let places = EventCheck.places.map { Array($0.utf8) }
  private static let geometry = Array("geometry".utf8)
  private static let pointStart = Array(#"{"coordinates":"#.utf8)
  private static let pointEnd = Array(#","type":"Point"}"#.utf8)

  /// What the record of `event` says behind its digests.
  private mutating func writeTail(of event: ReceivedEvent) -> Bool {
    let (body, places) = (event.body, event.places)
    guard let id = places.envelope.value(of: "id", in: body),
      let type = places.envelope.value(of: "type", in: body)
    else { return false }
    tail.removeAll(keepingCapacity: true)
    tail.append(contentsOf: #"],"_sd_alg":"sha-256""#.utf8)
    if let disposition = places.properties.value(of: "disposition", in: body) {
      tail.append(contentsOf: #","disposition":"#.utf8)
      tail.append(contentsOf: body[disposition])
    }
    tail.append(contentsOf: #","exercise":"#.utf8)
    tail.append(contentsOf: (event.isExercise ? "true" : "false").utf8)
    tail.append(contentsOf: #","id":"#.utf8)
    tail.append(contentsOf: body[id])
    tail.append(contentsOf: #","type":"#.utf8)
    tail.append(contentsOf: body[type])
    tail.append(contentsOf: #","v":1}"#.utf8)
    return true
  }

  /// Whether what stands beside the fields is what the envelope says.
  private func areCompanionsRight(_ event: ReceivedEvent) -> Bool {
    let (body, properties) = (event.body, event.places.properties)
    func says(_ name: StaticString, _ isRight: (ArraySlice<UInt8>) -> Bool) -> Bool {
      properties.value(of: name, in: body).map { isRight(body[$0]) } ?? true
    }
    let mark = event.id.utf8.firstIndex(of: UInt8(ascii: "/"))!
    return says("event_id") { isQuoted($0, event.id.utf8[..<mark]) }
      && says("version") { $0.elementsEqual(event.id.utf8[mark...].dropFirst()) }
      && says("post") { $0.elementsEqual(post) }
      && says("exercise") { $0.elementsEqual((event.isExercise ? "true" : "false").utf8) }
  }

  private func isQuoted(_ text: ArraySlice<UInt8>, _ word: Substring.UTF8View) -> Bool {
    text.count == word.count + 2 && text.first == UInt8(ascii: "\"")
      && text.dropFirst().dropLast().elementsEqual(word)
      && !word.contains { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"") }
  }

  private func isCompanion(_ name: ArraySlice<UInt8>) -> Bool {
    isOne(of: Self.companions, name)
  }

  private func isOne(of words: [[UInt8]], _ name: ArraySlice<UInt8>) -> Bool {
    words.contains { $0.count == name.count && name.elementsEqual($0) }
  }

  private func isSame(
    _ one: [UInt8], _ range: Range<Int>, _ other: [UInt8], _ otherRange: Range<Int>
  ) -> Bool {
    range.count == otherRange.count && one[range].elementsEqual(other[otherRange])
  }

  /// Whether `geometry` is the Point of `coordinates`.
  private func isPoint(_ geometry: ArraySlice<UInt8>, _ coordinates: ArraySlice<UInt8>) -> Bool {
    let (start, end) = (Self.pointStart, Self.pointEnd)
    return geometry.count == start.count + coordinates.count + end.count
      && geometry.starts(with: start) && geometry.suffix(end.count).elementsEqual(end)
      && geometry.dropFirst(start.count).prefix(coordinates.count).elementsEqual(coordinates)
  }
}
