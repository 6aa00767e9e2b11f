/// What a log says of itself: c2sp.org/tlog-checkpoint. The text of a signed note.
public struct Checkpoint: Equatable, Sendable, CustomStringConvertible {
  /// Name of the log.
  public var origin: String
  /// How many leaves its tree has.
  public var size: UInt64
  /// The root over them.
  public var root: TreeHash
  /// Further lines, which verifiers pass over.
  public var extensions: [String] = []

  /// The head of log `origin`.
  public init(origin: String, size: UInt64, root: TreeHash) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// Reads a note's text; `nil` for anything that ``description`` would not have written.
  public init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4, lines.last?.isEmpty == true, NoteKey.isName(String(lines[0])),
      let size = UInt64(lines[1]), let bytes = Base64.decode(lines[2]),
      let root = TreeHash(bytes), !lines[3..<lines.count - 1].contains("")
    else { return nil }
    self.init(origin: String(lines[0]), size: size, root: root)
    extensions = lines[3..<lines.count - 1].map { String($0) }
    guard description == text else { return nil }
  }

  /// The text that is signed.
  public var description: String {
    ([origin, "\(size)", Base64.encode(root.bytes)] + extensions).map { $0 + "\n" }.joined()
  }
}
