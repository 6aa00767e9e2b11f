import Glibc

/// Where the epochs of a post's log stand in its state folder: the one that is written in `<log>`,
/// earlier ones in `<log>-<epoch>`, one that is being begun in `<log>.next`.
public struct EpochFolders: Sendable {
  /// The post's state folder.
  public let state: String
  /// Which of its logs.
  public let log: LogKey.Log

  /// The folders of `log` in `state`.
  public init(state: String, log: LogKey.Log) {
    self.state = state
    self.log = log
  }

  /// The log that is written.
  public var current: String { "\(state)/\(name)" }

  /// An earlier log.
  public func earlier(_ epoch: UInt64) -> String { "\(state)/\(name(of: epoch))" }

  /// The epochs of earlier logs, in no order.
  public func earlierEpochs() throws(LedgerError) -> [UInt64] {
    let storage = try FolderStorage(state, isWriter: false)
    do throws(StorageFailure) {
      return try storage.names().compactMap { found in
        guard found.hasPrefix(name + "-"),
          let epoch = UInt64(found.dropFirst(name.count + 1), radix: 16),
          name(of: epoch) == found
        else { return nil }
        return epoch
      }
    } catch { throw LedgerError(error, on: "", in: state) }
  }

  var name: String { log.rawValue }
  var nextName: String { name + ".next" }
  var next: String { "\(state)/\(nextName)" }
  func name(of epoch: UInt64) -> String { "\(name)-\(hexadecimal(epoch, digits: 16))" }

  /// Puts right what a change of epoch left that was cut off: a log whose place is taken moves in, one
  /// that had not got so far is removed. To be called before the log is opened.
  public func settle() throws(LedgerError) {
    let storage = try FolderStorage(state, isWriter: false)
    do throws(StorageFailure) {
      let names = try storage.names()
      guard names.contains(nextName) else { return }
      if names.contains(name) {
        // Nobody was offered anything of it.
        try removeNext()
      } else {
        try storage.rename(nextName, to: name)
      }
      try storage.syncFolder()
    } catch { throw LedgerError(error, on: nextName, in: state) }
  }

  private func removeNext() throws(StorageFailure) {
    let storage: FolderStorage
    do throws(LedgerError) { storage = try FolderStorage(next, isWriter: false) } catch {
      throw StorageFailure(kind: .other, operation: "remove", text: error.reason)
    }
    for name in try storage.names() { try storage.remove(name) }
    guard unsafe rmdir(next) == 0 else {
      throw StorageFailure(
        kind: .other, operation: "remove", text: unsafe String(cString: strerror(errno)))
    }
  }
}
