import Glibc
import Ledger
import Model
import Synchronization
import TestSupport

/// Rounds of kill -9 at random moments against a real ledger on a real file system, with readers in
/// another process that never stop.
///
///     LedgerCrash [ROUNDS [SEED]]                   10 rounds unless told, seed from the kernel
///     LedgerCrash --groups N SIZE FOLDER            writes N groups of SIZE events and ends
///
/// Whatever a reader saw must stand in the ledger once, at its place, unchanged; what the writer
/// acknowledged must be there; every checkpoint that was served must be the beginning of every later
/// one, and there must have been some. Half of the kills come at any moment after the start, half after
/// the first acknowledged group.
/// Prints "ok" or "FAILED" lines; exit code 1 when something was wrong, 64 for wrong use.
@main
struct LedgerCrash {
  /// Longest time that a writer is given before it is killed, microseconds.
  static let lifeMicrosMax: UInt32 = 90_000
  /// The same when no checkpoint was served in all rounds, and how many further rounds there are then.
  static let longLifeMicrosMax: UInt32 = 2_000_000
  static let longRoundsMax = 20

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      switch arguments.first {
      case "--write":
        guard arguments.count == 4, let board = Board(arguments[2], isNew: false),
          let seed = UInt64(arguments[3])
        else { wrongUse() }
        try CrashWriter.run(folder: arguments[1], board: board, seed: seed)
      case "--groups":
        guard arguments.count == 4, let groups = Int(arguments[1]), let size = Int(arguments[2])
        else { wrongUse() }
        try CrashWriter.write(groups: groups, of: size, folder: arguments[3])
      default:
        guard arguments.count <= 2, let rounds = Int(arguments.first ?? "10"), rounds > 0,
          let seed = UInt64(arguments.count > 1 ? arguments[1] : "\(UInt64.random(in: 0 ... .max))")
        else { wrongUse() }
        try run(rounds: rounds, seed: seed)
      }
    } catch {
      print("FAILED \(error)")
      exit(1)
    }
  }

  private static func wrongUse() -> Never {
    print("usage: LedgerCrash [ROUNDS [SEED]] | LedgerCrash --groups N SIZE FOLDER")
    exit(64)
  }

  private static func run(rounds: Int, seed: UInt64) throws {
    var template = Array("\(temporaryFolder)/vedette-crash.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw CrashError("no folder can be made") }
    let place = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let folder = place + "/ledger"
    guard let board = Board(place + "/board", isNew: true) else {
      throw CrashError("no page can be shared")
    }
    let witness = Witness()
    let stop = StopFlag()
    let readers = (0..<4).map { number in
      Thread {
        let seed = seed &+ UInt64(number) &* 1_000_003
        let isOver = { stop.isSet }
        if number == 0 {
          CrashReaders.watchCheckpoints(folder, board, witness, seed: seed, until: isOver)
        } else {
          CrashReaders.follow(folder, board, witness, seed: seed, until: isOver)
        }
      }
    }
    var random = SeededGenerator(seed: seed)
    var checked: UInt64 = 1
    for round in 0..<rounds + longRoundsMax {
      let isLong = round >= rounds
      if isLong, !witness.checkpoints.isEmpty { break }
      try killOnce(
        folder, place + "/board", board, witness, &random,
        lifeMax: isLong ? longLifeMicrosMax : lifeMicrosMax)
      try look(folder, board, witness, from: &checked, round: round)
      if !witness.faults.isEmpty { break }
    }
    stop.set()
    for reader in readers { reader.join() }
    try finish(folder, board, witness, rounds: rounds, seed: seed)
    removeAll(place)
  }

  private static var temporaryFolder: String {
    getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  }

  private static func removeAll(_ place: String) {
    for folder in ["\(place)/ledger", place] {
      guard let stream = opendir(folder) else { continue }
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        unlink("\(folder)/\(name)")
      }
      closedir(stream)
      rmdir(folder)
    }
  }

  /// Starts a writer and kills it at a random moment.
  private static func killOnce(
    _ folder: String, _ page: String, _ board: Board, _ witness: Witness,
    _ random: inout SeededGenerator, lifeMax: UInt32
  ) throws {
    let life = UInt32.random(in: 0...lifeMax, using: &random)
    let isFromFirstGroup = Bool.random(using: &random)
    let before = board.commits
    let writer = try Writer(folder: folder, page: page, seed: random.next())
    if isFromFirstGroup {
      for _ in 0..<20_000 where board.commits == before { usleep(500) }
      if board.commits == before { witness.fault("a writer did not commit anything in 10 s") }
    }
    usleep(life)
    if let end = writer.kill() { witness.fault("the writer ended by itself: \(end)") }
  }

  /// What the killed writer left, with nobody writing: all that was seen and acknowledged.
  private static func look(
    _ folder: String, _ board: Board, _ witness: Witness, from checked: inout UInt64, round: Int
  ) throws {
    guard board.durable > 0 else { return }
    let (acknowledged, seen) = (board.durable, witness.newest)
    let reader = try EventLogReader(directory: folder)
    let newest = try reader.newestSequence()
    guard newest >= max(acknowledged, seen) else {
      return witness.fault(
        "round \(round): \(newest) events are there, \(acknowledged) were acknowledged, \(seen) seen"
      )
    }
    var next = checked
    while next <= acknowledged {
      try CrashReaders.read(reader, from: &next, durable: acknowledged, limit: 1_000, witness)
      guard witness.faults.isEmpty else { return }
    }
    checked = acknowledged + 1
  }

  /// The last opening, and everything against it.
  private static func finish(
    _ folder: String, _ board: Board, _ witness: Witness, rounds: Int, seed: UInt64
  ) throws {
    var log = try EventLog(directory: folder, post: CrashWriter.post, options: CrashWriter.options)
    var encoder = CrashWriter.encoder()
    try log.append(CrashWriter.event(log.nextSequence), using: &encoder)
    let newest = try log.commit()
    var seal = try LedgerSeal(
      directory: folder,
      signer: LogKey.signer(
        of: CrashWriter.post, log: .ledger, epoch: log.epoch, seed: CrashWriter.keySeed),
      durable: newest)
    while try seal.take(through: newest) {}
    _ = try seal.sign()
    let reader = try EventLogReader(directory: folder)
    var next: UInt64 = 1
    while next <= newest, witness.faults.isEmpty {
      try CrashReaders.read(reader, from: &next, durable: newest, limit: 1_000, witness)
    }
    let prover = try LedgerProver(directory: folder)
    let checkpoints = witness.checkpoints
    if checkpoints.isEmpty { witness.fault("no checkpoint was served: nothing is shown of them") }
    for checkpoint in checkpoints { try CrashReaders.check(prover, after: checkpoint, witness) }
    let verified = try LedgerVerification(
      directory: folder,
      key: LogKey.key(
        of: CrashWriter.post, log: .ledger, epoch: log.epoch, seed: CrashWriter.keySeed))
    for finding in verified.findings { witness.fault(finding.text) }
    if verified.checked != newest { witness.fault("\(verified.checked) of \(newest) verified") }

    for fault in witness.faults { print("FAILED \(fault) (seed \(seed))") }
    guard witness.faults.isEmpty else {
      print("the ledger is kept in \(folder)")
      exit(1)
    }
    print(
      "ok \(rounds) rounds of kill -9 (seed \(seed)): \(board.commits) groups acknowledged; of "
        + "\(newest) events each stands once, in order, and as readers saw it (\(witness.seen))")
    print(
      "ok \(checkpoints.count) checkpoints were served, each the beginning of every later one; "
        + "\(witness.proofs) proofs checked, the whole ledger verified")
  }
}

/// Why the test itself cannot go on.
struct CrashError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
