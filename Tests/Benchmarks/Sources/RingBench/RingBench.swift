import BenchSupport
import BoostReferenceRing
import CAllocationCounter
import CBenchThread
import CReferenceRing
import Glibc

/// Compares the product's ring with a C11 ring and with boost's, in one run.
///
/// `RingBench [ROUNDS]`, 11 or more alternations, 31 unless told. Prints one JSON line per case, then
/// the budgets. Exit code 1 when a budget is missed, 64 for wrong use.
@main
struct RingBench {
  /// Fewest alternations that a verdict may rest on.
  static let roundsMin = 11

  static func main() {
    let arguments = CommandLine.arguments
    guard let rounds = arguments.count > 1 ? Int(arguments[1]) : 31, rounds >= roundsMin else {
      print("usage: RingBench [ROUNDS], at least \(roundsMin)")
      exit(64)
    }
    var verdicts = Verdicts()
    let cores = vdt_bench_cores()
    verdicts.check("two cores to measure on", measured: "\(cores)", isMet: cores >= 2)
    verdicts.check(
      "the allocation counter counts", measured: "one array made", isMet: counterWorks())

    var results: [RingResult] = []
    for ringCase in cases() {
      let result = ringCase.run(rounds: rounds)
      print(result.json)
      results.append(result)
    }
    judge(results, &verdicts)
    print("\nRing, median of \(rounds) alternations [quartiles; extremes]")
    for result in results {
      print("  \(result.name): \(result.nanosPerItem.text) ns")
      print("    throughput over C11 ring \(result.toC.text)")
      print("    throughput over boost    \(result.toBoost.text)")
    }
    print(verdicts.summary)
    exit(verdicts.hasFailed ? 1 : 0)
  }

  static func cases() -> [RingCase] {
    let many: UInt64 = 1 << 20
    let trips: UInt64 = 1 << 16
    // 0 + 1 + ... + (n - 1), and eight words of which the last is 7 more than the first.
    func sum8(_ count: UInt64) -> UInt64 { count * (count - 1) / 2 }
    func sum64(_ count: UInt64) -> UInt64 { 8 * sum8(count) + 28 * count }
    return [
      RingCase(
        name: "single-8", count: many, checksum: sum8(many),
        swift: { SwiftRing.single(Element8.self, count: $0) },
        c: { vdt_c_single8($0) }, boost: { vdt_boost_single8($0) }),
      RingCase(
        name: "single-64", count: many, checksum: sum64(many),
        swift: { SwiftRing.single(Element64.self, count: $0) },
        c: { vdt_c_single64($0) }, boost: { vdt_boost_single64($0) }),
      // For information: the budgets hold for the plain wait above.
      RingCase(
        name: "single-64-backoff", hints: 16, count: many, checksum: sum64(many),
        swift: { SwiftRing.single(Element64.self, count: $0) },
        c: { vdt_c_single64($0) }, boost: { vdt_boost_single64($0) }),
      RingCase(
        name: "batch64-8", count: many, checksum: sum8(many),
        swift: { SwiftRing.batch(Element8.self, count: $0) },
        c: { vdt_c_batch8($0) }, boost: { vdt_boost_batch8($0) }),
      RingCase(
        name: "batch64-64", count: many, checksum: sum64(many),
        swift: { SwiftRing.batch(Element64.self, count: $0) },
        c: { vdt_c_batch64($0) }, boost: { vdt_boost_batch64($0) }),
      RingCase(
        name: "roundtrip-8", count: trips, checksum: sum8(trips),
        swift: { SwiftRing.roundtrip8(count: $0) },
        c: { vdt_c_roundtrip8($0) }, boost: { vdt_boost_roundtrip8($0) }),
    ]
  }

  static func judge(_ results: [RingResult], _ verdicts: inout Verdicts) {
    func result(_ name: String) -> RingResult {
      guard let found = results.first(where: { $0.name == name }) else {
        preconditionFailure("No case \(name).")
      }
      return found
    }
    for result in results {
      verdicts.check(
        "\(result.name): every contestant received every element",
        measured: "\(result.isCorrect)", isMet: result.isCorrect)
    }
    let single = result("single-64")
    verdicts.check(
      "64-byte elements, throughput over C11 ring >= 1.0", measured: single.toC.text,
      isMet: single.toC.median >= 1)
    verdicts.check(
      "64-byte elements, throughput over boost >= 1.0", measured: single.toBoost.text,
      isMet: single.toBoost.median >= 1)
    for size in ["8", "64"] {
      let (one, many) = (result("single-\(size)"), result("batch64-\(size)"))
      let gain = Band(of: zip(one.swiftNanos, many.swiftNanos).map { $0 / $1 })
      verdicts.check(
        "\(size)-byte elements, batches of 64 over single >= 2.0", measured: gain.text,
        isMet: gain.median >= 2)
    }
    let allocations = results.reduce(0) { $0 + $1.allocations }
    verdicts.check(
      "allocations in the measured part = 0", measured: "\(allocations)", isMet: allocations == 0)
  }

  /// Whether an allocation moves the counter: a zero means something only then.
  static func counterWorks() -> Bool {
    let before = vdt_allocations()
    let array = [UInt64](repeating: before, count: Int.random(in: 100...200))
    return vdt_allocations() > before && array.count >= 100
  }
}
