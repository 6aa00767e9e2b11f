import Model

/// An event of a capture, read from its text: a GeoJSON Feature as `Docs/schemas` tells it.
///
/// What is missing or of another kind stays empty; a text that is no event gives nothing.
struct ExportedEvent {
  enum Kind: String {
    case crossing
    case airCrossing = "air_crossing"
    case sensorHealth = "sensor_health"
    case postStatus = "post_status"
    case other
  }

  /// A point of the way a target came.
  struct PathPoint: Equatable {
    var place: ExportPlace
    /// Seconds from the crossing, negative before it.
    var seconds: Double
  }

  /// The Feature as it stands.
  var text: [UInt8]
  var kind = Kind.other
  var id = ""
  var version: Int64 = 1
  /// UTC, RFC 3339.
  var time = ""
  var place: ExportPlace?
  var isExercise = false
  var disposition = ""
  var line = ""
  var direction = ""
  var from = ""
  var to = ""
  var target = ""
  var confidence: Double?
  var speed: Double?
  var heading: Double?
  /// Covariance of the place, square metres: xx, xy, yy.
  var covariance: [Double] = []
  var isFriendly = false
  /// Names of the sensors that contributed, or the one it is about.
  var sensors: [String] = []
  /// A sensor's or the post's state, or how an aircraft broadcasts.
  var state = ""
  var reason = ""
  var path: [PathPoint] = []
  private var isAir = false

  /// Whether it says that there was no such crossing.
  var isRetracted: Bool { disposition == "retracted" }

  /// The event whose text is `bytes`.
  init?(_ bytes: RawSpan) {
    text = bytes.array
    var fields = JSONFields()
    var properties: Range<Int>?
    var geometry: Range<Int>?
    while let (key, value) = fields.next(bytes) {
      guard case .nested(let range) = value else { continue }
      if bytes.matches(key, "properties") { properties = range }
      if bytes.matches(key, "geometry") { geometry = range }
    }
    guard !fields.isBroken, let properties else { return nil }
    if let geometry { readPlace(geometry, bytes) }
    guard readProperties(properties, bytes) else { return nil }
    kind = kindOfEvent
  }

  private var kindOfEvent: Kind {
    if !line.isEmpty { return isAir ? .airCrossing : .crossing }
    if !reason.isEmpty { return .sensorHealth }
    return state.isEmpty ? .other : .postStatus
  }

  private mutating func readPlace(_ range: Range<Int>, _ bytes: RawSpan) {
    var fields = JSONFields(at: range.lowerBound)
    while let (key, value) = fields.next(bytes) {
      guard case .nested(let list) = value, bytes.matches(key, "coordinates") else { continue }
      let numbers = bytes.numbers(in: list)
      guard numbers.count >= 2 else { continue }
      place = ExportPlace(
        longitudeDegrees: numbers[0], latitudeDegrees: numbers[1],
        heightMetres: numbers.count > 2 ? numbers[2] : nil)
    }
  }

  private mutating func readProperties(_ range: Range<Int>, _ bytes: RawSpan) -> Bool {
    var fields = JSONFields(at: range.lowerBound)
    while let (key, value) = fields.next(bytes) {
      switch value {
      case .string(let text): take(key, bytes.jsonString(text), bytes)
      case .nested(let inner): take(key, nested: inner, bytes)
      case .integer, .word:
        if let number = bytes.number(value) { take(key, number, bytes) }
        if case .word(let word) = value, bytes.matches(word, "true") {
          if bytes.matches(key, "exercise") { isExercise = true }
          if bytes.matches(key, "friendly") { isFriendly = true }
        }
      }
    }
    return !fields.isBroken
  }

  private mutating func take(_ key: Range<Int>, _ word: String, _ bytes: RawSpan) {
    if bytes.matches(key, "event_id") { id = word }
    if bytes.matches(key, "time") { time = word }
    if bytes.matches(key, "disposition") { disposition = word }
    if bytes.matches(key, "direction") { direction = word }
    if bytes.matches(key, "from") { from = word }
    if bytes.matches(key, "to") { to = word }
    if bytes.matches(key, "class") { target = word }
    if bytes.matches(key, "state") || bytes.matches(key, "status") { state = word }
    if bytes.matches(key, "reason") { reason = word }
    // Only crossings of aircraft that tell of themselves have it.
    if bytes.matches(key, "broadcast") {
      state = word
      isAir = true
    }
  }

  private mutating func take(_ key: Range<Int>, _ number: Double, _ bytes: RawSpan) {
    if bytes.matches(key, "version") { version = Int64(number) }
    if bytes.matches(key, "confidence") { confidence = number }
    if bytes.matches(key, "speed_mps") { speed = number }
    if bytes.matches(key, "heading_deg") { heading = number }
  }

  private mutating func take(_ key: Range<Int>, nested range: Range<Int>, _ bytes: RawSpan) {
    if bytes.matches(key, "line") { line = bytes.name(in: range) ?? "" }
    if bytes.matches(key, "sensor") { sensors = bytes.name(in: range).map { [$0] } ?? [] }
    if bytes.matches(key, "position_covariance_m2") { covariance = bytes.numbers(in: range) }
    if bytes.matches(key, "sensors") {
      sensors = bytes.elements(of: range).compactMap { bytes.name(in: $0) }
    }
    if bytes.matches(key, "path") {
      path = bytes.elements(of: range).compactMap { point in
        let numbers = bytes.numbers(in: point)
        guard numbers.count == 3 else { return nil }
        return PathPoint(
          place: ExportPlace(longitudeDegrees: numbers[0], latitudeDegrees: numbers[1]),
          seconds: numbers[2])
      }
    }
  }
}

extension RawSpan {
  /// The value's number, or nothing when it is a word or no number.
  fileprivate func number(_ value: JSONFields.Value) -> Double? {
    switch value {
    case .integer(let number): return Double(number)
    case .word(let range):
      let text = extracting(range).array
      return Double(String(decoding: text, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    case .string, .nested: return nil
    }
  }

  /// The numbers of the list at `range`.
  fileprivate func numbers(in range: Range<Int>) -> [Double] {
    var list = JSONFields(at: range.lowerBound)
    var numbers: [Double] = []
    while let element = list.nextElement(self) {
      if let number = number(element) { numbers.append(number) }
    }
    return numbers
  }

  /// Where the nested elements of the list at `range` lie.
  fileprivate func elements(of range: Range<Int>) -> [Range<Int>] {
    var list = JSONFields(at: range.lowerBound)
    var places: [Range<Int>] = []
    while let element = list.nextElement(self) {
      if case .nested(let place) = element { places.append(place) }
    }
    return places
  }

  /// The member `name` of the object at `range`.
  fileprivate func name(in range: Range<Int>) -> String? {
    var fields = JSONFields(at: range.lowerBound)
    while let (key, value) = fields.next(self) {
      if matches(key, "name"), case .string(let text) = value { return jsonString(text) }
    }
    return nil
  }
}
