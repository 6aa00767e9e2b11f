/// The version of this build, as events, captures and the command line tell it.
public enum SoftwareVersion {
  /// Semantic version.
  public static let text = "0.1.0"
}
