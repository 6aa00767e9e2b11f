import Glibc
import MAVLink
import Model

extension SerialLink {
  /// What the link's parser is to refuse, with the key read from its file.
  ///
  /// `time` is that of the post's clock, as `SigningTime` tells it: signatures more than a minute older
  /// begin no stream. Throws `configuration` when the key cannot be read or is none: a link that requires signatures is never
  /// opened without them.
  func signing(time: UInt64) throws(StationError) -> LinkSigning {
    guard let policy = mavlinkPolicy, let key = try key() else { return LinkSigning() }
    return LinkSigning(policy: policy, key: key, newest: time)
  }

  /// The key of the link's signatures, read from its file; nil where none are looked at.
  private func key() throws(StationError) -> SigningKey? {
    guard mavlinkPolicy != nil, let signatureKey else { return nil }
    let path = secretPath(of: signatureKey)
    guard let bytes = contents(of: path) else {
      let reason = unsafe String(cString: strerror(errno))
      throw StationError(
        .configuration,
        "links.\(name).signatures.key: \(path) cannot be read (\(reason)); expected the key of the "
          + "link's signatures; give the unit LoadCredential=, or correct the path")
    }
    guard let key = SigningKey(credential: bytes) else {
      throw StationError(
        .configuration,
        "links.\(name).signatures.key: \(path) has \(bytes.count) bytes that are no key; expected 32 "
          + "bytes, 64 hexadecimal digits or 44 characters of base 64; write the vehicles' key there"
      )
    }
    return key
  }

  /// The same for a replay of what began at the recorded `time`: as then if the key is at hand, else
  /// frames are taken as they are.
  func replayedSigning(time: UInt64) -> LinkSigning { (try? signing(time: time)) ?? LinkSigning() }

  /// What asks the link's vehicles for the time, with signatures where the link has a key; nil where
  /// they are not to be asked. Throws as `signing(time:)` does.
  func timeAsker(unixNanos: Int64) throws(StationError) -> TimeAsker? {
    guard asksTime else { return nil }
    guard let key = try key() else { return TimeAsker() }
    let timestamp = SigningClock.timestamp(unixNanos: unixNanos)
    return TimeAsker(signer: FrameSigner(key: key, linkID: 0, timestamp: timestamp))
  }

  private var mavlinkPolicy: SigningPolicy? {
    switch signatures {
    case .ignore: nil
    case .accept: .accept
    case .require: .require
    }
  }

  /// At most 4 KiB of a file; nil with `errno` if it cannot be read.
  private func contents(of path: String) -> [UInt8]? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe read(file, &bytes, bytes.count)
    guard count >= 0 else { return nil }
    return Array(bytes[..<count])
  }
}
