/// The names under which a post signs its logs, and the keys for them out of one seed.
public enum LogKey {
  /// The logs of a post.
  public enum Log: String, Sendable {
    /// Its events.
    case ledger
    /// What became of them for partners.
    case releases
  }

  /// The name of a log, its origin in checkpoints: `<post>/<log>/<epoch>`. A ledger that is begun
  /// anew has another epoch, and so another name.
  public static func origin(of post: String, log: Log, epoch: UInt64) -> String {
    "\(post)/\(log.rawValue)/\(hexadecimal(epoch, digits: 16))"
  }

  /// The epoch that `origin` names; `nil` when it is no origin of ours.
  public static func epoch(of origin: String) -> UInt64? {
    let parts = origin.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 3, Log(rawValue: String(parts[parts.count - 2])) != nil,
      let last = parts.last, last.utf8.count == 16, let epoch = UInt64(last, radix: 16),
      hexadecimal(epoch, digits: 16) == last
    else { return nil }
    return epoch
  }

  /// The signer of a log.
  ///
  /// - Precondition: `seed` has 32 bytes; the post's name is what `site.yaml` allows.
  public static func signer(of post: String, log: Log, epoch: UInt64, seed: [UInt8]) -> NoteSigner {
    let name = origin(of: post, log: log, epoch: epoch)
    guard let signer = NoteSigner(name: name, algorithm: .ed25519, seed: seed) else {
      preconditionFailure("\(name) with a seed of \(seed.count) bytes is no signer")
    }
    return signer
  }

  /// The public key of a log, as verifiers want it.
  public static func key(of post: String, log: Log, epoch: UInt64, seed: [UInt8]) -> NoteKey {
    signer(of: post, log: log, epoch: epoch, seed: seed).key
  }
}
