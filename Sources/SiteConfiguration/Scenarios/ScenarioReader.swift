import Yams

/// Reads a scenario's file. Every mistake is told with its place and remedy; a scenario with one is
/// not used at all.
struct ScenarioReader {
  /// The most entries of each list.
  static let entriesMax = 64

  let list: DiagnosticList

  /// The scenario in `text`; `nil` after told errors.
  func read(_ text: String) -> ScenarioFile? {
    let tree = YAMLText(text, list: list)
    guard let root = tree.root else {
      if list.errorCount == 0 { ProfileReader.tellEmptyFile(list) }
      return nil
    }
    let scenario = Entry(text: tree, node: root, path: "", list: list).section(read)
    return list.errorCount == 0 ? scenario : nil
  }

  private func read(_ section: Section) -> ScenarioFile? {
    _ = section.required("version", example: "1")?.integer(in: 1...1)
    let name = section.required("scenario", example: "night-crossing")?.name()
    let summary = section.required("summary", example: "Two walkers at night")?
      .text(lengthMax: 400, example: "Two walkers at night")
    let site = section.required("site", example: "sites/river.yaml")?
      .text(example: "sites/river.yaml")
    let seed = section.optional("seed").map { $0.integer(in: 0...Int(Int32.max)) } ?? 1
    let duration = section.required("duration", example: "180 s")?
      .quantity(.time, from: "10 s", to: "1 h")
    let exercise = section.optional("exercise")?.text(lengthMax: 64, example: "JOINT-2026")
    let light: ScenarioFile.Light? =
      section.optional("light").map { word($0, ScenarioFile.Light.day) } ?? .day
    let weather = section.optional("weather").map(readWeather) ?? ScenarioFile.Weather()
    let bushes = section.optional("bushes").map { count($0, 0...64) } ?? 3...8
    let mounting =
      section.optional("mounting_error").map {
        $0.quantity(.angle, from: "0 deg", to: "5 deg")
      } ?? 0.3 * .pi / 180
    var targets: [ScenarioFile.Target] = []
    for entry in section.optional("targets")?.list(count: 0...Self.entriesMax) ?? [] {
      if let target = readTarget(entry, before: targets) { targets.append(target) }
    }
    let flights = (section.optional("flights")?.list(count: 0...Self.entriesMax) ?? [])
      .compactMap { readFlight($0, targets: targets) }
    let faults = (section.optional("faults")?.list(count: 0...Self.entriesMax) ?? [])
      .compactMap(readFault)
    guard list.errorCount == 0, let name, let summary, let site, let seed, let duration, let light,
      let weather, let bushes, let mounting
    else { return nil }
    return ScenarioFile(
      name: name, summary: summary, site: site, seed: UInt64(seed), durationSeconds: duration,
      exercise: exercise, light: light, weather: weather, bushes: bushes, mountingSigma: mounting,
      targets: targets, flights: flights, faults: faults)
  }

  private func readWeather(_ entry: Entry) -> ScenarioFile.Weather? {
    entry.section { section in
      var weather = ScenarioFile.Weather()
      if let wind = section.optional("wind")?.number(in: 0...1) { weather.wind = wind }
      if let rain = section.optional("rain")?.number(in: 0...1) { weather.rain = rain }
      if let fog = section.optional("fog")?.number(in: 0...1) { weather.fog = fog }
      if let heat = section.optional("heat")?.number(in: 0...1) { weather.heat = heat }
      return weather
    }
  }

  private func readFlight(
    _ entry: Entry, targets: [ScenarioFile.Target]
  ) -> ScenarioFile.Flight? {
    entry.section { section in
      let drone = section.required("drone", example: "copter-1")?.name()
      let centre = section.optional("centre").flatMap(point)
      let over = section.optional("over").flatMap { reference($0, targets) }
      if !section.has("centre"), !section.has("over") {
        entry.error(
          .missingKey, expected: "centre or over",
          remedy: "Add \"centre: [10 m, 20 m]\" (east, north)", found: "a flight to nowhere")
      }
      let radius =
        section.optional("radius").map {
          $0.quantity(.length, from: "1 m", to: "2 km")
        } ?? 25
      let height =
        section.optional("height").map {
          $0.quantity(.length, from: "5 m", to: "500 m")
        } ?? 50
      let speed = section.optional("speed").map { $0.number(in: 0.5...40, unit: "m/s") } ?? 6
      guard let drone, let radius, let height, let speed else { return nil }
      return ScenarioFile.Flight(
        drone: drone, centre: centre, over: over, radius: radius, height: height, speed: speed)
    }
  }
}

// MARK: - Values

extension ScenarioReader {
  /// One of the raw values of an enumeration.
  func word<Value: RawRepresentable<String> & CaseIterable>(
    _ entry: Entry, _ fallback: Value
  ) -> Value? {
    entry.choice(Value.allCases.map { ($0.rawValue, $0) })
  }

  /// A value, or a list of the smallest and the largest.
  func span<Value: Comparable>(
    _ entry: Entry, _ read: (Entry) -> Value?
  ) -> ClosedRange<Value>? {
    guard case .sequence(_) = entry.node else { return read(entry).map { $0...$0 } }
    guard let entries = entry.list(count: 2...2) else { return nil }
    guard let low = read(entries[0]), let high = read(entries[1]) else { return nil }
    guard low <= high else {
      entry.error(
        .outOfRange, expected: "the smaller value first", remedy: "Swap the two",
        found: "a range that ends before it begins")
      return nil
    }
    return low...high
  }

  /// A whole number or a range of them.
  func count(_ entry: Entry, _ range: ClosedRange<Int>) -> ClosedRange<Int>? {
    span(entry) { $0.integer(in: range) }
  }

  /// A time or a range of times.
  func times(_ entry: Entry, to high: String) -> ClosedRange<Double>? {
    span(entry) { $0.quantity(.time, from: "0 s", to: high) }
  }

  /// `[east, north]`, each a length.
  func point(_ entry: Entry) -> SIMD2<Double>? {
    guard let parts = entry.list(count: 2...2) else { return nil }
    guard let east = parts[0].quantity(.length, from: "-20 km", to: "20 km"),
      let north = parts[1].quantity(.length, from: "-20 km", to: "20 km")
    else { return nil }
    return SIMD2(east, north)
  }

  /// The name of a target further up in the file.
  func reference(_ entry: Entry, _ targets: [ScenarioFile.Target]) -> String? {
    guard let name = entry.name() else { return nil }
    guard targets.contains(where: { $0.name == name }) else {
      let names = targets.map(\.name)
      entry.error(
        .unknownReference, expected: "a target further up in this file",
        remedy: Suggestion.nearest(to: name, among: names).map { "Did you mean \(quoted($0))?" }
          ?? "Write the name of one of them")
      return nil
    }
    return name
  }
}
