/// What a ledger's folder is: a small text file, replaced as a whole.
///
/// ```
/// vedette-ledger 1
/// epoch 9f86d081884c7d65
/// oldest 1
/// newest 4097
/// post river-2
/// crc e3069283
/// ```
///
/// `oldest` is the first sequence of the oldest segment kept: segments below it are left-overs of a
/// retention that was cut short. `newest` is the first sequence of a segment that is known to exist
/// (0 before the first): should the newest segment be lost, the numbers would otherwise be given
/// out a second time. `crc` is the CRC-32C of the lines above it.
struct Manifest: Equatable {
  static let name = "manifest"
  static let draftName = "manifest.new"
  /// Larger than any manifest with a valid post name.
  static let byteCountMax = 4096

  var epoch: UInt64
  var post: String
  var oldest: UInt64
  var newest: UInt64

  /// The bytes of the file.
  var text: [UInt8] {
    let body =
      "vedette-ledger 1\nepoch \(hexadecimal(epoch, digits: 16))\noldest \(oldest)\n"
      + "newest \(newest)\npost \(post)\n"
    let bytes = Array(body.utf8)
    let crc = unsafe CRC32C.of(bytes.span.bytes)
    return bytes + Array("crc \(hexadecimal(UInt64(crc), digits: 8))\n".utf8)
  }

  /// A manifest of a new ledger.
  init(epoch: UInt64, post: String) {
    self.epoch = epoch
    self.post = post
    oldest = 1
    newest = 0
  }

  /// What `bytes` say; `nil` when they are no whole manifest.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.byteCountMax, let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 7, lines[0] == "vedette-ledger 1", lines[6].isEmpty,
      let epoch = Self.value("epoch ", lines[1]).flatMap({ UInt64($0, radix: 16) }),
      let oldest = Self.value("oldest ", lines[2]).flatMap({ UInt64($0) }),
      let newest = Self.value("newest ", lines[3]).flatMap({ UInt64($0) }),
      let post = Self.value("post ", lines[4])
    else { return nil }
    self.init(epoch: epoch, post: String(post))
    self.oldest = oldest
    self.newest = newest
    guard self.text == bytes else { return nil }
  }

  private static func value(_ key: String, _ line: Substring) -> Substring? {
    line.hasPrefix(key) ? line.dropFirst(key.count) : nil
  }
}

/// `value` in lower-case hexadecimal with leading zeros.
func hexadecimal(_ value: UInt64, digits: Int) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
