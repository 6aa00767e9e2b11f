import Glibc
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
          certificateChainPath: Self.secretPath($0.certificate),
          privateKeyPath: Self.secretPath($0.key),
          clientAuthoritiesPath: Self.secretPath($0.clientCAs))
      }, handling: publishing.handling, heartbeatSeconds: publishing.heartbeatSeconds,
      streamsMax: publishing.connectionsMax)
  }

  /// The file behind `credential:<name>` (systemd.exec(5), `$CREDENTIALS_DIRECTORY`) or a path.
  private static func secretPath(_ text: String) -> String {
    guard text.hasPrefix("credential:") else { return text }
    let folder = unsafe getenv("CREDENTIALS_DIRECTORY").map { unsafe String(cString: $0) }
    return (folder ?? "/run/credentials/vedetted.service") + "/" + text.dropFirst(11)
  }
}
