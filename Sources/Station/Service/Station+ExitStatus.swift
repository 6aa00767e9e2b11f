import Ledger
import SiteConfiguration

extension Station {
  /// The exit status for what ended a station (sysexits.h), so that a service manager knows whether to
  /// start it again: 65 or 66 for what only people mend in the configuration, 74 for all else.
  public static func exitStatus(for error: any Error) -> Int32 {
    switch error {
    case let errors as ConfigurationErrors: errors.exitStatus
    case let error as StationError where error.code == .configuration: 65
    case let error as LedgerError where error.code == .otherPost: 65
    default: 74
    }
  }
}
