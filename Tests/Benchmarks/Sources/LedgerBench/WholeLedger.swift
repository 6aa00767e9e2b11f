import BenchSupport
import CBenchThread
import Glibc
import Ledger
import Model

/// A ledger of many records: how long it takes to open it, to prove a record of it, to verify it
/// whole and to make its tree anew from the segments alone.
struct WholeLedger {
  let folder: String
  let count: UInt64

  /// Proofs that are timed.
  static let proofs = 100

  /// What was measured; times in seconds.
  struct Figures {
    var write = 0.0
    var bytes: UInt64 = 0
    var verify = 0.0
    var verifyProcessor = 0.0
    var open = 0.0
    var proofs: [Double] = []
    var rebuild = 0.0
  }

  func measure() throws -> Figures {
    var figures = Figures()
    let start = vdt_bench_nanos()
    let epoch = try write(&figures)
    figures.write = Self.seconds(since: start)
    let key = LogKey.key(
      of: BenchEvents.post, log: .ledger, epoch: epoch, seed: BenchEvents.keySeed)

    let (wall, processor) = (vdt_bench_nanos(), Self.processorSeconds())
    let verified = try LedgerVerification(directory: folder, key: key)
    figures.verify = Self.seconds(since: wall)
    figures.verifyProcessor = Self.processorSeconds() - processor
    precondition(
      verified.isSound && verified.checked == count, "the ledger is not sound: \(verified)")

    forgetCache()
    let opening = vdt_bench_nanos()
    try reopen(epoch)
    figures.open = Self.seconds(since: opening)

    forgetCache()
    for number in 0..<Self.proofs {
      let sequence = UInt64(number) &* 2_654_435_761 % count + 1
      figures.proofs.append(try prove(sequence))
    }
    let rebuilding = vdt_bench_nanos()
    try rebuild(epoch)
    figures.rebuild = Self.seconds(since: rebuilding)
    return figures
  }

  private static func seconds(since start: UInt64) -> Double {
    Double(vdt_bench_nanos() - start) / 1e9
  }

  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private func signer(_ epoch: UInt64) -> NoteSigner {
    LogKey.signer(of: BenchEvents.post, log: .ledger, epoch: epoch, seed: BenchEvents.keySeed)
  }

  /// Writes and seals all records; the ledger's epoch.
  private func write(_ figures: inout Figures) throws -> UInt64 {
    var log = try EventLog(directory: folder, post: BenchEvents.post)
    var seal = try LedgerSeal(
      directory: folder, signer: signer(log.epoch), durable: log.durableSequence)
    var encoder = BenchEvents.encoder()
    var events = BenchEvents()
    while log.nextSequence <= count {
      for _ in 0..<min(256, count + 1 - log.nextSequence) {
        try log.append(events.event(log.nextSequence), using: &encoder)
      }
      let durable = try log.commit()
      while try seal.take(through: durable) {}
    }
    _ = try seal.sign()
    figures.bytes = log.stats.bytes
    return log.epoch
  }

  /// Opens the ledger as the daemon does at its start.
  private func reopen(_ epoch: UInt64) throws {
    let log = try EventLog(directory: folder, post: BenchEvents.post)
    let seal = try LedgerSeal(
      directory: folder, signer: signer(epoch), durable: log.durableSequence)
    precondition(log.durableSequence == count && seal.signedSize == count)
  }

  /// Proves a record from the folder alone and checks the proof; seconds for the proving.
  private func prove(_ sequence: UInt64) throws -> Double {
    let start = vdt_bench_nanos()
    let prover = try LedgerProver(directory: folder)
    let found = try prover.record(at: sequence)
    let proof = try prover.proof(of: sequence)
    let seconds = Self.seconds(since: start)
    guard let (_, record) = found else { preconditionFailure("record \(sequence) is not there") }
    precondition(record.disclosures.count > 30, "record \(sequence) is not taken as an event")
    precondition(
      ProofCheck.includes(
        record.leaf, index: sequence - 1, size: count, root: prover.checkpoint.root,
        proof: proof.hashes))
    return seconds
  }

  /// Makes the tree anew from the segments; the seal checks that it gives the signed root.
  private func rebuild(_ epoch: UInt64) throws {
    for height in ["00", "08", "16", "24"] { unlink("\(folder)/tree-\(height)") }
    var seal = try LedgerSeal(directory: folder, signer: signer(epoch), durable: count)
    while try seal.take(through: count) {}
    precondition(seal.size == count)
  }

  /// Lets the kernel forget what it holds of the folder's files.
  private func forgetCache() {
    sync()
    guard let stream = opendir(folder) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let file = Glibc.open("\(folder)/\(name)", O_RDONLY)
      guard file >= 0 else { continue }
      posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
      close(file)
    }
  }
}
