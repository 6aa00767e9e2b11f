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
  /// The first bytes of their names, as a number that orders as they do.
  private var keys = InlineArray<48, UInt64>(repeating: 0)
  /// The fields that are not in the properties, in the order of their names, until they are put among the others.
  private var derived = InlineArray<10, Field>(repeating: Field())
  private var derivedCount = 0
  /// Where `reported`, `corrected` or `retracted` stands, for a crossing.
  private(set) var disposition: Range<Int>?
  /// Longitude and latitude times 10^7, where the event has a place.
  private(set) var place: (longitude: Int64, latitude: Int64)?
  private var sources = Sources()
  private var marks: MarkBuffer

  /// Room for payloads of so many bytes.
  init(payloadMax: Int) {
    text = CanonicalText(capacity: payloadMax + Self.derivedBytesMax(payload: payloadMax))
    marks = MarkBuffer(capacity: payloadMax)
  }

  /// The field at `index`, in the order of the names.
  subscript(index: Int) -> Field {
    precondition(index >= 0 && index < count)
    return fields[index]
  }

  /// Finds the fields of an event of `kind`; whether `payload` is one as ``EventEncoder`` writes it.
  mutating func fill(kind: EventKind, payload: RawSpan) -> Bool {
    count = 0
    derivedCount = 0
    disposition = nil
    sources = Sources()
    text.clear()
    text.bytes(payload)
    // Text is only put behind the payload from here on, and its memory does not move.
    let scan = unsafe marks.mark(text.unsafeBytes)
    guard let geometry = readMembers(scan) else { return false }
    place = kind == .postStatus ? nil : Self.place(scan, geometry)
    return addDerived(scan, geometry) && merge()
  }

  // MARK: - The payload

  /// Takes the properties' members, and gives the geometry's place.
  private mutating func readMembers(_ scan: CanonicalScan) -> Range<Int>? {
    var walk = CanonicalScan.Walk.object(at: 0, end: scan.count)
    var geometry: Range<Int>?
    var hasProperties = false
    while true {
      switch walk.next(in: scan) {
      case .wrong: return nil
      case .end: return walk.place == scan.count && hasProperties ? geometry : nil
      case .value:
        guard let name = walk.name else { return nil }
        let start = walk.place
        if scan.matches(name, walk.key, "properties") {
          guard readProperties(scan, &walk.place) else { return nil }
          hasProperties = true
        } else {
          guard scan.passValue(&walk.place, scan.count) else { return nil }
          if scan.matches(name, walk.key, "geometry") { geometry = start..<walk.place }
        }
      }
    }
  }

  private mutating func readProperties(_ scan: CanonicalScan, _ place: inout Int) -> Bool {
    var walk = CanonicalScan.Walk.object(at: place, end: scan.count)
    while true {
      switch walk.next(in: scan) {
      case .wrong: return false
      case .end:
        place = walk.place
        return true
      case .value:
        let start = walk.place
        guard let name = walk.name,
          scan.passValue(&walk.place, scan.count, depth: 1),
          take(scan, name, walk.key, start..<walk.place)
        else { return false }
      }
    }
  }

  /// Takes a property as a field, unless it goes with every release and is none.
  @inline(__always)
  private mutating func take(
    _ scan: CanonicalScan, _ name: Range<Int>, _ key: UInt64, _ value: Range<Int>
  ) -> Bool {
    switch name.count {
    case 4:
      if key == CanonicalScan.key("post") { return true }
      if key == CanonicalScan.key("time") { sources.time = value }
    case 7:
      if key == CanonicalScan.key("version") { return true }
      if key == CanonicalScan.key("sensors") { sources.sensors = value }
    case 8:
      if key == CanonicalScan.key("event_id") || key == CanonicalScan.key("exercise") {
        return true
      }
    case 9:
      if scan.matches(name, key, "speed_mps") { sources.speed = value }
    case 10:
      if scan.matches(name, key, "confidence") { sources.confidence = value }
    case 11:
      if scan.matches(name, key, "disposition") {
        disposition = scan.plainString(value)
        return true
      }
      if scan.matches(name, key, "heading_deg") { sources.heading = value }
    default: break
    }
    // The names of an object ascend, and nothing else is in the table yet.
    guard count < EventFields.countMax else { return false }
    fields[count] = Field(name, value)
    keys[count] = key
    count += 1
    return true
  }

  /// Puts the fields that are not in the properties among the others; false when there are too many,
  /// or two of a name.
  private mutating func merge() -> Bool {
    var (next, place) = (count - 1, count + derivedCount - 1)
    guard place < EventFields.countMax else { return false }
    for index in stride(from: derivedCount - 1, through: 0, by: -1) {
      let field = derived[index]
      let key = text.key(field.name)
      while next >= 0, keys[next] >= key {
        let order = keys[next] > key ? 1 : text.order(fields[next].name, field.name)
        if order == 0 { return false }
        if order < 0 { break }
        fields[place] = fields[next]
        next -= 1
        place -= 1
      }
      fields[place] = field
      place -= 1
    }
    count += derivedCount
    return true
  }

  // MARK: - Coarser values

  /// Adds the fields that are not in the properties, in the order of their names.
  private mutating func addDerived(_ scan: CanonicalScan, _ geometry: Range<Int>) -> Bool {
    addWord("confidence_band", number(scan, sources.confidence).map(CoarseValue.confidence))
    let start = text.count
    text.literal("geometry")
    add(start..<text.count, geometry)
    addWord("heading_sector", number(scan, sources.heading).map(CoarseValue.sector))
    if let place {
      addPair("lat_lon", place)
      addPair("lat_lon_10km", CoarseValue.centre(of: place, rowDegrees7: 1_000_000))
      addPair("lat_lon_1km", CoarseValue.centre(of: place, rowDegrees7: 100_000))
    }
    guard addKinds(scan) else { return false }
    addWord("speed_band", number(scan, sources.speed).map(CoarseValue.speed))
    addTimes(scan)
    return true
  }

  private static func place(
    _ scan: CanonicalScan, _ geometry: Range<Int>
  ) -> (longitude: Int64, latitude: Int64)? {
    var end = geometry.lowerBound
    guard let coordinates = passMember("coordinates", scan, &end, geometry.upperBound),
      end == geometry.upperBound, !coordinates.isEmpty
    else { return nil }
    var walk = CanonicalScan.Walk.array(at: coordinates.lowerBound, end: coordinates.upperBound)
    var numbers: (Range<Int>?, Range<Int>?) = (nil, nil)
    walking: while true {
      switch walk.next(in: scan) {
      case .wrong: return nil
      case .end: break walking
      case .value:
        let start = walk.place
        guard scan.passValue(&walk.place, coordinates.upperBound) else {
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
      let longitude = scan.scaled(first, places: 7),
      let latitude = scan.scaled(second, places: 7),
      longitude.magnitude <= 1_800_000_000, latitude.magnitude <= 900_000_000
    else { return nil }
    return (longitude, latitude)
  }

  /// Passes an object and gives the value of one of its members, nothing when it has none of that name;
  /// `nil` for what is no object in canonical form.
  @inline(__always)
  private static func passMember(
    _ word: StaticString, _ scan: CanonicalScan, _ place: inout Int, _ end: Int
  ) -> Range<Int>? {
    var walk = CanonicalScan.Walk.object(at: place, end: end)
    var found = 0..<0
    while true {
      switch walk.next(in: scan) {
      case .wrong: return nil
      case .end:
        place = walk.place
        return found
      case .value:
        let start = walk.place
        guard let name = walk.name, scan.passValue(&walk.place, end, depth: 1) else { return nil }
        if scan.matches(name, walk.key, word) { found = start..<walk.place }
      }
    }
  }

  private mutating func add(_ name: Range<Int>, _ value: Range<Int>) {
    derived[derivedCount] = Field(name, value)
    derivedCount += 1
  }

  /// Adds a field that is not in the payload: its name, then its value as `write` gives it.
  @inline(__always)
  private mutating func add(_ name: StaticString, _ write: (inout CanonicalText) -> Void) {
    let start = text.count
    text.literal(name)
    let middle = text.count
    write(&text)
    add(start..<middle, middle..<text.count)
  }

  private mutating func addPair(
    _ name: StaticString, _ place: (longitude: Int64, latitude: Int64)
  ) {
    add(name) { text in
      text.byte(UInt8(ascii: "["))
      text.decimal(place.longitude, places: 7)
      text.byte(UInt8(ascii: ","))
      text.decimal(place.latitude, places: 7)
      text.byte(UInt8(ascii: "]"))
    }
  }

  private mutating func addTimes(_ scan: CanonicalScan) {
    guard let value = sources.time, let time = scan.plainString(value), time.count == 27
    else { return }
    addTime("time_hour", time.lowerBound..<time.lowerBound + 13, ":00:00Z")
    addTime("time_min", time.lowerBound..<time.lowerBound + 16, ":00Z")
  }

  private mutating func addTime(
    _ name: StaticString, _ beginning: Range<Int>, _ end: StaticString
  ) {
    add(name) { text in
      text.byte(UInt8(ascii: "\""))
      text.again(beginning)
      text.literal(end)
      text.byte(UInt8(ascii: "\""))
    }
  }

  private func number(_ scan: CanonicalScan, _ value: Range<Int>?) -> Int64? {
    guard let value else { return nil }
    return scan.scaled(value, places: 4)
  }

  private mutating func addWord(_ name: StaticString, _ word: StaticString?) {
    guard let word else { return }
    add(name) { $0.word(word) }
  }

  /// The kinds of the sensors, each once, sorted; false when there are more than a table has room for.
  private mutating func addKinds(_ scan: CanonicalScan) -> Bool {
    guard let sensors = sources.sensors else { return true }
    var kinds = SensorKinds()
    var walk = CanonicalScan.Walk.array(at: sensors.lowerBound, end: sensors.upperBound)
    walking: while true {
      switch walk.next(in: scan) {
      case .wrong: return true
      case .end: break walking
      case .value:
        let start = walk.place
        if let kind = Self.passMember("kind", scan, &walk.place, sensors.upperBound) {
          guard kind.isEmpty || kinds.insert(kind, scan) else { return false }
          continue
        }
        // No object in canonical form: it has no kind.
        walk.place = start
        guard scan.passValue(&walk.place, sensors.upperBound) else { return true }
      }
    }
    guard walk.place == sensors.upperBound else { return true }
    add("sensor_kinds") { text in
      text.byte(UInt8(ascii: "["))
      for index in 0..<kinds.count {
        if index > 0 { text.byte(UInt8(ascii: ",")) }
        text.again(kinds[index])
      }
      text.byte(UInt8(ascii: "]"))
    }
    return true
  }
}

/// Different values in ascending order, by their places in a text.
private struct SensorKinds {
  private var places = InlineArray<32, Range<Int>>(repeating: 0..<0)
  private(set) var count = 0

  subscript(index: Int) -> Range<Int> { places[index] }

  /// Puts in a value unless it is there; false when there is no room.
  mutating func insert(_ kind: Range<Int>, _ scan: CanonicalScan) -> Bool {
    var place = count
    while place > 0 {
      let order = scan.order(places[place - 1], kind)
      if order == 0 { return true }
      if order < 0 { break }
      place -= 1
    }
    guard count < 32 else { return false }
    for later in stride(from: count, to: place, by: -1) { places[later] = places[later - 1] }
    places[place] = kind
    count += 1
    return true
  }
}
