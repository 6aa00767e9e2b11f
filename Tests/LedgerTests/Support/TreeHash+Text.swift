import Crypto

@testable import Ledger

extension TreeHash {
  /// The hash in hexadecimal.
  var hexadecimalText: String {
    bytes.map { hexadecimal(UInt64($0), digits: 2) }.joined()
  }

  /// SHA-256 of `bytes` in hexadecimal.
  static func sha256(_ bytes: some Sequence<UInt8>) -> String {
    SHA256.hash(data: Array(bytes)).map { hexadecimal(UInt64($0), digits: 2) }.joined()
  }
}
