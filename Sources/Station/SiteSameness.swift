import Model
import SiteConfiguration

extension Site {
  /// Whether the pipeline of `other` serves this site as it is: only texts and hash differ.
  func sensesLike(_ other: Site) -> Bool {
    var same = other
    same.configurationHash = configurationHash
    same.exercise = exercise
    return self == same
  }
}

extension StationConfiguration {
  /// Whether it stores and publishes as `other` does.
  func hasSameOutlets(as other: StationConfiguration) -> Bool {
    storage == other.storage && publishing == other.publishing
  }
}
