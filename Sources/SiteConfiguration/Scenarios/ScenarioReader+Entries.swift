extension ScenarioReader {
  /// One of `targets`; those before it in the file may be named in it.
  func readTarget(
    _ entry: Entry, before: [ScenarioFile.Target]
  ) -> ScenarioFile.Target? {
    entry.section { section in
      let nameEntry = section.required("name", example: "walker")
      let name = nameEntry?.name()
      let kind: ScenarioFile.Target.Kind? = section.required("kind", example: "person")
        .flatMap { word($0, .person) }
      guard let name, let kind else { return nil }
      if before.contains(where: { $0.name == name }) {
        nameEntry?.error(
          .duplicateName, expected: "a name of its own", remedy: "Choose another name")
      }
      var target = ScenarioFile.Target(name: name, kind: kind)
      readNumbers(of: &target, section)
      readWay(of: &target, section, before: before)
      readBeacon(of: &target, section)
      return target
    }
  }

  private func readNumbers(of target: inout ScenarioFile.Target, _ section: Section) {
    if let value = section.optional("count").flatMap({ count($0, 0...64) }) {
      target.count = value
    }
    if let value = section.optional("members").flatMap({ count($0, 1...24) }) {
      target.members = value
    }
    if let value = section.optional("start").flatMap({ times($0, to: "1 h") }) {
      target.start = value
    }
    if let entry = section.optional("speed") {
      target.speed = span(entry) { $0.number(in: 0.05...50, unit: "m/s") }
    }
    if let value = section.optional("gait").flatMap({ word($0, ScenarioFile.Target.Gait.walk) }) {
      target.gait = value
    }
    if let value = section.optional("pauses").flatMap({ count($0, 0...10) }) {
      target.pauses = value
    }
    if let value = section.optional("pause").flatMap({ times($0, to: "10 min") }) {
      target.pauseSeconds = value
    }
  }

  private func readWay(
    of target: inout ScenarioFile.Target, _ section: Section, before: [ScenarioFile.Target]
  ) {
    if let value = section.optional("way").flatMap({ word($0, ScenarioFile.Target.Way.cross) }) {
      target.way = value
    }
    target.line = section.optional("line")?.name()
    if let entry = section.optional("direction"),
      let value = word(entry, ScenarioFile.Target.Direction.any)
    {
      target.direction = value
    }
    if let entry = section.optional("between"),
      let value = span(entry, { $0.number(in: 0...1) })
    {
      target.between = value
    }
    if target.way == .points {
      target.points =
        section.required("points", example: "[[0 m, -20 m], [0 m, 20 m]]")?
        .list(count: 2...Self.entriesMax)?.compactMap(point) ?? []
    } else {
      section.refuse(
        "points", expected: "points with \"way: points\" only",
        remedy: "Write \"way: points\", or remove them")
    }
    if let entry = section.optional("beside") { target.beside = reference(entry, before) }
    for key in ["apart", "behind"] where target.beside == nil && !section.has("beside") {
      section.refuse(
        key, expected: "\(key) together with beside", remedy: "Name the other target in beside")
    }
    if let entry = section.optional("apart"),
      let value = span(entry, { $0.quantity(.length, from: "-100 m", to: "100 m") })
    {
      target.apart = value
    }
    if let value = section.optional("behind").flatMap({ times($0, to: "10 min") }) {
      target.behind = value
    }
  }

  private func readBeacon(of target: inout ScenarioFile.Target, _ section: Section) {
    if target.kind == .patrol {
      // A patrol whose beacon is not named has none: it is ours all the same.
      target.beacon = section.optional("beacon")?.name()
    } else {
      section.refuse(
        "beacon", expected: "a beacon on a patrol only", remedy: "Write \"kind: patrol\"")
    }
  }

  /// One of `faults`.
  func readFault(_ entry: Entry) -> ScenarioFile.Fault? {
    entry.section { section in
      let kind: ScenarioFile.Fault.Kind? = section.required("kind", example: "silent")
        .flatMap { word($0, .silent) }
      let reach = readReach(section)
      let from = section.optional("from").map { times($0, to: "1 h") } ?? 0...0
      let seconds = section.optional("for").map { times($0, to: "1 h") } ?? 3_600...3_600
      let delay = section.optional("delay").map { times($0, to: "5 s") } ?? 1...1
      let offset = section.optional("offset").map { times($0, to: "10 s") } ?? 0...0
      let drift =
        section.optional("drift_ppm").map { entry in
          span(entry) { $0.number(in: 0...1_000) }
        } ?? 0...0
      let turn =
        section.optional("turn").map { entry in
          span(entry) { $0.quantity(.angle, from: "0 deg", to: "45 deg") }
        } ?? 0.02...0.02
      guard let kind, let reach, let from, let seconds, let delay, let offset, let drift, let turn
      else { return nil }
      return ScenarioFile.Fault(
        kind: kind, reach: reach, from: from, seconds: seconds, delay: delay, offset: offset,
        drift: drift.lowerBound * 1e-6...drift.upperBound * 1e-6, turn: turn)
    }
  }

  private func readReach(_ section: Section) -> ScenarioFile.Fault.Reach? {
    if let entry = section.optional("sensors") {
      section.refuse(
        "some", expected: "either sensors or some", remedy: "Remove one of the two")
      guard let entries = entry.list(count: 1...Self.entriesMax) else { return nil }
      return .named(entries.compactMap { $0.name() })
    }
    guard let entry = section.required("some", example: "{of: camera, count: 1}") else {
      return nil
    }
    return entry.section { section in
      let kind: ScenarioFile.Fault.SensorKind? = section.required("of", example: "camera")
        .flatMap { word($0, .any) }
      let number = section.optional("count").map { count($0, 0...256) } ?? 1...1
      guard let kind, let number else { return nil }
      return .some(kind, number)
    }
  }
}
