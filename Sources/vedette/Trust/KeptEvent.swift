import ArgumentParser
import Ledger
import Station

/// An event as people name it, looked for in the ledger, in those of earlier keys, and among the copies
/// of legal holds.
struct KeptEvent {
  static let help: ArgumentHelp = """
    The event: its sequence in the newest epoch, <epoch>.<sequence>, its id, or <id>/<version>.
    """

  private let event: String
  private let state: String
  /// Of the epochs that it may stand in, the newest first.
  private let provers: [LedgerProver]
  /// Its name within them.
  private let name: String

  /// The event that `event` names.
  ///
  /// - Throws: `LedgerError`; earlier epochs are looked at for ids and cursors only.
  init(_ event: String, state: String) throws {
    (self.event, self.state) = (event, state)
    let folders = EpochFolders(state: state, log: .ledger)
    let newest = try LedgerProver(directory: folders.current)
    guard UInt64(event) == nil else {
      (provers, name) = ([newest], event)
      return
    }
    var all = [newest]
    for folder in try folders.inOrder().dropFirst() {
      do throws(LedgerError) { all.append(try LedgerProver(directory: folder)) } catch {
        // Nothing of that epoch was ever signed: nothing of it can be proven.
        guard error.code == .missing else { throw error }
      }
    }
    provers = all
    name = EventCursor(event).map { "\($0.sequence)" } ?? event
  }

  /// Its bundle, with the fields in the list `fields`, or all.
  func bundle(fields: String?) throws -> ReleaseBundle {
    guard let whole = try kept() ?? held() else {
      complain(try absence())
      throw ExitStatus.missing
    }
    let wanted = fields?.split(separator: ",").map(String.init)
    let named = whole.disclosures.map { ($0, ReleaseBundle.fieldName(of: $0) ?? "") }
    if let unknown = wanted?.first(where: { name in !named.contains { $0.1 == name } }) {
      let names = named.map(\.1).joined(separator: ", ")
      complain("the event has no field \(unknown); it has: \(names)")
      throw ExitStatus.badData
    }
    var chosen = whole
    chosen.disclosures = named.filter { wanted?.contains($0.1) ?? true }.map(\.0)
    return chosen
  }

  /// Those of the epochs that the name fits.
  private var fitting: [LedgerProver] {
    guard let cursor = EventCursor(event) else { return provers }
    return provers.filter { LogKey.epoch(of: $0.checkpoint.origin) == cursor.epoch }
  }

  private func kept() throws -> ReleaseBundle? {
    for prover in fitting {
      guard let sequence = try UInt64(name) ?? prover.sequence(of: name),
        let (_, record) = try prover.record(at: sequence)
      else { continue }
      return ReleaseBundle(
        record: String(decoding: record.bytes, as: UTF8.self),
        disclosures: record.disclosures.map(\.text), proof: try prover.proof(of: sequence))
    }
    return nil
  }

  /// The copy under legal hold of an event whose content is erased.
  private func held() -> ReleaseBundle? {
    let newest = LogKey.epoch(of: provers[0].checkpoint.origin)
    let place =
      EventCursor(event)
      ?? UInt64(event).flatMap { sequence in
        newest.map { EventCursor(epoch: $0, sequence: sequence) }
      }
    return EventHolds(state: state).entries().last { entry in
      guard let id = entry.bundle?.eventID else { return false }
      if let place { return entry.place == place }
      return id == event || id.hasPrefix(event + "/")
    }?.bundle
  }

  /// Why there is nothing.
  private func absence() throws -> String {
    for prover in fitting {
      guard let erased = try prover.erased(name) else { continue }
      var erasure = erased.erasure
      // The content of an earlier epoch is erased by a later one, whose log says so.
      for later in provers where erasure == nil {
        erasure = try later.erasure(of: erased.sequence, in: prover.checkpoint.origin)
      }
      let rule = erasure.map {
        "on \($0.time) by \($0.rule) (records \($0.from) to \($0.through))"
      }
      return "the content of event \(event), record \(erased.sequence), was erased "
        + (rule ?? "before erasures were put on record")
        + "; its leaf stays in the log, and whoever has the record can prove it"
    }
    let size = provers.reduce(0) { $0 + $1.checkpoint.size }
    return "event \(event) is not among the \(size) signed ones that are kept; "
      + "\"vedette events list\" tells which there are"
  }
}
