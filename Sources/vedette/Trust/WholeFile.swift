import Glibc

/// Small files, read and written as a whole.
enum WholeFile {
  /// The bytes of the file; `nil` when it cannot be read or holds more than `bytesMax`.
  static func read(_ path: String, bytesMax: Int) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0, count <= bytesMax else { return nil }
    return Array(bytes[..<count])
  }

  /// Writes `bytes`; whether that went well.
  static func write(_ bytes: [UInt8], to path: String) -> Bool {
    guard let file = fopen(path, "wb") else { return false }
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
    return fclose(file) == 0 && isWritten
  }
}
