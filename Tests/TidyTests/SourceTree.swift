import Foundation

/// The repository's files, found from this file's place in it.
struct SourceTree {
  /// Folders that hold what was built or fetched, not what was written.
  private static let skipped: Set<String> = [".git", ".build", ".swiftpm", "node_modules"]
  private static let suffixes = [
    ".swift", ".h", ".c", ".cc", ".cpp", ".modulemap", ".md", ".yaml", ".yml", ".json", ".service",
    ".conf", ".rules", ".sh", ".py", "Makefile", "/run",
  ]

  /// The one tree of a test run.
  static let here = SourceTree(
    root: #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
      .joined(separator: "/"))

  /// Folder of Package.swift.
  let root: String
  /// All files that people write, by path.
  let files: [SourceText]
  /// All paths, of folders too.
  let paths: Set<String>

  init(root: String) {
    self.root = root
    var files: [SourceText] = []
    var paths: Set<String> = []
    let folder = FileManager.default.enumerator(atPath: root)
    while let path = folder?.nextObject() as? String {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      if Self.skipped.contains(name) || name.hasPrefix(".build-") {
        folder?.skipDescendants()
        continue
      }
      paths.insert(path)
      guard Self.suffixes.contains(where: { ("/" + path).hasSuffix($0) }),
        let text = try? String(contentsOfFile: root + "/" + path, encoding: .utf8)
      else { continue }
      files.append(SourceText(path: path, text: text))
    }
    self.files = files.sorted { $0.path < $1.path }
    self.paths = paths
  }

  /// Swift files of the product.
  var sources: [SourceText] {
    files.filter { $0.path.hasPrefix("Sources/") && $0.path.hasSuffix(".swift") }
  }

  /// The file at `path`.
  func file(_ path: String) -> SourceText? { files.first { $0.path == path } }

  /// Names of the folders directly in `folder`.
  func folders(in folder: String) -> [String] {
    let depth = folder.split(separator: "/").count
    return Set(
      paths.filter { $0.hasPrefix(folder + "/") }.compactMap { path -> String? in
        let parts = path.split(separator: "/")
        return parts.count > depth + 1 ? String(parts[depth]) : nil
      }
    ).sorted()
  }
}
