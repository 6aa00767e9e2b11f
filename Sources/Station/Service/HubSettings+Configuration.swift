import Foundation
import Logging
import Model
import Publishing
import SiteConfiguration
import Streaming

extension HubSettings {
  /// The hub as the site file names it; `nil` when it names none. Makes the folder for the feeds'
  /// places.
  init?(_ configuration: StationConfiguration, stateDirectory: String) {
    guard let named = configuration.publishing.hub else { return nil }
    let folder = stateDirectory + "/hub"
    // Where it cannot be made, the first place that is kept tells why.
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    self.init(
      address: HubAddress(
        servers: named.hub.servers,
        tls: named.hub.tls.map {
          HubAddress.TLS(
            certificatePath: secretPath(of: $0.certificate), keyPath: secretPath(of: $0.key),
            authoritiesPath: secretPath(of: $0.clientCAs))
        }, client: configuration.site.post),
      stream: named.hub.stream,
      feeds: named.feeds.map {
        Feed(partner: $0.partner, word: $0.word, purpose: $0.purpose, isExercise: $0.isExercise)
      }, folder: folder)
  }
}

extension HubPublisher {
  /// The publisher to the hub that the site file names; `nil` when it names none.
  init?(
    _ configuration: StationConfiguration, stateDirectory: String, gate: AgreementGate,
    proofs: LedgerProofs, feed: EventFeed, counters: HubCounters, logger: Logger
  ) {
    guard let settings = HubSettings(configuration, stateDirectory: stateDirectory) else {
      return nil
    }
    self.init(
      settings: settings, post: gate.post, handling: configuration.publishing.handling,
      store: gate.store, feed: feed, proofs: proofs, counters: counters, logger: logger
    ) { try gate.feed(toHubFor: $0.partner, purpose: $0.purpose, isExercise: $0.isExercise) }
  }
}
