import Yams

extension SiteBundle {
  /// The site file at `sitePath` with the profiles and calibrations it names.
  ///
  /// A profile is taken from the first of these folders that holds it: the one that the site
  /// file's `profiles` names (relative to the site file), `DeviceProfiles` beside the site file,
  /// then `profileFolders` in their order; a calibration from the folder `calibration` beside the site
  /// file. One that is nowhere, and a mistake in a text, is told by `StationConfiguration.load(bundle:hash:)` with all others.
  ///
  /// Blocks on file access; for start-up, reload and the command line.
  /// - Throws: when the site file is absent, unreadable, too large or no text.
  public static func read(
    sitePath: String, profileFolders: [String] = []
  ) throws(ConfigurationErrors) -> SiteBundle {
    let list = DiagnosticList(file: sitePath)
    guard
      let text = Self.read(
        sitePath, bytesMax: siteBytesMax, list: list,
        remedy: "Write a site file there, or name another (an example: Docs/examples/site.yaml)")
    else { throw ConfigurationErrors(list.all) }

    let references = ProfileReferences(in: text)
    let siteFolder = TextFile.folder(of: sitePath)
    var folders = ["\(siteFolder)/DeviceProfiles"] + profileFolders
    let findings = DiagnosticList(file: sitePath)
    if let named = references.folder {
      let path = named.text.hasPrefix("/") ? named.text : "\(siteFolder)/\(named.text)"
      folders.insert(path, at: 0)
      if !TextFile.isFolder(path) {
        findings.error(
          .missingFile, at: named.position, field: "profiles", found: "no folder \(quoted(path))",
          expected: "a folder with device profiles, relative to the site file",
          remedy: "Correct the path, or remove the key to use the folders of the package")
      }
    }

    var files: [File] = []
    var paths = ["site.yaml": sitePath]
    var unreadable: [Diagnostic] = []
    for profile in references.profiles.prefix(profilesMax) {
      let candidates = folders.map { "\($0)/\(profile).yaml" }
      guard let path = candidates.first(where: TextFile.isFile) else { continue }
      let name = fileName(profile: profile)
      let list = DiagnosticList(file: path)
      let text = Self.read(
        path, bytesMax: profileBytesMax, list: list, remedy: "Make the file readable")
      unreadable += list.all
      files.append(File(name: name, text: text ?? ""))
      paths[name] = path
    }
    var calibrations: [File] = []
    for name in references.calibrations.prefix(calibrationsMax) {
      let path = "\(siteFolder)/\(name)"
      guard TextFile.isFile(path) else { continue }
      let list = DiagnosticList(file: path)
      let text = Self.read(
        path, bytesMax: CameraCalibration.bytesMax, list: list, remedy: "Make the file readable")
      unreadable += list.all
      calibrations.append(File(name: name, text: text ?? ""))
      paths[name] = path
    }
    var bundle = SiteBundle(site: text, profiles: files, calibrations: calibrations)
    bundle.paths = paths
    bundle.findings = findings.all + unreadable
    bundle.available = Self.profiles(in: folders)
    return bundle
  }

  /// The text of the file at `path`; `nil` after a told error.
  private static func read(
    _ path: String, bytesMax: Int, list: DiagnosticList, remedy: String
  ) -> String? {
    do throws(TextFile.Failure) {
      return text(try TextFile.bytes(at: path, bytesMax: bytesMax), list: list)
    } catch {
      switch error {
      case .absent:
        list.error(
          .missingFile, at: .none, field: "", found: "no file at this path",
          expected: "a readable YAML file", remedy: remedy)
      case .tooLarge:
        list.error(
          .tooLarge, at: .none, field: "", found: "more than \(bytesMax) bytes",
          expected: "at most \(bytesMax)", remedy: "Shorten the file")
      case .refused(let reason):
        list.error(
          .unreadableFile, at: .none, field: "", found: "a file that cannot be read: \(reason)",
          expected: "a readable YAML file", remedy: "Let the daemon's user read it")
      }
      return nil
    }
  }

  /// All profiles in `folders`, as `<kind>/<model>`, each once.
  private static func profiles(in folders: [String]) -> [String] {
    var names: Set<String> = []
    for folder in folders {
      for kind in DeviceProfile.Kind.allCases {
        for file in TextFile.names(in: "\(folder)/\(kind.rawValue)") where file.hasSuffix(".yaml") {
          names.insert("\(kind.rawValue)/\(file.dropLast(5))")
        }
      }
    }
    return names.sorted()
  }
}

/// The profiles that a site file names, the folder it wants them from, and the calibrations it names;
/// whatever is wrong with the text is told when it is read for good.
struct ProfileReferences {
  /// The value of `profiles` and where it stands.
  private(set) var folder: (text: String, position: Position)?
  /// The named profiles, as `<kind>/<model>`, sorted, each once; only well-formed names, which
  /// cannot lead out of the folder.
  private(set) var profiles: [String] = []
  /// The named calibrations, as `calibration/<name>.yaml`, likewise.
  private(set) var calibrations: [String] = []

  init(in text: String) {
    let tree = YAMLText(text, list: DiagnosticList(file: ""))
    guard case .mapping(let site) = tree.root else { return }
    var names: Set<String> = []
    var calibrated: Set<String> = []
    for (key, value) in site {
      switch (key, value) {
      case (.scalar(let key), .scalar(let scalar)) where key.string == "profiles":
        guard !scalar.string.isEmpty else { continue }
        let position = scalar.mark.map { Position(line: $0.line, column: $0.column) } ?? .none
        folder = (scalar.string, position)
      case (_, .sequence(let entries)):
        for case .mapping(let entry) in entries {
          for case (.scalar(let key), .scalar(let value)) in entry {
            let name = value.string
            if key.string == "profile", Self.isProfileName(name) { names.insert(name) }
            if key.string == "calibration", CameraCalibration.isFileName(name) {
              calibrated.insert(name)
            }
          }
        }
      default: continue
      }
    }
    profiles = names.sorted()
    calibrations = calibrated.sorted()
  }

  /// Whether `name` is `<kind>/<model>` with a known kind and a model of letters, digits, `-`, `_`
  /// and `.` that begins with a letter or digit.
  static func isProfileName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && DeviceProfile.Kind(rawValue: String(parts[0])) != nil
      && isFileStem(parts[1])
  }

  /// Whether `name` is of letters, digits, `-`, `_` and `.`, at most 64, and begins with a letter or
  /// digit: the name of a file that cannot lead out of its folder.
  static func isFileStem(_ name: some StringProtocol) -> Bool {
    func isWord(_ byte: UInt8) -> Bool {
      (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
    }
    guard let first = name.utf8.first, name.utf8.count <= 64 else { return false }
    return isWord(first) && name.utf8.allSatisfy { isWord($0) || "-_.".utf8.contains($0) }
  }
}
