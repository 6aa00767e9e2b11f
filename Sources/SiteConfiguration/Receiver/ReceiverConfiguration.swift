/// What a center's receiver follows, where it keeps it and whom it serves: `vedette receive --config`.
///
/// The form of the file is told in `Docs/Centers.md`. Relative paths are meant from the file's folder.
public struct ReceiverConfiguration: Sendable, Equatable {
  /// Largest file that is read, bytes.
  public static let bytesMax = 262_144
  /// The most feeds that one receiver follows.
  public static let sourcesMax = 256

  /// A feed of a post, under one agreement.
  public struct Source: Sendable, Equatable {
    /// Name of the feed in the store, for ever.
    public var name: String
    /// Where the post answers: `https://host:port`, or `http://` on loopback; empty with `hub`.
    public var url: String
    /// The hub through which the events come, in place of `url`.
    public var hub: String?
    /// Name of the post, which its events and checkpoints carry.
    public var post: String
    /// The post's public key: a verifier key, or the path of a file that holds one (`ledger.pub`).
    public var key: String
    /// Own certificate, private key, and the authorities that the post's certificate must come from,
    /// PEM files; `nil` without TLS.
    public var tls: TLS?
    /// What the data is asked for; `nil` for the post's own center on loopback.
    public var purpose: String?
    /// Whether it is the feed of exercises.
    public var isExercise: Bool
  }

  /// A hub, and as whom the receiver reads there.
  public struct Hub: Sendable, Equatable {
    /// Name of the hub in this file.
    public var name: String
    /// The hub.
    public var hub: HubConfiguration
    /// The word for this center in the hub's subjects.
    public var partner: String
    /// Name of the durable consumer: receivers of one name share its messages, and one store.
    public var consumer: String
  }

  /// PEM files of a client.
  public struct TLS: Sendable, Equatable {
    /// Own certificate chain, leaf first.
    public var certificatePath: String
    /// Private key of the leaf.
    public var keyPath: String
    /// Authorities of the post's certificate.
    public var authoritiesPath: String
  }

  /// A witness: who cosigns what posts have signed.
  public struct Witness: Sendable, Equatable {
    /// Name of the witness, in its signatures.
    public var name: String
    /// The file of its secret key; made at the first start.
    public var keyPath: String
  }

  /// A TCP address.
  public struct Address: Sendable, Equatable {
    /// Host name or IP address.
    public var host: String
    /// Port; 0 lets the kernel choose.
    public var port: Int
  }

  /// The file of the store, SQLite.
  public var storePath: String
  /// Where the receiver's own endpoint listens, loopback only; `nil` for no endpoint.
  public var listen: Address?
  /// The witness that this receiver is, if it is one.
  public var witness: Witness?
  /// The hubs that feeds name.
  public var hubs: [Hub] = []
  /// The feeds, in the order of the file.
  public var sources: [Source]
}
