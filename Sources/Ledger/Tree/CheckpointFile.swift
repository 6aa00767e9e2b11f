/// The newest checkpoint of a log in its folder: a signed note (c2sp.org/tlog-checkpoint), replaced
/// as a whole.
///
/// It is also what the post remembers of what it signed: a tree smaller than this one, or another of
/// this size, is never signed.
enum CheckpointFile {
  static let name = "checkpoint"
  static let draftName = "checkpoint.new"

  /// The note; `nil` when there is none yet.
  static func read<Storage: LogStorage>(
    from storage: Storage
  ) throws(LedgerError) -> (SignedNote, Checkpoint)? {
    var buffer = LogBuffer(capacity: SignedNote.byteCountMax + 1)
    var count = 0
    do throws(StorageFailure) {
      let file = try storage.open(name, forWriting: false)
      count = try buffer.fill(0..<buffer.capacity, from: file, at: 0, of: storage)
    } catch {
      if error.kind == .absent { return nil }
      throw LedgerError(error, on: name, in: storage.place)
    }
    let bytes = (0..<count).map { buffer.load(UInt8.self, at: $0) }
    guard let note = SignedNote(String(decoding: bytes, as: UTF8.self)),
      let checkpoint = Checkpoint(note.text)
    else {
      throw LedgerError(
        .damaged, operation: "read", subject: "\(storage.place)/\(name)",
        reason: "it is no checkpoint; put it back from a copy of the folder: without it the post "
          + "could sign another history than the one it has told")
    }
    return (note, checkpoint)
  }

  /// Replaces the note: draft, sync, rename, sync of the folder.
  static func write<Storage: LogStorage>(
    _ note: SignedNote, to storage: Storage
  ) throws(LedgerError) {
    try LogFiles.replace(
      name, by: draftName, with: Array(note.description.utf8), in: storage)
  }
}
