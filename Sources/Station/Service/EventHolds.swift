public import Captures
import Foundation
public import Ledger
import Model

/// Events under legal hold: whole copies of them with their proofs, which stay when retention erases
/// the ledger's content, until the last day of the hold is over.
///
/// In `<state>/holds`, a folder for each, named by the event's place (`<epoch>.<sequence>`), with
/// `bundle.json`, the release bundle with all fields, and `hold.json`, the owner and the last day.
public struct EventHolds: Sendable {
  /// An event under hold.
  public struct Entry: Sendable {
    /// Its place in the ledger.
    public var place: EventCursor
    /// The hold; `nil` when its file cannot be read, which then holds for ever.
    public var hold: LegalHold?
    /// The copy; `nil` when it cannot be read.
    public var bundle: ReleaseBundle?

    /// Why the copy goes, for the record of it.
    var rule: String {
      hold.map { "the legal hold of \($0.owner) ended on \($0.until)" } ?? "no legal hold"
    }
  }

  /// Where they are.
  let folder: String
  /// The epochs of the ledger beside them.
  let folders: EpochFolders

  /// The holds of the post whose state folder is `state`.
  public init(state: String) {
    folder = state + "/holds"
    folders = EpochFolders(state: state, log: .ledger)
  }

  init(ledgerAt directory: String) {
    self.init(state: (directory as NSString).deletingLastPathComponent)
  }

  /// What is held, in the order of the places; ended holds too, as long as the daemon has not let them
  /// go.
  public func entries() -> [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().compactMap { name in
      guard let place = EventCursor(name) else { return nil }
      let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)/bundle.json")
      return Entry(
        place: place, hold: LegalHold.found(in: "\(folder)/\(name)"),
        bundle: bytes.flatMap { ReleaseBundle(Array($0)) })
    }
  }

  /// Puts the event at `place` under `hold`; of one that is held already the hold changes.
  ///
  /// - Throws: when it cannot be written; the event is not under hold then.
  public func put(_ hold: LegalHold, on place: EventCursor, _ bundle: ReleaseBundle) throws {
    let own = "\(folder)/\(place)"
    try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
    let path = own + "/bundle.json"
    if !FileManager.default.fileExists(atPath: path) {
      try Data(bundle.json).write(to: URL(filePath: path), options: .atomic)
    }
    try hold.put(in: own)
    for path in [path, own, folder] {
      let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { continue }
      fsync(file)
      close(file)
    }
  }

  /// Ends the hold on `place` today; whether there was one.
  public func end(_ place: EventCursor) throws -> Bool {
    guard let entry = entries().first(where: { $0.place == place }) else { return false }
    // The day before any ledger: the daemon puts it on record and erases the copy.
    let owner = entry.hold?.owner ?? "nobody named"
    let ended = try LegalHold(owner: owner, until: "1970-01-01", reason: "ended by hand")
    try ended.put(in: "\(folder)/\(place)")
    return true
  }

  /// The holds that have ended.
  func ended(at now: WallTime) -> [Entry] {
    entries().filter { $0.hold.map { !$0.isInForce(at: now) } ?? false }
  }

  /// Whether this process may remove a copy.
  func mayRemove(_ entry: Entry) -> Bool {
    let folders: [String] = [folder, "\(folder)/\(entry.place)"]
    return folders.allSatisfy { unsafe access($0, W_OK | X_OK) == 0 }
  }

  /// Lets a copy go.
  func remove(_ entry: Entry) throws {
    try FileManager.default.removeItem(atPath: "\(folder)/\(entry.place)")
  }
}
