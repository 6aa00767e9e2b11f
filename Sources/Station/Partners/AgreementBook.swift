import Model
import SiteConfiguration
import Synchronization

/// The agreements in force with the site that they speak of; swapped as a whole.
final class AgreementBook: Sendable {
  private struct State {
    var set = AgreementSet()
    var site: Site?
    var edition = 0
  }

  private let state = Mutex(State())

  /// The agreements in force.
  var set: AgreementSet { state.withLock { $0.set } }

  /// Puts other agreements in force.
  func adopt(_ set: AgreementSet, site: Site) {
    state.withLock { $0 = State(set: set, site: site, edition: $0.edition + 1) }
  }

  /// Counts what was put in force: what was decided under another edition is decided anew.
  var edition: Int { state.withLock { $0.edition } }

  /// The agreement with the holder of the name `uri` at `time`, and the site; `nil` without one.
  func agreement(of uri: String, at time: WallTime) -> (Agreement, Site)? {
    state.withLock { state in
      guard let site = state.site, let found = state.set.agreement(of: uri, at: time) else {
        return nil
      }
      return (found, site)
    }
  }

  /// The agreement with the partner of that name in force at `time`, and the site; `nil` without one.
  func agreement(with partner: String, at time: WallTime) -> (Agreement, Site)? {
    state.withLock { state in
      let found = state.set.agreements.values.first {
        $0.recipient == partner && $0.isInForce(at: time)
      }
      guard let site = state.site, let found else { return nil }
      return (found, site)
    }
  }

  /// Whether there is an agreement with the holder of `uri` that is not in force.
  func knows(_ uri: String) -> Bool { state.withLock { $0.set.knows(uri) } }
}
