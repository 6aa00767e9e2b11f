import Glibc
import Ledger
import Model
import TestSupport

/// A ledger in a folder with its seal, as the daemon keeps them.
struct SampleLedger: ~Copyable {
  let folder: String
  let key: NoteKey
  private var log: EventLog
  private var seal: LedgerSeal
  private var encoder: EventEncoder
  private var events: SampleEvents

  /// A new one of `post` in `folder`/ledger; `folder` is made.
  init(
    folder: String, events: SampleEvents = SampleEvents(seed: 20_261_128),
    post: String = SampleEvents.post
  ) throws(LedgerError) {
    self.events = events
    var site = SampleEvents.site
    site.post = post
    encoder = EventEncoder(site: site, captureEpoch: 1, softwareVersion: "1.0.0")
    mkdir(folder, 0o700)
    let place = folder + "/ledger"
    let log = try EventLog(directory: place, post: post)
    let signer = LogKey.signer(
      of: post, log: .ledger, epoch: log.epoch, seed: SampleEvents.keySeed)
    seal = try LedgerSeal(directory: place, signer: signer, durable: 0)
    key = signer.key
    self.folder = place
    self.log = log
  }

  /// Records in it.
  var count: UInt64 { log.durableSequence }

  /// Puts in further records, and signs.
  mutating func grow(to count: UInt64) throws(LedgerError) {
    while log.nextSequence <= count {
      for _ in 0..<min(256, count + 1 - log.nextSequence) {
        try log.append(events.event(log.nextSequence), using: &encoder)
      }
      let durable = try log.commit()
      while try seal.take(through: durable) {}
    }
    _ = try seal.sign()
  }

  /// What proves its records now; `nil` when nothing is signed.
  func prover() throws(LedgerError) -> LedgerProver? {
    do throws(LedgerError) { return try LedgerProver(directory: folder) } catch {
      guard error.code == .missing else { throw error }
      return nil
    }
  }

  /// The bundle of a record with some of its fields; its fields' names.
  static func bundle(
    of sequence: UInt64, _ prover: LedgerProver, _ random: inout SeededGenerator
  ) throws -> (bundle: ReleaseBundle, names: [String]) {
    guard let (_, record) = try prover.record(at: sequence) else {
      throw SampleError("record \(sequence) is not there")
    }
    let chosen = record.disclosures.filter { _ in Bool.random(using: &random) }
    return (
      ReleaseBundle(
        record: String(decoding: record.bytes, as: UTF8.self), disclosures: chosen.map(\.text),
        proof: try prover.proof(of: sequence)), chosen.map(\.name)
    )
  }
}

/// Why there are no samples.
struct SampleError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
