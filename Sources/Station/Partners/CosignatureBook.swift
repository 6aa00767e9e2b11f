import Foundation
import Ledger
import Synchronization

/// The newest checkpoint that partners cosigned, with their cosignatures, in a file of its own beside
/// the ledger: what proves to anybody that the post has not told somebody else another history.
final class CosignatureBook: Sendable {
  private let path: String
  private let key: NoteKey
  private let newest: Mutex<SignedNote?>

  /// The book of the log of `key` in the state folder; reads what is there.
  init(stateDirectory: String, key: NoteKey) {
    path = stateDirectory + "/cosigned"
    self.key = key
    let text = FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self)
    }
    let note = text.flatMap { SignedNote($0) }
    newest = Mutex(note.flatMap { SeenLog(key: key, note: $0)?.note })
  }

  /// The newest cosigned checkpoint; `nil` before the first.
  var note: SignedNote? { newest.withLock { $0 } }

  /// Takes the cosignatures of `witness` on one of the post's own checkpoints; whether there was one
  /// that is new. An older checkpoint than the newest cosigned one is passed over.
  ///
  /// - Throws: when the file cannot be written.
  func take(_ cosigned: SignedNote, from witness: NoteKey) throws -> Bool {
    guard let seen = SeenLog(key: key, note: cosigned), cosigned.isSigned(by: witness) else {
      return false
    }
    return try newest.withLock { newest in
      let before = newest.flatMap { Checkpoint($0.text) }?.size ?? 0
      guard seen.size >= before else { return false }
      var kept = newest
      if kept?.text != cosigned.text {
        guard seen.size > before, var fresh = SignedNote(text: cosigned.text) else { return false }
        for signature in cosigned.signatures { _ = fresh.add(signature, knownBy: [key]) }
        kept = fresh
      }
      guard var note = kept else { return false }
      let added = cosigned.signatures.filter { note.add($0, knownBy: [witness]) }
      guard !added.isEmpty else { return false }
      try Data(note.description.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
      newest = note
      return true
    }
  }
}
