import Streaming

/// One partner's stream at the hub while the post runs: its place, and what is under way.
struct HubFeed {
  let settings: HubSettings.Feed
  let path: String
  /// `nil` until it was read.
  var place: HubPlace?
  /// What the hub has not acknowledged yet.
  var underWay: HubLoad?
  /// What follows it, made while the hub has that.
  var ahead: HubLoad?
  /// Nothing is tried before.
  var restsUntil = ContinuousClock.now
  var pauses = Pauses(briskSeconds: HubPublisher.electionSeconds)
  var source: (any FeedSource)?

  init(_ settings: HubSettings.Feed, folder: String) {
    self.settings = settings
    path = "\(folder)/\(settings.word)"
  }

  /// What was decided under other agreements than those of `sharing` is never sent: it is decided anew.
  mutating func drop(unless sharing: String?) {
    guard let underWay, underWay.sharing != sharing else { return }
    self.underWay = nil
    ahead = nil
  }
}
