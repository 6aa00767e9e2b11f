import Glibc

/// A folder of its own for a test; it is left to the system's cleaner of temporary files.
struct TemporaryFolder {
  struct Failure: Error { var path: String }

  let path: String

  init() throws {
    var template = Array("/tmp/vedette-site-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(path: "/tmp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Writes `text` to a file of this folder; folders in `name` are made.
  func file(_ name: String, _ text: String) throws -> String {
    var folder = path
    for part in name.split(separator: "/").dropLast() {
      folder += "/\(part)"
      mkdir(folder, 0o755)
    }
    return try Self.overwrite("\(path)/\(name)", text)
  }

  static func overwrite(_ path: String, _ text: String) throws -> String {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw Failure(path: path) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(path: path) }
    return path
  }
}
