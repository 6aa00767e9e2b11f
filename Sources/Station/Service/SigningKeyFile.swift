import Foundation
import Ledger

/// The post's signing key: 32 bytes as one line of base 64.
///
/// The systemd credential `ledger.key` where the unit gives one, else the file `ledger.key` in the
/// state folder, which only the daemon's user can read and which is made at the first start.
enum SigningKeyFile {
  private static let name = "ledger.key"

  /// The seed of the key.
  ///
  /// - Throws: when a key is there and cannot be read: a new one must never take its place unasked.
  static func seed(stateDirectory: String) throws -> [UInt8] {
    let credential = unsafe getenv("CREDENTIALS_DIRECTORY").map {
      unsafe String(cString: $0) + "/" + name
    }
    let own = stateDirectory + "/" + name
    let path = credential.flatMap { unsafe access($0, F_OK) == 0 ? $0 : nil } ?? own
    if unsafe access(path, F_OK) != 0 { return try make(at: own) }
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

  /// Writes the public key beside it, for who is to check the ledger.
  static func publish(_ key: NoteKey, stateDirectory: String) throws {
    let path = stateDirectory + "/ledger.pub"
    let text = Data("\(key)\n".utf8)
    guard FileManager.default.contents(atPath: path) != text else { return }
    try text.write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  private static func make(at path: String) throws -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    let seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
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
          + " user the right to write there")
    }
    return seed
  }
}
