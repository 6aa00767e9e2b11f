import Ledger
import Sharing

/// One of a partner's feeds: for a purpose, of real events or of exercises.
struct PartnerFeedName: Hashable, Comparable {
  var partner: String
  var purpose: String
  var isExercise: Bool

  /// The feed that `entry` is about.
  init(of entry: ReleaseEntry) {
    partner = entry.partner
    purpose = entry.purpose
    isExercise = entry.event.isExercise
  }

  static func < (one: Self, other: Self) -> Bool {
    (one.partner, one.purpose, one.isExercise ? 1 : 0)
      < (other.partner, other.purpose, other.isExercise ? 1 : 0)
  }
}
