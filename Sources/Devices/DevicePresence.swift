import Glibc

/// What tells one device from its successor under the same name: the node in `/dev` and the entry
/// in `/sys`, both made anew when a device is plugged in again.
///
/// A `/dev` without the kernel's help (containers) keeps its nodes; the entry in `/sys` then
/// decides alone.
struct DevicePresence: Equatable {
  /// One file's place in its file system and, for a node, its device number.
  private struct Mark: Equatable {
    var fileSystem: UInt64
    var inode: UInt64
    var device: UInt64

    init?(_ path: String) {
      var status = stat()
      // Not `stat(path, …)`: the implicit conversion of a string allocates, and readers look
      // every second.
      let result = unsafe path.withCString { unsafe stat($0, &status) }
      guard result == 0 else { return nil }
      fileSystem = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
      device = UInt64(status.st_rdev)
    }
  }

  private let path: String
  private let entry: String
  private let node: Mark?
  private let registration: Mark?

  /// The device at `path` now; symbolic links are followed at each look.
  ///
  /// - Parameters:
  ///   - path: its node.
  ///   - entry: its folder in `/sys`, which may not exist.
  init(path: String, entry: String) {
    self.path = path
    self.entry = entry
    self.node = Mark(path)
    self.registration = Mark(entry)
  }

  /// Whether the same device still stands there: two `stat` calls.
  var holds: Bool {
    node != nil && Mark(path) == node && Mark(entry) == registration
  }
}

/// The nodes `/dev/<prefix><number>`, in the order of their numbers; at most 256.
func deviceNodes(prefix: String, in folder: String = "/dev") -> [String] {
  guard let directory = unsafe opendir(folder) else { return [] }
  defer { unsafe closedir(directory) }
  var numbers: [Int] = []
  while let entry = unsafe readdir(directory) {
    let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)), number >= 0,
      name == prefix + String(number)
    else { continue }
    numbers.append(number)
  }
  return numbers.sorted().prefix(256).map { "\(folder)/\(prefix)\($0)" }
}

/// The path with all symbolic links resolved, or `nil` when it leads nowhere.
func resolvedPath(_ path: String) -> String? {
  guard let resolved = unsafe realpath(path, nil) else { return nil }
  defer { unsafe free(resolved) }
  return unsafe String(cString: resolved)
}

/// The last part of a path.
func lastComponent(_ path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}
