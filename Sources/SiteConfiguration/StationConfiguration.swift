public import Model

/// Everything the daemon is told by its configuration: the site for the core, and where it stores
/// and publishes.
public struct StationConfiguration: Sendable, Equatable {
  /// The post and its surroundings.
  public var site: Site
  /// Why each sensor may be there, in the order of `site.sensors`.
  public var sensorPurposes: [SensorPurpose]
  /// Where the post stores, and for how long.
  public var storage: StorageConfiguration
  /// Where and how it publishes.
  public var publishing: PublishingConfiguration
  /// What somebody should look at; nothing that keeps the configuration from use.
  public var warnings: [Diagnostic]
  /// Where the site file names certificates and keys, by the key's name.
  var tlsPositions: [String: Position] = [:]

  /// The configuration in `bundle`, checked as a whole.
  ///
  /// A pure function of the bundle: no file is opened.
  /// - Parameter hash: SHA-256 as lower-case hexadecimal digits; its value over the encoded bundle
  ///   becomes `site.configurationHash`.
  /// - Throws: every mistake of every file, when there is at least one error.
  public static func load(
    bundle: SiteBundle, hash: ([UInt8]) -> String
  ) throws(ConfigurationErrors) -> StationConfiguration {
    let list = DiagnosticList(file: bundle.path(of: bundle.site))
    var profiles: [String: DeviceProfile?] = [:]
    var ofProfiles: [Diagnostic] = []
    for file in bundle.profiles {
      let name = SiteBundle.profile(fileName: file.name)
      let profileList = DiagnosticList(file: bundle.path(of: file))
      let isUnreadable = bundle.findings.contains { $0.file == profileList.file }
      profiles[name] = .some(
        isUnreadable ? nil : ProfileReader.read(file.text, name: name, list: profileList))
      ofProfiles += profileList.sorted
    }
    var calibrations: [String: CameraCalibration?] = [:]
    for file in bundle.calibrations {
      let own = DiagnosticList(file: bundle.path(of: file))
      let isUnreadable = bundle.findings.contains { $0.file == own.file }
      calibrations[file.name] = .some(
        isUnreadable ? nil : CameraCalibration.parse(file.text, list: own))
      ofProfiles += own.sorted
    }
    let reader = SiteReader(
      list: list, profiles: profiles, available: bundle.available, calibrations: calibrations)
    let loaded = reader.read(bundle.site.text, configurationHash: hash(bundle.encoded()))

    let ofSite = bundle.findings.filter { $0.file == list.file }
    let ofFiles = bundle.findings.filter { $0.file != list.file }
    let inSite = (ofSite + list.sorted).enumerated().sorted { a, b in
      (a.element.line, a.element.column, a.offset) < (b.element.line, b.element.column, b.offset)
    }.map(\.element)
    let all = inSite + ofFiles + ofProfiles
    guard var configuration = loaded, !all.contains(where: { $0.severity == .error }) else {
      throw ConfigurationErrors(all)
    }
    configuration.warnings = all
    configuration.tlsPositions = reader.tlsPositions
    return configuration
  }
}

/// What a sensor is there for and what allows it.
public struct SensorPurpose: Sendable, Equatable {
  /// The sensor's name.
  public var sensor: String
  /// What it is there for, in words.
  public var purpose: String
  /// The law or order that allows it, in words.
  public var legalBasis: String

  /// A sensor's purpose.
  public init(sensor: String, purpose: String, legalBasis: String) {
    self.sensor = sensor
    self.purpose = purpose
    self.legalBasis = legalBasis
  }
}

/// Where the post stores, and for how long.
public struct StorageConfiguration: Sendable, Equatable {
  /// Folder of the ledger and of what else outlives the process; an absolute path.
  public var stateDirectory = "/var/lib/vedette"
  /// The most the ledger may hold, bytes, 16 MiB ... 16 TiB; the oldest goes first.
  public var ledgerRetentionBytes: Int64 = 1_073_741_824
  /// How long the ledger keeps an event, seconds, 1 day ... 10 years.
  public var ledgerRetentionSeconds: Int64 = 30 * 86_400
  /// How long the release log keeps a line, seconds, 1 day ... 10 years.
  public var releaseRetentionSeconds: Int64 = 1_096 * 86_400
  /// What the flight recorder keeps; `nil`: there is none.
  public var recorder: RecorderConfiguration?

  /// The defaults.
  public init() {}
}

/// Where and how the post publishes.
public struct PublishingConfiguration: Sendable, Equatable {
  /// Keys and certificates, each an absolute path or `credential:<name>`, the name of a systemd
  /// credential of the unit.
  public struct TLS: Sendable, Equatable {
    /// The post's certificate chain, PEM.
    public var certificate: String
    /// Its private key, PEM.
    public var key: String
    /// The authorities whose client certificates are accepted, PEM.
    public var clientCAs: String

    /// Keys and certificates.
    public init(certificate: String, key: String, clientCAs: String) {
      self.certificate = certificate
      self.key = key
      self.clientCAs = clientCAs
    }
  }

  /// A hub to which the post publishes, and which partners get their events there.
  public struct Hub: Sendable, Equatable {
    /// The hub.
    public var hub: HubConfiguration
    /// Who gets what.
    public var feeds: [HubConfiguration.Feed]
  }

  /// Address to listen on: an IPv4 or IPv6 address, or `localhost`. Anything but loopback has
  /// `tls`.
  public var listenHost = "127.0.0.1"
  /// TCP port, 1 ... 65,535.
  public var port = 8420
  /// TLS with client certificates; `nil` on loopback only.
  public var tls: TLS?
  /// TCP port of the loopback address where the post's own clients get everything, beside partners
  /// with TLS; `nil` for none.
  public var localPort: Int?
  /// Handling code that every event carries.
  public var handling = "restricted"
  /// A heartbeat event goes out so often, seconds, 1 ... 3,600.
  public var heartbeatSeconds = 15
  /// The most connections at a time, 1 ... 10,000.
  public var connectionsMax = 64
  /// The NATS JetStream hub to which the post publishes; `nil` for none.
  public var hub: Hub?

  /// The defaults: this machine only.
  public init() {}
}
