import Foundation
public import Ledger
import Logging

/// The change of the post's signing key: each of its logs ends, and a new epoch follows that cites it.
public enum KeyRotation {
  /// What became of each log.
  public struct Report: Sendable {
    /// The logs in the order of their change.
    public var outcomes: [(log: LogKey.Log, outcome: EpochChange.Outcome)]
    /// The key of the events' ledger from now on; `nil` when there is no ledger.
    public var key: NoteKey?
  }

  /// The release log first: what stays undone by a fault is then begun again with the ledger.
  private static let logs: [LogKey.Log] = [.releases, .ledger]

  // MARK: - By people

  /// Changes the key of the post whose state folder is `state` and whose daemon is stopped.
  ///
  /// - Parameters:
  ///   - keyPath: the file of the old seed; else `ledger.key` of the state folder.
  ///   - newKeyPath: the file of the new seed, for a post whose key is a credential; else a new key is
  ///     drawn and takes the place of `ledger.key`.
  /// - Throws: ``StationError``, `LedgerError`. What was done until then is completed by the next call,
  ///   or by the daemon's start.
  public static func rotate(
    state: String, keyPath: String?, newKeyPath: String?
  ) throws -> Report {
    try checkUser(of: state)
    for log in logs { try EpochFolders(state: state, log: log).settle() }
    let post = try EventLogReader(directory: state + "/ledger").post
    let own = SigningKeyFile.own(stateDirectory: state)
    let next = SigningKeyFile.next(stateDirectory: state)
    let hasOwn = SigningKeyFile.isThere(own)
    let seed: [UInt8]
    if let newKeyPath {
      seed = try SigningKeyFile.read(newKeyPath)
    } else if SigningKeyFile.isThere(next) {
      seed = try SigningKeyFile.read(next)
    } else {
      guard hasOwn else {
        throw StationError(
          .signingKey,
          "\(own) is not there: the post's key seems to be a credential; make the next one with "
            + "'head -c 32 /dev/urandom | base64', and name its file with --new-key and the old one's "
            + "with --key")
      }
      seed = SigningKeyFile.drawn()
    }
    let old = try (keyPath ?? (hasOwn ? own : nil)).map { try SigningKeyFile.read($0) }
    if hasOwn, !SigningKeyFile.isThere(next) { try SigningKeyFile.store(seed, at: next) }
    let report = try change(state: state, post: post, seed: seed, oldSeeds: old.map { [$0] } ?? [])
    if hasOwn { try move(next, to: own) }
    return report
  }

  /// The seed of the post's key, in the file at `path` or in the state folder, for what people sign.
  public static func seed(at path: String?, state: String) throws -> [UInt8] {
    try SigningKeyFile.read(path ?? SigningKeyFile.own(stateDirectory: state))
  }

  private static func checkUser(of state: String) throws {
    let found = try FileManager.default.attributesOfItem(atPath: state)
    guard let owner = (found[.ownerAccountID] as? NSNumber)?.uint32Value, owner != geteuid() else {
      return
    }
    let name = found[.ownerAccountName] as? String
    throw StationError(
      .signingKey,
      "\(state) belongs to the user \(name ?? "\(owner)"), who must be able to use what is "
        + "made there; run this as that user")
  }

  // MARK: - By the daemon

  /// Completes what a change left that was cut off, and changes the key where the unit gives another
  /// credential than the one that signed: that is how a change is asked for there. A changed or lost
  /// key file is none: the post then stores without signing and says so.
  ///
  /// - Throws: when a log's place is empty and what belongs there cannot be put there.
  static func settle(state: String, post: String, logger: Logger) throws {
    for log in logs { try EpochFolders(state: state, log: log).settle() }
    let own = SigningKeyFile.own(stateDirectory: state)
    let next = SigningKeyFile.next(stateDirectory: state)
    do {
      if SigningKeyFile.isThere(next) {
        let seed = try SigningKeyFile.read(next)
        let old = SigningKeyFile.isThere(own) ? [try SigningKeyFile.read(own)] : []
        tell(try change(state: state, post: post, seed: seed, oldSeeds: old), logger)
        try move(next, to: own)
      } else if let credential = SigningKeyFile.credential() {
        let seed = try SigningKeyFile.read(credential)
        let before = [SigningKeyFile.credential(".before"), own].compactMap(\.self)
        let old = try before.filter(SigningKeyFile.isThere).map { try SigningKeyFile.read($0) }
        tell(try change(state: state, post: post, seed: seed, oldSeeds: old), logger)
      }
    } catch {
      // The post stores and detects on; health will say that nothing is signed.
      logger.error("the signing key is not changed: \(error)")
      for log in logs { try EpochFolders(state: state, log: log).settle() }
    }
  }

  private static func tell(_ report: Report, _ logger: Logger) {
    for (_, outcome) in report.outcomes {
      guard case .begun(let checkpoint, let records, let key, let isEndorsed) = outcome else {
        continue
      }
      let text =
        "the signing key has changed: \(checkpoint.origin) ended after \(records) records, \(key) follows it"
      let remark = "; the old key was not at hand, so partners must be told the new one"
      logger.warning("\(text)\(isEndorsed ? "" : remark)")
    }
  }

  /// Whether the newest checkpoint of the events' ledger is of the key of `seed`, or there is none.
  static func signsLedger(_ seed: [UInt8], of post: String, state: String) -> Bool {
    let change = EpochChange(
      EpochFolders(state: state, log: .ledger), post: post, seed: seed, oldSeeds: [])
    return (try? change.isNeeded()) == false
  }

  // MARK: - Both

  private static func change(
    state: String, post: String, seed: [UInt8], oldSeeds: [[UInt8]]
  ) throws -> Report {
    let oldKey = SigningKeyFile.published(stateDirectory: state)?.publicKey
    var report = Report(outcomes: [])
    for log in logs {
      let folders = EpochFolders(state: state, log: log)
      let change = EpochChange(
        folders, post: post, seed: seed, oldSeeds: oldSeeds, oldKey: oldKey)
      let outcome = try change.run(at: wallNow())
      report.outcomes.append((log, outcome))
      guard log == .ledger, case .begun(let ended, _, let key, _) = outcome else { continue }
      report.key = key
      if let epoch = LogKey.epoch(of: ended.origin), SigningKeyFile.isThere(state + "/cosigned") {
        try move(state + "/cosigned", to: folders.earlier(epoch) + "/cosigned")
      }
      try SigningKeyFile.publish(key, stateDirectory: state)
    }
    return report
  }

  private static func move(_ path: String, to target: String) throws {
    guard unsafe rename(path, target) == 0 else {
      throw StationError(
        .signingKey,
        "\(path) cannot become \(target): \(unsafe String(cString: strerror(errno)))")
    }
  }
}
