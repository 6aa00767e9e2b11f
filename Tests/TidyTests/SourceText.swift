/// A text file seen twice: as it stands, and as code alone, with the contents of comments and
/// strings blanked, line by line in the same places.
struct SourceText {
  /// Path from the root of the repository.
  let path: String
  /// The lines as they stand.
  let lines: [Substring]
  /// The lines without comments and without what stands in strings; empty for other than Swift.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    self.lines = lines
    code = path.hasSuffix(".swift") ? CodeBlanker.code(of: text) : []
  }

  /// Name of the target that a file in Sources belongs to.
  var target: String? {
    let parts = path.split(separator: "/")
    guard parts.count > 2, parts[0] == "Sources" else { return nil }
    return parts[1] == "CLibraries" ? (parts.count > 3 ? String(parts[2]) : nil) : String(parts[1])
  }

  /// File name without folder.
  var name: Substring { path.split(separator: "/").last ?? "" }
}

/// Blanks comments and the contents of strings; what is interpolated into a string is code.
private struct CodeBlanker {
  private enum Scope {
    case code(parentheses: Int)
    case string(isMultiline: Bool, hashes: Int)
    case lineComment
    case blockComment(depth: Int)
  }

  private let bytes: [UInt8]
  private var place = 0
  private var out: [UInt8] = []
  private var scopes: [Scope] = [.code(parentheses: 0)]

  static func code(of text: String) -> [String] {
    var blanker = CodeBlanker(bytes: Array(text.utf8))
    blanker.run()
    return String(decoding: blanker.out, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func run() {
    while place < bytes.count {
      switch scopes[scopes.count - 1] {
      case .code(let parentheses): stepInCode(parentheses)
      case .string(let isMultiline, let hashes): stepInString(isMultiline, hashes)
      case .lineComment:
        if bytes[place] == UInt8(ascii: "\n") { scopes.removeLast() }
        blank()
      case .blockComment(let depth): stepInBlockComment(depth)
      }
    }
  }

  private mutating func stepInCode(_ parentheses: Int) {
    let top = scopes.count - 1
    // Most bytes begin nothing: tell them first, the tree has millions.
    guard "/\"#()".utf8.contains(bytes[place]) else { return keep() }
    if starts("//") {
      scopes.append(.lineComment)
    } else if starts("/*") {
      scopes.append(.blockComment(depth: 0))
    } else if let hashes = stringStart() {
      for _ in 0..<hashes { keep() }
      let isMultiline = starts("\"\"\"")
      for _ in 0..<(isMultiline ? 3 : 1) { keep() }
      scopes.append(.string(isMultiline: isMultiline, hashes: hashes))
    } else {
      if starts("(") { scopes[top] = .code(parentheses: parentheses + 1) }
      if starts(")") {
        if parentheses == 1, top > 0 {
          scopes.removeLast()
        } else {
          scopes[top] = .code(parentheses: parentheses - 1)
        }
      }
      keep()
    }
  }

  private mutating func stepInString(_ isMultiline: Bool, _ hashes: Int) {
    let fence = String(repeating: "#", count: hashes)
    let end = (isMultiline ? "\"\"\"" : "\"") + fence
    if starts("\\" + fence + "(") {
      for _ in 0...hashes { blank() }
      keep()
      scopes.append(.code(parentheses: 1))
    } else if starts("\\" + fence) {
      for _ in 0..<(hashes + 2) where place < bytes.count { blank() }
    } else if starts(end) || (!isMultiline && starts("\n")) {
      scopes.removeLast()
      for _ in 0..<(starts("\n") ? 1 : end.utf8.count) { keep() }
    } else {
      blank()
    }
  }

  private mutating func stepInBlockComment(_ depth: Int) {
    let top = scopes.count - 1
    if starts("/*") {
      scopes[top] = .blockComment(depth: depth + 1)
      blank()
    } else if starts("*/") {
      if depth == 1 { scopes.removeLast() } else { scopes[top] = .blockComment(depth: depth - 1) }
      blank()
    }
    blank()
  }

  /// The number of `#` before a quote that begins here, or `nil` where no string begins.
  private func stringStart() -> Int? {
    var ahead = place
    while ahead < bytes.count, bytes[ahead] == UInt8(ascii: "#") { ahead += 1 }
    return ahead < bytes.count && bytes[ahead] == UInt8(ascii: "\"") ? ahead - place : nil
  }

  private func starts(_ text: String) -> Bool {
    guard bytes[place] == text.utf8.first else { return false }
    return bytes[place...].starts(with: text.utf8)
  }

  private mutating func keep() {
    guard place < bytes.count else { return }
    out.append(bytes[place])
    place += 1
  }

  private mutating func blank() {
    guard place < bytes.count else { return }
    out.append(bytes[place] == UInt8(ascii: "\n") ? bytes[place] : UInt8(ascii: " "))
    place += 1
  }
}
