import BenchSupport
import CBenchThread
import Glibc
import Ledger
import Model

/// Records acknowledged at a given rate, beside the storage's own fdatasync and beside SQLite, in
/// alternation: once as records that are there, as SQLite gets them, and once as events that are
/// encoded on the way.
struct GroupCommit: ~Copyable {
  /// Records that arrive in a second.
  static let rate: UInt64 = 100_000
  /// How long they arrive in a round.
  static let roundNanos: UInt64 = 1_000_000_000
  /// Syncs of the storage that are timed in a round.
  static let probes = 300

  /// What came of the records of a round.
  struct Offer {
    var p50: Double
    var p99: Double
    var max: Double
    /// Acknowledged a second.
    var acknowledged: Double
    var recordsPerSync: Double
    /// Processor time of storing a record, nanoseconds.
    var processor: Double
  }

  /// What a round came to.
  struct Round {
    /// Median of a write of 4 KiB and its fdatasync on a zero-written file, nanoseconds.
    var probe: Double
    /// The records' bytes made durable with nothing but copy, write and fdatasync.
    var bare: Offer
    /// Median of the fdatasyncs of that, nanoseconds: of groups like the ledger's.
    var sync: Double
    /// Records that were encoded before.
    var records: Offer
    /// Events, encoded when they arrive.
    var events: Offer
    /// Acknowledged a second with one record a group.
    var single: Double
    var sqlite: Double
  }

  private let folder: String
  private var log: EventLog
  private var encoder = BenchEvents.encoder()
  private var events = BenchEvents()
  private let database: SQLiteLog
  private let bareLog: BareLog
  private var latencies = [UInt64](
    repeating: 0, count: Int(GroupCommit.rate * GroupCommit.roundNanos / 1_000_000_000))

  init(folder: String) throws(LedgerError) {
    self.folder = folder
    log = try EventLog(
      directory: folder + "/commit", post: BenchEvents.post,
      options: LedgerOptions(segmentBytes: 256 << 20))
    database = SQLiteLog(folder: folder)
    bareLog = BareLog(folder: folder)
  }

  mutating func round() throws(LedgerError) -> Round {
    // Ahead of the events, as the daemon's thread does while nothing comes.
    while try log.prepare() {}
    let probe = Self.probe(folder)
    let header = encoder.encode(events.event(1))
    let payload = encoder.withPayload { $0.withUnsafeBytes { Array($0) } }
    bareLog.begin()
    let bare = try offer { bench, _ in
      bench.bareLog.append(payload)
    } commit: { bench in
      bench.bareLog.commit()
      return UInt64(bench.bareLog.syncs.count)
    }
    let sync = Band(of: bareLog.syncs.map { Double($0) }).median
    func store(_ bench: inout GroupCommit) throws(LedgerError) -> UInt64 {
      try bench.log.commit()
      return bench.log.stats.commits
    }
    let records = try offer(
      { bench, _ throws(LedgerError) in
        try bench.log.append(header, payload: payload.span.bytes)
      }, commit: store)
    let events = try offer(
      { bench, number throws(LedgerError) in
        try bench.log.append(bench.events.event(number), using: &bench.encoder)
      }, commit: store)
    let round = Round(
      probe: probe, bare: bare, sync: sync, records: records, events: events,
      single: try single(), sqlite: sqlite(payload))
    try log.applyRetention(
      bytesMax: 768 << 20, ageNanosMax: .max, now: WallTime(unixNanos: 0))
    return round
  }

  /// Lets records arrive one each 10 us, whatever becomes of them, and stores what has arrived, one
  /// group after the other. A record's latency counts from its arrival.
  ///
  /// - Parameter commit: makes durable what was appended; returns how often that was done so far.
  private mutating func offer(
    _ append: (inout GroupCommit, UInt64) throws(LedgerError) -> Void,
    commit: (inout GroupCommit) throws(LedgerError) -> UInt64
  ) throws(LedgerError) -> Offer {
    let interval = 1_000_000_000 / Self.rate
    var (done, processor) = (0, UInt64(0))
    var groups: (first: UInt64?, last: UInt64) = (nil, 0)
    let start = vdt_bench_nanos()
    while done < latencies.count {
      let due = min(Int((vdt_bench_nanos() - start) / interval), latencies.count)
      guard due > done else {
        vdt_bench_pause()
        continue
      }
      let busy = Self.threadNanos()
      for number in done..<due { try append(&self, UInt64(number)) }
      groups.last = try commit(&self)
      if groups.first == nil { groups.first = groups.last }
      processor += Self.threadNanos() - busy
      let now = vdt_bench_nanos() - start
      for number in done..<due { latencies[number] = now - UInt64(number) * interval }
      done = due
    }
    let nanos = vdt_bench_nanos() - start
    latencies.sort()
    let count = latencies.count
    return Offer(
      p50: Double(latencies[count / 2]), p99: Double(latencies[count * 99 / 100]),
      max: Double(latencies[count - 1]), acknowledged: Double(count) * 1e9 / Double(nanos),
      recordsPerSync: Double(count) / Double(groups.last - groups.first! + 1),
      processor: Double(processor) / Double(count))
  }

  private static func threadNanos() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// One record a group, as fast as it goes.
  private mutating func single() throws(LedgerError) -> Double {
    let start = vdt_bench_nanos()
    for number in 0..<Self.probes {
      try log.append(events.event(UInt64(number)), using: &encoder)
      try log.commit()
    }
    return Double(Self.probes) * 1e9 / Double(vdt_bench_nanos() - start)
  }

  /// Events a second in SQLite, one a transaction; the encoding is not counted.
  private func sqlite(_ payload: [UInt8]) -> Double {
    let start = vdt_bench_nanos()
    for _ in 0..<Self.probes { database.store(time: 1_772_337_906_000_000_000, payload) }
    return Double(Self.probes) * 1e9 / Double(vdt_bench_nanos() - start)
  }

  private static func probe(_ folder: String) -> Double {
    let path = folder + "/probe"
    let file = open(path, O_RDWR | O_CREAT, 0o600)
    precondition(file >= 0, "\(path) cannot be made")
    defer { close(file) }
    let block = [UInt8](repeating: 0, count: 4096)
    for place in 0..<probes { pwrite(file, block, block.count, place * block.count) }
    fsync(file)
    var times: [Double] = []
    for place in 0..<probes {
      let start = vdt_bench_nanos()
      pwrite(file, block, block.count, place * block.count)
      fdatasync(file)
      times.append(Double(vdt_bench_nanos() - start))
    }
    return Band(of: times).median
  }
}
