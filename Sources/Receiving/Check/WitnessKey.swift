import Foundation
import Ledger
import SiteConfiguration

/// The key with which a center cosigns what posts have signed (c2sp.org/tlog-cosignature, version 1).
enum WitnessKey {
  /// The signer of `witness`: its file holds 32 bytes as one line of base 64, mode 0600, and is made
  /// when it is not there; `<file>.pub` gets the public key, for posts and for who verifies.
  ///
  /// - Throws: ``ReceivingError`` when a key is there and cannot be used: a new one must never take its
  ///   place unasked.
  static func signer(of witness: ReceiverConfiguration.Witness) throws -> NoteSigner {
    let path = witness.keyPath
    if access(path, F_OK) != 0 { try make(at: path) }
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(data: data, encoding: .utf8),
      let seed = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)),
      let signer = NoteSigner(name: witness.name, algorithm: .cosignature, seed: Array(seed))
    else {
      throw ReceivingError(
        .key, path, "is no witness's key: one line of base 64 of 32 bytes; put it back from a copy")
    }
    let line = Data("\(signer.key)\n".utf8)
    if FileManager.default.contents(atPath: path + ".pub") != line {
      try line.write(to: URL(fileURLWithPath: path + ".pub"), options: .atomic)
    }
    return signer
  }

  private static func make(at path: String) throws {
    var random = SystemRandomNumberGenerator()
    let seed = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
    let text = Array((seed.base64EncodedString() + "\n").utf8)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    let isWritten =
      descriptor >= 0
      && text.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == text.count
      && fsync(descriptor) == 0
    let code = errno
    if descriptor >= 0 { close(descriptor) }
    guard isWritten else {
      throw ReceivingError(
        .key, path, "cannot be made: \(String(cString: strerror(code))); make its folder writable")
    }
  }
}
