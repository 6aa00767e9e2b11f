import Ledger

/// Checks an event against the proof that its post gave of it.
///
/// The bundle's record must be the event, stand at its place in the log, and open every property and
/// the place that the event says, byte for byte. Then nobody between has changed a digit, and the post
/// cannot tell another center otherwise without breaking its log.
enum EventCheck {
  /// What was found.
  enum Verdict: Sendable, Equatable {
    /// All of the event is proven.
    case sound
    /// It is not, for this reason.
    case wrong(String)
  }

  /// What stands beside the fields of a release and is no disclosure.
  static let companions = [
    "event_id", "version", "post", "exercise", "disposition",
  ]
  /// Fields that can be the geometry, the most precise first.
  static let places = ["lat_lon", "lat_lon_1km", "lat_lon_10km"]

  /// Fields that can be the time of the envelope.
  static let times = ["time", "time_min", "time_hour"]

  /// Checks `event` of `post` against `bundle`, whose note is that of `checkpoint` and was found to be
  /// signed by the post.
  static func verdict(
    on event: ReceivedEvent, of post: String, bundle: ReleaseBundle, under checkpoint: Checkpoint
  ) -> Verdict {
    guard event.source == "/posts/\(post)" else {
      return .wrong("it says that it comes from \(event.source)")
    }
    let verdict = bundle.verdict(under: checkpoint)
    guard case .sound(_, let fields) = verdict else { return .wrong("its proof fails: \(verdict)") }
    guard bundle.proof.index + 1 == event.sequence else {
      return .wrong("its proof is that of record \(bundle.proof.index + 1)")
    }
    guard let record = CanonicalObject(Array(bundle.record.utf8)[...]) else {
      return .wrong("its record cannot be read")
    }
    if event.type == "\(EventKind.epoch.typeName)" || event.type == "\(EventKind.erasure.typeName)"
    {
      return ownVerdict(on: event, of: post, Array(bundle.record.utf8), record)
    }
    let quotedID = CanonicalString.quoted(event.id)
    guard record["id"].map({ $0.elementsEqual(quotedID) }) == true,
      record["type"].map({ $0.elementsEqual(CanonicalString.quoted(event.type)) }) == true,
      record["exercise"].map({ $0.elementsEqual("\(event.isExercise)".utf8) }) == true
    else { return .wrong("its record is that of another event") }
    let known = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) })
    guard let properties = event.properties else {
      return .wrong("it has no properties")
    }
    if let fault = companionFault(properties, event, post, record) { return .wrong(fault) }
    for member in properties.members where !companions.contains(member.name) {
      guard let value = known[member.name] else {
        return .wrong("its record does not open \(member.name)")
      }
      guard value.elementsEqual(member.value) else {
        return .wrong("its record says \(member.name) otherwise")
      }
    }
    if let time = event.time {
      let quoted = CanonicalString.quoted(time)
      guard times.contains(where: { known[$0] == quoted }) else {
        return .wrong("its record does not open its time")
      }
    }
    return isPlaceProven(event.geometry, known)
      ? .sound : .wrong("its record does not open its place")
  }

  /// Checks a word of the log on itself, which is proven as a whole.
  private static func ownVerdict(
    on event: ReceivedEvent, of post: String, _ payload: [UInt8], _ record: CanonicalObject
  ) -> Verdict {
    let isEpoch = event.type == "\(EventKind.epoch.typeName)"
    guard isEpoch ? EpochRecord(payload) != nil : ErasureRecord(payload) != nil,
      CanonicalObject(event.body[...])?["data"].map({ $0.elementsEqual(payload) }) == true,
      let properties = record["properties"].flatMap({ CanonicalObject($0) }),
      event.time.map({ CanonicalString.quoted($0) }) == properties["time"].map({ Array($0) })
    else { return .wrong("its record is that of another event") }
    return companionFault(properties, event, post, record).map { .wrong($0) } ?? .sound
  }

  /// What is wrong with what stands beside the fields.
  private static func companionFault(
    _ properties: CanonicalObject, _ event: ReceivedEvent, _ post: String,
    _ record: CanonicalObject
  ) -> String? {
    let version = event.id.dropFirst(event.eventID.utf8.count + 1)
    let expected: [(String, [UInt8])] = [
      ("event_id", CanonicalString.quoted(event.eventID)), ("version", Array(version.utf8)),
      ("post", CanonicalString.quoted(post)), ("exercise", Array("\(event.isExercise)".utf8)),
    ]
    for (name, value) in expected {
      guard properties[name].map({ $0.elementsEqual(value) }) ?? true else {
        return "its \(name) is not that of its envelope"
      }
    }
    let said = properties["disposition"].map(Array.init)
    return said == record["disposition"].map(Array.init)
      ? nil : "its record has another disposition"
  }

  private static func isPlaceProven(
    _ geometry: ArraySlice<UInt8>?, _ known: [String: [UInt8]]
  ) -> Bool {
    guard let geometry, !geometry.elementsEqual("null".utf8) else { return true }
    if let whole = known["geometry"], geometry.elementsEqual(whole) { return true }
    guard let point = CanonicalObject(geometry),
      point.members.map(\.name) == ["coordinates", "type"],
      point["type"].map({ $0.elementsEqual(#""Point""#.utf8) }) == true,
      let coordinates = point["coordinates"]
    else { return false }
    return places.contains { known[$0].map { $0.elementsEqual(coordinates) } ?? false }
  }
}
