/// The fields of one event, found in its payload without allocation: where they stand in a text that
/// begins with the payload and goes on with the coarser values. ``EventFields`` tells what they are.
struct FieldTable: ~Copyable {
  /// A field's place in the text.
  struct Field: BitwiseCopyable {
    private var nameStart: UInt32 = 0
    private var nameCount: UInt32 = 0
    private var valueStart: UInt32 = 0
    private var valueCount: UInt32 = 0

    init() {}

    init(_ name: Range<Int>, _ value: Range<Int>) {
      (nameStart, nameCount) = (UInt32(name.lowerBound), UInt32(name.count))
      (valueStart, valueCount) = (UInt32(value.lowerBound), UInt32(value.count))
    }

    var name: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameCount) }
    var value: Range<Int> { Int(valueStart)..<Int(valueStart) + Int(valueCount) }
  }

  /// Bytes of the names and values beside the payload at most; kinds of sensors are a part of it.
  static func derivedBytesMax(payload count: Int) -> Int { count + 1_024 }

  /// What the coarser values are made of.
  private struct Sources {
    var time: Range<Int>?
    var confidence: Range<Int>?
    var speed: Range<Int>?
    var heading: Range<Int>?
    var sensors: Range<Int>?
  }

  /// The payload, and behind it what is not in it.
  private(set) var text: CanonicalText
  /// How many fields there are.
  private(set) var count = 0
  private var fields = InlineArray<48, Field>(repeating: Field())
  /// Where `reported`, `corrected` or `retracted` stands, for a crossing.
  private(set) var disposition: Range<Int>?
  /// Longitude and latitude times 10^7, where the event has a place.
  private(set) var place: (longitude: Int64, latitude: Int64)?
  private var sources = Sources()

  /// Room for payloads of so many bytes.
  init(payloadMax: Int) {
    text = CanonicalText(capacity: payloadMax + Self.derivedBytesMax(payload: payloadMax))
  }

  /// The field at `index`, in the order of the names.
  subscript(index: Int) -> Field {
    precondition(index >= 0 && index < count)
    return fields[index]
  }

  /// Finds the fields of an event of `kind`; whether `payload` is one as ``EventEncoder`` writes it.
  mutating func fill(kind: EventKind, payload: RawSpan) -> Bool {
    count = 0
    disposition = nil
    sources = Sources()
    text.clear()
    text.bytes(payload)
    guard let geometry = readMembers(payload) else { return false }
    place = kind == .postStatus ? nil : Self.place(payload, geometry)
    let start = text.count
    text.literal("geometry")
    return insert(start..<text.count, geometry) && addPlaces() && addTimes(payload)
      && addBands(payload) && addKinds(payload)
  }

  // MARK: - The payload

  /// Takes the properties' members, and gives the geometry's place.
  private mutating func readMembers(_ payload: RawSpan) -> Range<Int>? {
    var walk = CanonicalScan.Walk.object(at: 0, end: payload.byteCount)
    var geometry: Range<Int>?
    var hasProperties = false
    while true {
      switch walk.next(in: payload) {
      case .wrong: return nil
      case .end: return walk.place == payload.byteCount && hasProperties ? geometry : nil
      case .value:
        guard let name = walk.name else { return nil }
        let start = walk.place
        if CanonicalScan.matches(payload, name, "properties") {
          guard readProperties(payload, &walk.place) else { return nil }
          hasProperties = true
        } else {
          guard CanonicalScan.passValue(payload, &walk.place, payload.byteCount) else { return nil }
          if CanonicalScan.matches(payload, name, "geometry") { geometry = start..<walk.place }
        }
      }
    }
  }

  private mutating func readProperties(_ payload: RawSpan, _ place: inout Int) -> Bool {
    var walk = CanonicalScan.Walk.object(at: place, end: payload.byteCount)
    while true {
      switch walk.next(in: payload) {
      case .wrong: return false
      case .end:
        place = walk.place
        return true
      case .value:
        let start = walk.place
        guard let name = walk.name,
          CanonicalScan.passValue(payload, &walk.place, payload.byteCount, depth: 1),
          take(payload, name, start..<walk.place)
        else { return false }
      }
    }
  }

  /// Takes a property as a field, unless it goes with every release and is none.
  private mutating func take(
    _ payload: RawSpan, _ name: Range<Int>, _ value: Range<Int>
  ) -> Bool {
    switch name.count {
    case 4:
      if CanonicalScan.matches(payload, name, "post") { return true }
      if CanonicalScan.matches(payload, name, "time") { sources.time = value }
    case 7:
      if CanonicalScan.matches(payload, name, "version") { return true }
      if CanonicalScan.matches(payload, name, "sensors") { sources.sensors = value }
    case 8:
      if CanonicalScan.matches(payload, name, "event_id") { return true }
      if CanonicalScan.matches(payload, name, "exercise") { return true }
    case 9:
      if CanonicalScan.matches(payload, name, "speed_mps") { sources.speed = value }
    case 10:
      if CanonicalScan.matches(payload, name, "confidence") { sources.confidence = value }
    case 11:
      if CanonicalScan.matches(payload, name, "disposition") {
        disposition = CanonicalScan.plainString(payload, value)
        return true
      }
      if CanonicalScan.matches(payload, name, "heading_deg") { sources.heading = value }
    default: break
    }
    // The names of an object ascend, and nothing else is in the table yet.
    guard count < EventFields.countMax else { return false }
    fields[count] = Field(name, value)
    count += 1
    return true
  }

  /// Puts a field in its place by name; false when there are too many, or two of that name.
  private mutating func insert(_ name: Range<Int>, _ value: Range<Int>) -> Bool {
    guard count < EventFields.countMax else { return false }
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      let order = text.order(fields[middle].name, name)
      if order == 0 { return false }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    for place in stride(from: count, to: low, by: -1) { fields[place] = fields[place - 1] }
    fields[low] = Field(name, value)
    count += 1
    return true
  }

  // MARK: - Coarser values

  private static func place(
    _ payload: RawSpan, _ geometry: Range<Int>
  ) -> (longitude: Int64, latitude: Int64)? {
    guard let coordinates = member("coordinates", payload, of: geometry) else { return nil }
    var walk = CanonicalScan.Walk.array(at: coordinates.lowerBound, end: coordinates.upperBound)
    var numbers: (Range<Int>?, Range<Int>?) = (nil, nil)
    walking: while true {
      switch walk.next(in: payload) {
      case .wrong: return nil
      case .end: break walking
      case .value:
        let start = walk.place
        guard CanonicalScan.passValue(payload, &walk.place, coordinates.upperBound) else {
          return nil
        }
        if numbers.0 == nil {
          numbers.0 = start..<walk.place
        } else if numbers.1 == nil {
          numbers.1 = start..<walk.place
        }
      }
    }
    guard walk.place == coordinates.upperBound, let first = numbers.0, let second = numbers.1,
      let longitude = CanonicalScan.scaled(payload, first, places: 7),
      let latitude = CanonicalScan.scaled(payload, second, places: 7),
      longitude.magnitude <= 1_800_000_000, latitude.magnitude <= 900_000_000
    else { return nil }
    return (longitude, latitude)
  }

  /// The value of a member of the object that `range` holds; `nil` when it is none in canonical form.
  private static func member(
    _ word: StaticString, _ payload: RawSpan, of range: Range<Int>
  ) -> Range<Int>? {
    var walk = CanonicalScan.Walk.object(at: range.lowerBound, end: range.upperBound)
    var found: Range<Int>?
    while true {
      switch walk.next(in: payload) {
      case .wrong: return nil
      case .end: return walk.place == range.upperBound ? found : nil
      case .value:
        let start = walk.place
        guard let name = walk.name,
          CanonicalScan.passValue(payload, &walk.place, range.upperBound)
        else { return nil }
        if CanonicalScan.matches(payload, name, word) { found = start..<walk.place }
      }
    }
  }

  /// Puts in a field that is not in the payload: its name, then its value as `write` gives it.
  private mutating func add(
    _ name: StaticString, _ write: (inout CanonicalText) -> Void
  ) -> Bool {
    let start = text.count
    text.literal(name)
    let middle = text.count
    write(&text)
    return insert(start..<middle, middle..<text.count)
  }

  private mutating func addPlaces() -> Bool {
    guard let place else { return true }
    return addPair("lat_lon", place)
      && addPair("lat_lon_1km", CoarseValue.centre(of: place, rowDegrees7: 100_000))
      && addPair("lat_lon_10km", CoarseValue.centre(of: place, rowDegrees7: 1_000_000))
  }

  private mutating func addPair(
    _ name: StaticString, _ place: (longitude: Int64, latitude: Int64)
  ) -> Bool {
    add(name) { text in
      text.byte(UInt8(ascii: "["))
      text.decimal(place.longitude, places: 7)
      text.byte(UInt8(ascii: ","))
      text.decimal(place.latitude, places: 7)
      text.byte(UInt8(ascii: "]"))
    }
  }

  private mutating func addTimes(_ payload: RawSpan) -> Bool {
    guard let value = sources.time, let time = CanonicalScan.plainString(payload, value),
      time.count == 27
    else { return true }
    return addTime("time_hour", time.lowerBound..<time.lowerBound + 13, ":00:00Z")
      && addTime("time_min", time.lowerBound..<time.lowerBound + 16, ":00Z")
  }

  private mutating func addTime(
    _ name: StaticString, _ beginning: Range<Int>, _ end: StaticString
  ) -> Bool {
    add(name) { text in
      text.byte(UInt8(ascii: "\""))
      text.again(beginning)
      text.literal(end)
      text.byte(UInt8(ascii: "\""))
    }
  }

  private mutating func addBands(_ payload: RawSpan) -> Bool {
    let confidence = Self.number(payload, sources.confidence)
    let speed = Self.number(payload, sources.speed)
    let heading = Self.number(payload, sources.heading)
    return addWord("confidence_band", confidence.map(CoarseValue.confidence))
      && addWord("speed_band", speed.map(CoarseValue.speed))
      && addWord("heading_sector", heading.map(CoarseValue.sector))
  }

  private static func number(_ payload: RawSpan, _ value: Range<Int>?) -> Int64? {
    guard let value else { return nil }
    return CanonicalScan.scaled(payload, value, places: 4)
  }

  private mutating func addWord(_ name: StaticString, _ word: StaticString?) -> Bool {
    guard let word else { return true }
    return add(name) { $0.word(word) }
  }

  /// The kinds of the sensors, each once, sorted. There are fewer kinds than a table has room for.
  private mutating func addKinds(_ payload: RawSpan) -> Bool {
    guard let sensors = sources.sensors else { return true }
    var kinds = InlineArray<32, Range<Int>>(repeating: 0..<0)
    var kindCount = 0
    var walk = CanonicalScan.Walk.array(at: sensors.lowerBound, end: sensors.upperBound)
    walking: while true {
      switch walk.next(in: payload) {
      case .wrong: return true
      case .end: break walking
      case .value:
        let start = walk.place
        guard CanonicalScan.passValue(payload, &walk.place, sensors.upperBound) else { return true }
        guard let kind = Self.member("kind", payload, of: start..<walk.place) else { continue }
        var place = kindCount
        var order = -1
        while place > 0 {
          order = CanonicalScan.order(payload, kinds[place - 1], kind)
          if order <= 0 { break }
          place -= 1
        }
        if place > 0, order == 0 { continue }
        guard kindCount < 32 else { return false }
        for later in stride(from: kindCount, to: place, by: -1) { kinds[later] = kinds[later - 1] }
        kinds[place] = kind
        kindCount += 1
      }
    }
    guard walk.place == sensors.upperBound else { return true }
    return add("sensor_kinds") { text in
      text.byte(UInt8(ascii: "["))
      for index in 0..<kindCount {
        if index > 0 { text.byte(UInt8(ascii: ",")) }
        text.again(kinds[index])
      }
      text.byte(UInt8(ascii: "]"))
    }
  }
}
