import BenchSupport
import CBenchThread

/// One transfer, run by all three contestants in turn, round after round.
struct RingCase {
  var name: String
  /// Spin hints between two looks at a full or empty ring, for all three contestants.
  ///
  /// With 1 the consumer is on the producer's heels and each element costs cache misses between the
  /// cores, so that the result hangs on what the machine charges for one; with 16 elements gather
  /// and the result hangs on the rings' own work.
  var hints = 1
  /// Elements, or round trips, per round.
  var count: UInt64
  /// What all consumed words add up to; every contestant must come to it.
  var checksum: UInt64
  var swift: (UInt64) -> SwiftRound
  var c: (UInt64) -> vdt_round
  var boost: (UInt64) -> vdt_round

  /// Runs `rounds` alternations; who goes first rotates, so that none always follows the same one.
  func run(rounds: Int) -> RingResult {
    vdt_bench_set_hints(CInt(hints))
    var nanos: [[Double]] = [[], [], []]
    var allocations: UInt64 = 0
    var isCorrect = true
    for round in -1..<rounds {
      for turn in 0..<3 {
        let contestant = (round + 1 + turn) % 3
        let (elapsed, sum): (UInt64, UInt64)
        switch contestant {
        case 0:
          let result = swift(count)
          allocations += result.allocations
          (elapsed, sum) = (result.nanos, result.checksum)
        case 1:
          let result = c(count)
          (elapsed, sum) = (result.nanos, result.checksum)
        default:
          let result = boost(count)
          (elapsed, sum) = (result.nanos, result.checksum)
        }
        if sum != checksum { isCorrect = false }
        // The first alternation warms up and does not count.
        if round >= 0 { nanos[contestant].append(Double(elapsed)) }
      }
    }
    let items = Double(count)
    func ratios(_ reference: [Double]) -> Band {
      Band(of: zip(nanos[0], reference).map { $1 / $0 })
    }
    return RingResult(
      name: name, rounds: rounds,
      rate: Band(of: nanos[0].map { items / $0 * 1e9 }),
      nanosPerItem: Band(of: nanos[0].map { $0 / items }),
      toC: ratios(nanos[1]), toBoost: ratios(nanos[2]),
      swiftNanos: nanos[0], allocations: allocations, isCorrect: isCorrect)
  }
}

/// What a case came to. Ratios are the Swift ring's throughput over the reference's, within one
/// alternation: above 1 the Swift ring is faster.
struct RingResult {
  var name: String
  var rounds: Int
  /// Elements or round trips per second.
  var rate: Band
  var nanosPerItem: Band
  var toC: Band
  var toBoost: Band
  /// Duration of each of the Swift ring's rounds.
  var swiftNanos: [Double]
  var allocations: UInt64
  var isCorrect: Bool

  var json: String {
    "{\"bench\":\"ring\",\"name\":\"\(name)\",\"rounds\":\(rounds),"
      + "\"ratePerSecond\":\(decimal(rate.median, places: 0)),"
      + "\"nanosPerItem\":\(nanosPerItem.json),\"ratioToC11\":\(toC.json),"
      + "\"ratioToBoost\":\(toBoost.json),\"allocations\":\(allocations),"
      + "\"isCorrect\":\(isCorrect)}"
  }
}
