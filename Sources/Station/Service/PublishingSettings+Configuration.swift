import Model
import Publishing
import SiteConfiguration

extension PublishingSettings {
  /// The endpoint as the site file describes it.
  init(_ configuration: StationConfiguration) {
    let publishing = configuration.publishing
    self.init(
      post: configuration.site.post, host: publishing.listenHost, port: publishing.port,
      tls: publishing.tls.map {
        TLS(
          certificateChainPath: secretPath(of: $0.certificate),
          privateKeyPath: secretPath(of: $0.key),
          clientAuthoritiesPath: secretPath(of: $0.clientCAs))
      }, handling: publishing.handling, heartbeatSeconds: publishing.heartbeatSeconds,
      streamsMax: publishing.connectionsMax)
    localPort = publishing.localPort
  }
}
