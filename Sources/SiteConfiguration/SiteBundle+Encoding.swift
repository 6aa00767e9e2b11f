import Yams

extension SiteBundle {
  /// Version of the encoded form.
  private static let version = 1

  /// The bundle as one YAML text: each file with its name and its lines as quoted texts.
  ///
  /// Canonical: equal texts give equal bytes, whatever the files were called on disk, so that its
  /// hash names the configuration.
  public func encoded() -> [UInt8] {
    // The words do not change: they are hashed.
    var text = "# A site file of a Vedette post and the device profiles it uses.\n"
    text += "vedette_bundle: \(Self.version)\nfiles:\n"
    for file in files {
      text += "  - name: \(Self.quote(file.name))\n    lines:\n"
      for line in file.text.split(separator: "\n", omittingEmptySubsequences: false) {
        text += "      - \(Self.quote(line))\n"
      }
    }
    return Array(text.utf8)
  }

  /// The bundle in `bytes`, which `encoded()` wrote.
  ///
  /// - Throws: what is wrong with the text; messages call it `bundle`.
  public init(decoding bytes: [UInt8]) throws(ConfigurationErrors) {
    let list = DiagnosticList(file: "bundle")
    guard bytes.count <= Self.encodedBytesMax else {
      list.error(
        .tooLarge, at: .none, field: "", found: "\(bytes.count) bytes",
        expected: "at most \(Self.encodedBytesMax)",
        remedy: "Take the bundle from its capture again"
      )
      throw ConfigurationErrors(list.all)
    }
    var files: [File] = []
    if let text = Self.text(bytes, list: list) {
      let tree = YAMLText(text, list: list)
      if let root = tree.root {
        let entry = Entry(text: tree, node: root, path: "", list: list)
        files = entry.section { Self.files(of: $0) } ?? []
      } else if list.errorCount == 0 {
        ProfileReader.tellEmptyFile(list)
      }
    }
    guard list.errorCount == 0, let first = files.first else {
      throw ConfigurationErrors(list.sorted)
    }
    let rest = files.dropFirst()
    self.init(
      site: first.text, profiles: rest.filter { !CameraCalibration.isFileName($0.name) },
      calibrations: rest.filter { CameraCalibration.isFileName($0.name) })
  }

  private static func files(of section: Section) -> [File]? {
    _ = section.required("vedette_bundle", example: "1")?.integer(in: version...version)
    let entries = section.required("files", example: "[{name: site.yaml, lines: […]}]")?
      .list(count: 1...1 + profilesMax + calibrationsMax)
    var names: Set<String> = []
    return entries?.enumerated().compactMap { index, entry in
      entry.section { section -> File? in
        let name = section.required("name", example: "site.yaml")?.text(example: "site.yaml")
        let lines = section.required("lines", example: "[…]")?.list(count: 1...100_000)
        guard let name, let lines else { return nil }
        if (index == 0) != (name == "site.yaml") || !names.insert(name).inserted {
          section.entry.error(
            .conflict, expected: "site.yaml first, then each profile and calibration once",
            remedy: "Take the bundle from its capture again", found: quoted(name))
        }
        let texts = lines.compactMap { line -> String? in
          guard case .scalar(let scalar) = line.node else {
            line.error(.wrongType, expected: "a text", remedy: "Quote the line")
            return nil
          }
          return scalar.string
        }
        return File(name: name, text: texts.joined(separator: "\n"))
      }
    }
  }

  /// `bytes` as text; told as an error when they are not UTF-8.
  static func text(_ bytes: [UInt8], list: DiagnosticList) -> String? {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    // The first place where repair would put a replacement is the place to look at.
    var line = 1
    var column = 1
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    scan: while true {
      switch decoder.decode(&iterator) {
      case .scalarValue("\n"): (line, column) = (line + 1, 1)
      case .scalarValue: column += 1
      case .emptyInput, .error: break scan
      }
    }
    list.error(
      .encoding, at: Position(line: line, column: column), field: "",
      found: "bytes that are not UTF-8", expected: "UTF-8 text",
      remedy: "Save the file as UTF-8")
    return nil
  }

  /// A YAML double-quoted scalar; what YAML does not print is escaped (YAML 1.1, 5.1 and 5.7).
  private static func quote(_ text: some StringProtocol) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: quoted += "\\\""
      case 0x5C: quoted += "\\\\"
      case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
        0x10000...:
        quoted.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return quoted + "\""
  }
}
