public import SiteConfiguration

extension ConfigurationErrors {
  /// The exit status for these errors: 66 when all that is wrong is a missing file, else 65
  /// (sysexits.h).
  public var exitStatus: Int32 {
    CheckReport(file: "", diagnostics: diagnostics, configuration: nil).exitStatus
  }
}
