/// One thing that is wrong, or worth knowing, in a configuration file, with its remedy.
public struct Diagnostic: Sendable, Equatable {
  /// How much it matters.
  public enum Severity: String, Sendable {
    /// The configuration is refused as a whole.
    case error
    /// The configuration holds; somebody should look.
    case warning
  }

  /// What class of mistake it is: a stable word for programs.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The word in `--json` output.
    public var rawValue: String

    /// The class of that word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The text is not YAML.
    public static let syntax = Code(rawValue: "syntax")
    /// The text is not UTF-8.
    public static let encoding = Code(rawValue: "encoding")
    /// A file or a list is larger than its limit.
    public static let tooLarge = Code(rawValue: "too_large")
    /// A key that means nothing here.
    public static let unknownKey = Code(rawValue: "unknown_key")
    /// A key that stands twice in one mapping.
    public static let duplicateKey = Code(rawValue: "duplicate_key")
    /// A required key is absent.
    public static let missingKey = Code(rawValue: "missing_key")
    /// A list where a text should be, a text where a number should be, and the like.
    public static let wrongType = Code(rawValue: "wrong_type")
    /// A number without its unit, or with one of another dimension.
    public static let wrongUnit = Code(rawValue: "wrong_unit")
    /// A number or a length of text outside its limits.
    public static let outOfRange = Code(rawValue: "out_of_range")
    /// A text that is none of the allowed ones.
    public static let badValue = Code(rawValue: "bad_value")
    /// A name that something else has already.
    public static let duplicateName = Code(rawValue: "duplicate_name")
    /// A name that nothing has.
    public static let unknownReference = Code(rawValue: "unknown_reference")
    /// A device profile that is in no folder.
    public static let unknownProfile = Code(rawValue: "unknown_profile")
    /// A device profile of another kind of device.
    public static let profileKind = Code(rawValue: "profile_kind")
    /// A number of a profile without the source it comes from.
    public static let missingSource = Code(rawValue: "missing_source")
    /// A file or folder that is not there.
    public static let missingFile = Code(rawValue: "missing_file")
    /// A file that is there and cannot be read.
    public static let unreadableFile = Code(rawValue: "unreadable_file")
    /// Two entries that exclude each other.
    public static let conflict = Code(rawValue: "conflict")
    /// A shape on the ground that cannot be.
    public static let geometry = Code(rawValue: "geometry")
    /// Publishing beyond the machine without encryption and client certificates.
    public static let insecure = Code(rawValue: "insecure")
    /// A default that a person should decide on.
    public static let undecided = Code(rawValue: "undecided")
  }

  /// How much it matters.
  public var severity: Severity
  /// The class of mistake.
  public var code: Code
  /// The file, as it was named by the caller.
  public var file: String
  /// Line from 1; 0 when the file as a whole is meant.
  public var line: Int
  /// Column from 1, in Unicode scalars; 0 when the file as a whole is meant.
  public var column: Int
  /// Path of the entry, such as `sensors[2].override.debounce`; empty for the file as a whole.
  public var field: String
  /// What stands there.
  public var found: String
  /// What should stand there.
  public var expected: String
  /// What to do.
  public var remedy: String

  /// A diagnostic.
  public init(
    severity: Severity, code: Code, file: String, line: Int, column: Int, field: String,
    found: String, expected: String, remedy: String
  ) {
    self.severity = severity
    self.code = code
    self.file = file
    self.line = line
    self.column = column
    self.field = field
    self.found = found
    self.expected = expected
    self.remedy = remedy
  }

  /// One line in the form compilers use, so that editors can jump to the place.
  public var text: String {
    var place = file
    if line > 0 { place += ":\(line):\(column)" }
    let subject = field.isEmpty ? "" : "\(field): "
    let end = remedy.hasSuffix("?") ? "" : "."
    return "\(place): \(severity.rawValue): \(subject)found \(found); expected \(expected). "
      + remedy + end
  }
}
