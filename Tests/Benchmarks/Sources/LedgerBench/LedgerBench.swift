import BenchSupport
import Glibc
import Ledger

/// The ledger against its budgets: acknowledged records against the storage's fdatasync and SQLite,
/// and a whole ledger opened, proven, verified and rebuilt.
///
/// `LedgerBench FOLDER [RECORDS [ROUNDS]]`: FOLDER is made anew on the storage that is to be measured;
/// 200,000 records (2.4 KB each) and 11 rounds unless told. Prints a JSON line for each figure, then
/// the budgets. Exit code 1 when a budget is missed, 64 for wrong use.
@main
struct LedgerBench {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2, arguments.count <= 4,
      let records = UInt64(arguments.count > 2 ? arguments[2] : "200000"), records >= 1_000,
      let rounds = Int(arguments.count > 3 ? arguments[3] : "11"), rounds >= 0
    else {
      print("usage: LedgerBench FOLDER [RECORDS [ROUNDS]], at least 1,000 records")
      exit(64)
    }
    let folder = arguments[1]
    clear(folder)
    mkdir(folder, 0o700)
    defer { clear(folder) }
    var verdicts = Verdicts()
    if rounds > 0 { try commit(folder, rounds: rounds, &verdicts) }
    clear(folder + "/commit")
    try whole(WholeLedger(folder: folder + "/whole", count: records), &verdicts)
    print(verdicts.summary)
    if verdicts.hasFailed {
      clear(folder)
      exit(1)
    }
  }

  private static func commit(
    _ folder: String, rounds: Int, _ verdicts: inout Verdicts
  ) throws(LedgerError) {
    var bench = try GroupCommit(folder: folder)
    var found: [GroupCommit.Round] = []
    for _ in 0..<rounds { found.append(try bench.round()) }
    func band(_ value: (GroupCommit.Round) -> Double) -> Band { Band(of: found.map(value)) }
    func tell(_ name: String, _ unit: String, _ band: Band) {
      print("{\"bench\":\"ledger\",\"name\":\"\(name)\",\"\(unit)\":\(band.json)}")
    }
    tell("fdatasync", "microseconds", band { $0.probe / 1e3 })
    tell("fdatasync of a group", "microseconds", band { $0.sync / 1e3 })
    let offers: [(String, (GroupCommit.Round) -> GroupCommit.Offer)] = [
      ("bare", { $0.bare }), ("records", { $0.records }), ("events", { $0.events }),
    ]
    for (name, offer) in offers {
      tell("\(name): p50", "microseconds", band { offer($0).p50 / 1e3 })
      tell("\(name): p99", "microseconds", band { offer($0).p99 / 1e3 })
      tell("\(name): p99 over fdatasync", "ratio", band { offer($0).p99 / $0.probe })
      tell("\(name): p99 over that of a group", "ratio", band { offer($0).p99 / $0.sync })
      tell("\(name): p99 over bare", "ratio", band { offer($0).p99 / $0.bare.p99 })
      tell("\(name): max", "microseconds", band { offer($0).max / 1e3 })
      tell("\(name): processor time of one", "microseconds", band { offer($0).processor / 1e3 })
      tell("\(name): acknowledged", "perSecond", band { offer($0).acknowledged })
      tell("\(name): in a sync", "count", band { offer($0).recordsPerSync })
    }
    tell("one a sync", "perSecond", band(\.single))
    tell("sqlite", "perSecond", band(\.sqlite))
    let acknowledged = band(\.records.acknowledged)
    verdicts.check(
      "records acknowledged a second of 100,000 that arrive >= 99,000", measured: acknowledged.text,
      isMet: acknowledged.median >= 99_000)
    let encoded = band(\.events.acknowledged)
    verdicts.check(
      "events encoded and acknowledged a second of 100,000 >= 99,000", measured: encoded.text,
      isMet: encoded.median >= 99_000)
    let latency = band { $0.records.p99 / $0.probe }
    verdicts.check(
      "p99 from arrival to acknowledgement over the median fdatasync <= 5", measured: latency.text,
      isMet: latency.median <= 5)
    let ratio = band { $0.records.acknowledged / $0.sqlite }
    verdicts.check(
      "acknowledged over SQLite WAL FULL, one event a transaction >= 10", measured: ratio.text,
      isMet: ratio.median >= 10)
  }

  private static func whole(_ ledger: WholeLedger, _ verdicts: inout Verdicts) throws {
    let found = try ledger.measure()
    let count = Double(ledger.count)
    let proofs = Band(of: found.proofs.map { $0 * 1e3 })
    let perRecord = found.verifyProcessor / count * 1e6
    print(
      "{\"bench\":\"ledger\",\"name\":\"whole\",\"records\":\(ledger.count),"
        + "\"bytesPerRecord\":\(decimal(Double(found.bytes) / count, places: 0)),"
        + "\"writtenPerSecond\":\(decimal(count / found.write, places: 0)),"
        + "\"openSeconds\":\(decimal(found.open)),\"proofMilliseconds\":\(proofs.json),"
        + "\"verifiedPerSecond\":\(decimal(count / found.verify, places: 0)),"
        + "\"verifyProcessorMicroseconds\":\(decimal(perRecord)),"
        + "\"rebuiltPerSecond\":\(decimal(count / found.rebuild, places: 0))}")
    verdicts.check(
      "a ledger of \(ledger.count) records opens in < 2 s", measured: "\(decimal(found.open))",
      isMet: found.open < 2)
    verdicts.check(
      "proves a record in < 10 ms", measured: proofs.text, isMet: proofs.median < 10)
    verdicts.check(
      "verifies whole at >= 200,000 records/s",
      measured: "\(decimal(count / found.verify, places: 0))",
      isMet: count / found.verify >= 200_000)
  }

  /// Removes a folder with its files and folders.
  private static func clear(_ path: String) {
    if let stream = opendir(path) {
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { clear("\(path)/\(name)") }
      }
      closedir(stream)
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}
