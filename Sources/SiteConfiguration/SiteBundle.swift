import Yams

/// The text of a site file, of every device profile and of every calibration it uses: all that a
/// configuration is made of, in one value that a capture can carry, so that a replay needs no files.
public struct SiteBundle: Sendable {
  /// The largest site file, bytes.
  public static let siteBytesMax = 1_048_576
  /// The largest profile, bytes.
  public static let profileBytesMax = 65_536
  /// The most profiles a site may use.
  public static let profilesMax = 256
  /// The most calibrations a site may use.
  public static let calibrationsMax = 256
  /// The largest encoded bundle, bytes.
  public static let encodedBytesMax = 4 * 1_048_576

  /// One text with its name.
  public struct File: Sendable, Equatable {
    /// `site.yaml`, `DeviceProfiles/<kind>/<model>.yaml` or `calibration/<name>.yaml`.
    public var name: String
    /// What it holds, line ends as LF, without byte order marks.
    public var text: String

    /// A text.
    public init(name: String, text: String) {
      self.name = name
      self.text = text
    }
  }

  /// The site file; its name is `site.yaml` whatever it is called on disk.
  public let site: File
  /// The profiles, by name; the name is `DeviceProfiles/<kind>/<model>.yaml`.
  public let profiles: [File]
  /// The cameras' calibrations, by name; the name is `calibration/<name>.yaml`.
  public let calibrations: [File]
  /// All files in the order in which they are carried: the site file, profiles, calibrations.
  public var files: [File] { [site] + profiles + calibrations }

  /// How messages call the files that were read from disk, by name; the name itself if absent.
  var paths: [String: String] = [:]
  /// Profiles that were found in the folders, used or not, as `<kind>/<model>`.
  var available: [String] = []
  /// What was wrong with files other than the site file when the bundle was read.
  var findings: [Diagnostic] = []

  /// A bundle of texts; `profiles` and `calibrations` are put in order of their names, line ends
  /// become LF and byte order marks go.
  public init(site: String, profiles: [File], calibrations: [File] = []) {
    func ordered(_ files: [File]) -> [File] {
      files.map { File(name: $0.name, text: Self.normalised($0.text)) }
        .sorted { $0.name < $1.name }
    }
    self.site = File(name: "site.yaml", text: Self.normalised(site))
    self.profiles = ordered(profiles)
    self.calibrations = ordered(calibrations)
  }

  /// The path or name by which messages call `file`.
  func path(of file: File) -> String { paths[file.name] ?? file.name }

  /// The name of the file of profile `<kind>/<model>`.
  static func fileName(profile: String) -> String { "DeviceProfiles/\(profile).yaml" }

  /// The profile `<kind>/<model>` of a file's name.
  static func profile(fileName: String) -> String {
    var name = fileName[...]
    if name.hasPrefix("DeviceProfiles/") { name = name.dropFirst(15) }
    if name.hasSuffix(".yaml") { name = name.dropLast(5) }
    return String(name)
  }

  /// `text` with LF as line ends and without byte order marks, which editors add and remove
  /// unasked and some readers of text drop: they must not change a configuration's hash.
  private static func normalised(_ text: String) -> String {
    var normal = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars where scalar != "\u{FEFF}" {
      if scalar == "\r" {
        normal.append("\n")
      } else if !(scalar == "\n" && previous == "\r") {
        normal.append(scalar)
      }
      previous = scalar
    }
    return String(normal)
  }
}
