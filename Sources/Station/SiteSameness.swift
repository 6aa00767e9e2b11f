import Model
import SiteConfiguration

extension Site {
  /// Whether the pipeline of `other` serves this site as it is: only comments and the hash differ.
  ///
  /// Another exercise, or none, is another pipeline: an event that is open keeps its mark to its last
  /// version, and what is recorded says in which exercise it was.
  func sensesLike(_ other: Site) -> Bool {
    var same = other
    same.configurationHash = configurationHash
    return self == same
  }
}

extension StationConfiguration {
  /// Whether it stores and publishes as `other` does.
  func hasSameOutlets(as other: StationConfiguration) -> Bool {
    storage == other.storage && publishing == other.publishing
  }
}
