public import Model

extension ScenarioFile {
  /// The largest scenario file, bytes.
  public static let bytesMax = 65_536

  /// The scenario in the file at `path`.
  ///
  /// Blocks on file access; for the command line and tests.
  /// - Throws: every mistake of the file, with place and remedy.
  public static func read(path: String) throws(ConfigurationErrors) -> ScenarioFile {
    let list = DiagnosticList(file: path)
    let bytes: [UInt8]
    do throws(TextFile.Failure) {
      bytes = try TextFile.bytes(at: path, bytesMax: bytesMax)
    } catch {
      let found =
        switch error {
        case .absent: "no file at this path"
        case .tooLarge: "more than \(bytesMax) bytes"
        case .refused(let reason): "a file that cannot be read: \(reason)"
        }
      list.error(
        error == .absent ? .missingFile : .unreadableFile, at: .none, field: "", found: found,
        expected: "a scenario file", remedy: "See Docs/examples/scenarios for some")
      throw ConfigurationErrors(list.all)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      list.error(
        .encoding, at: .none, field: "", found: "bytes that are not UTF-8",
        expected: "a text in UTF-8", remedy: "Save the file as UTF-8")
      throw ConfigurationErrors(list.all)
    }
    return try parse(text, file: path)
  }

  /// The scenario in `text`; mistakes are told of `file`.
  public static func parse(
    _ text: String, file: String
  ) throws(ConfigurationErrors) -> ScenarioFile {
    let list = DiagnosticList(file: file)
    guard let scenario = ScenarioReader(list: list).read(text) else {
      throw ConfigurationErrors(list.sorted)
    }
    return scenario
  }

  /// The path of the site file when this scenario was read from the file at `path`.
  public func sitePath(from path: String) -> String {
    site.hasPrefix("/") ? site : "\(TextFile.folder(of: path))/\(site)"
  }

  /// Tells the sensors and lines that the scenario names and `site` has not.
  ///
  /// - Throws: one error for each, with the name that was probably meant.
  public func check(against site: Site, file: String) throws(ConfigurationErrors) {
    let list = DiagnosticList(file: file)
    let sensors = site.sensors.map(\.name)
    func tell(_ name: String, _ field: String, _ known: [String]) {
      guard !known.contains(name) else { return }
      list.error(
        .unknownReference, at: .none, field: field, found: quoted(name),
        expected: "a name of the site: \(known.prefix(12).joined(separator: ", "))",
        remedy: Suggestion.nearest(to: name, among: known).map { "Did you mean \(quoted($0))?" }
          ?? "Write one of them")
    }
    for target in targets {
      if let line = target.line {
        tell(line, "targets.\(target.name).line", site.lines.map(\.name))
      }
      if let beacon = target.beacon { tell(beacon, "targets.\(target.name).beacon", sensors) }
    }
    for flight in flights { tell(flight.drone, "flights.drone", sensors) }
    for fault in faults {
      guard case .named(let names) = fault.reach else { continue }
      for name in names { tell(name, "faults.sensors", sensors) }
    }
    if !list.all.isEmpty { throw ConfigurationErrors(list.all) }
  }
}
