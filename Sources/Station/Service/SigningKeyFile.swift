import Foundation
import Ledger

/// The post's signing key: 32 bytes as one line of base 64.
///
/// The systemd credential `ledger.key` where the unit gives one, else the file `ledger.key` in the
/// state folder, which only the daemon's user can read and which is made at the first start.
enum SigningKeyFile {
  private static let name = "ledger.key"

  /// The key in the state folder.
  static func own(stateDirectory: String) -> String { stateDirectory + "/" + name }

  /// The key that a change of keys is to bring, until it is done.
  static func next(stateDirectory: String) -> String { stateDirectory + "/" + name + ".next" }

  /// The credential of the unit, where there is one; with `suffix` the one that is called so too.
  static func credential(_ suffix: String = "") -> String? {
    let folder = unsafe getenv("CREDENTIALS_DIRECTORY").map { unsafe String(cString: $0) }
    guard let path = folder.map({ $0 + "/" + name + suffix }), isThere(path) else { return nil }
    return path
  }

  static func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// The seed of the key.
  ///
  /// - Throws: when a key is there and cannot be read: a new one must never take its place unasked.
  static func seed(stateDirectory: String) throws -> [UInt8] {
    let own = own(stateDirectory: stateDirectory)
    let path = credential() ?? own
    return isThere(path) ? try read(path) : try make(at: own)
  }

  /// The seed in the file at `path`.
  static func read(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(data: data, encoding: .utf8),
      let seed = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)),
      seed.count == 32
    else {
      throw StationError(
        .signingKey,
        "\(path) is no signing key: one line of base 64 of 32 bytes; put it back from a copy."
          + " Without it the ledger's history cannot be continued")
    }
    return Array(seed)
  }

  /// The public key that was written beside the ledger; `nil` when there is none.
  static func published(stateDirectory: String) -> NoteKey? {
    guard let data = FileManager.default.contents(atPath: stateDirectory + "/ledger.pub") else {
      return nil
    }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").first.flatMap {
      NoteKey(String($0))
    }
  }

  /// Writes the public key beside it, for who is to check the ledger.
  static func publish(_ key: NoteKey, stateDirectory: String) throws {
    let path = stateDirectory + "/ledger.pub"
    let text = Data("\(key)\n".utf8)
    guard FileManager.default.contents(atPath: path) != text else { return }
    try text.write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  private static func make(at path: String) throws -> [UInt8] {
    let seed = drawn()
    try store(seed, at: path)
    return seed
  }

  /// A new seed.
  static func drawn() -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    return (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  /// Writes a seed to a file that is not there yet, which only its owner can read.
  static func store(_ seed: [UInt8], at path: String) throws {
    let text = Array((Data(seed).base64EncodedString() + "\n").utf8)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    var isWritten = descriptor >= 0
    if isWritten {
      let count = unsafe text.withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress, $0.count)
      }
      isWritten = count == text.count && fsync(descriptor) == 0
    }
    let code = errno
    if descriptor >= 0 { close(descriptor) }
    guard isWritten else {
      throw StationError(
        .signingKey,
        "\(path) cannot be made: \(unsafe String(cString: strerror(code))); give the daemon's "
          + "user the right to write there")
    }
  }
}
