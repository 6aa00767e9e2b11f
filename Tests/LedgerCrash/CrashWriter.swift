import Glibc
import Ledger
import Model
import TestSupport

/// The process that is killed: writes events as the daemon's ledger thread does, as fast as it can.
enum CrashWriter {
  static let post = "crash"
  /// The seed of the signing key.
  static let keySeed = [UInt8](repeating: 7, count: 32)
  /// Small, so that a segment begins every few groups.
  static let options = LedgerOptions(
    segmentBytes: 64 << 10, groupBytesMax: 32 << 10, groupRecordsMax: 64)

  static let site = Site(
    post: post,
    origin: GeographicOrigin(latitudeDegrees: 47, longitudeDegrees: 9.5, heightMetres: 400),
    lines: [], sensors: [], links: [], configurationHash: "0")

  /// An encoder of this post's events; every life has the same capture epoch, so that an event that
  /// was written twice would have the same id.
  static func encoder() -> EventEncoder {
    EventEncoder(site: site, captureEpoch: 1, softwareVersion: "1")
  }

  /// The event that must stand at `sequence`.
  static func event(_ sequence: UInt64) -> PostEvent {
    .status(
      PostStatusEvent(
        kind: .heartbeat, time: Instant(monotonicNanos: Int64(sequence) * 1_000_000),
        clock: ClockMap(
          instant: Instant(monotonicNanos: 0),
          wall: WallTime(unixNanos: 1_772_337_906_000_000_000), uncertaintyNanos: 1_000,
          state: .synchronised),
        ordinal: sequence, sensorsLost: 0, samplesDropped: 0))
  }

  /// Writes groups until it is killed.
  static func run(folder: String, board: Board, seed: UInt64) throws(LedgerError) {
    var random = SeededGenerator(seed: seed)
    var encoder = encoder()
    var log = try EventLog(directory: folder, post: post, options: options)
    board.durable = log.durableSequence
    var seal = try LedgerSeal(
      directory: folder,
      signer: LogKey.signer(of: post, log: .ledger, epoch: log.epoch, seed: keySeed),
      durable: log.durableSequence)
    while true {
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        try log.append(event(log.nextSequence), using: &encoder)
      }
      board.durable = try log.commit()
      board.countCommit()
      switch Int.random(in: 0..<4, using: &random) {
      case 0: while try log.prepare() {}
      case 1:
        while try seal.take(through: log.durableSequence) {}
        _ = try seal.sign()
      default: break
      }
    }
  }

  /// Writes so many groups of so many events and ends: what counts its system calls divides them by
  /// the groups.
  static func write(groups: Int, of size: Int, folder: String) throws(LedgerError) {
    var encoder = encoder()
    var log = try EventLog(
      directory: folder, post: post, options: LedgerOptions(segmentBytes: 64 << 20))
    for _ in 0..<groups {
      for _ in 0..<size { try log.append(event(log.nextSequence), using: &encoder) }
      try log.commit()
    }
    print("acknowledged \(log.durableSequence) events in \(groups) groups")
  }
}
