import BenchSupport
import CAllocationCounter
import CBenchThread
import CReferenceMAVLink
import Glibc
import MAVLink

/// Compares the product's parser with the reference parser in C, in one run, on one core.
///
/// `MAVLinkBench [ROUNDS]`, 11 or more alternations, 101 unless told. Time is that of the thread, so
/// that a loaded machine blurs the ratios less. Prints one JSON line per stream, then the budgets.
/// Exit code 1 when a budget is missed, 64 for wrong use.
@main
struct MAVLinkBench {
  /// Fewest alternations that a verdict may rest on.
  static let roundsMin = 11
  /// Bytes of a stream: too many for a branch predictor to learn, few enough that an alternation is
  /// over before the machine's mood turns.
  static let streamLength = 1 << 20
  /// What a read of a serial line brings at most.
  static let readLength = 4096

  /// What a multicopter's autopilot sends all the time.
  static let flight: [UInt32] = [0, 1, 2, 24, 30, 32, 33, 74, 109]
  /// All messages that the product reads.
  static let set: [UInt32] = [
    0, 1, 2, 24, 30, 31, 32, 33, 74, 109, 111, 124, 141, 147, 242, 245, 246, 253, 259, 265, 271,
    275, 276, 281, 285, 330, 12900, 12901, 12904,
  ]

  static func main() {
    let arguments = CommandLine.arguments
    guard let rounds = arguments.count > 1 ? Int(arguments[1]) : 101, rounds >= roundsMin else {
      print("usage: MAVLinkBench [ROUNDS], at least \(roundsMin)")
      exit(64)
    }
    vdt_bench_pin(0)
    var verdicts = Verdicts()
    // The budget is for the mixed stream. For information: short frames only, and a byte in a hundred
    // wrong, so that a third of the frames is damaged.
    let streams = [
      BenchStream(name: "mixed", ids: set, length: streamLength, noise: .between, seed: 2),
      BenchStream(name: "flight", ids: flight, length: streamLength, noise: .between, seed: 1),
      BenchStream(name: "overwritten", ids: flight, length: streamLength, noise: .over, seed: 3),
    ]
    for stream in streams {
      measure(stream, rounds: rounds, isGated: stream.name == "mixed", &verdicts)
    }
    print(verdicts.summary)
    exit(verdicts.hasFailed ? 1 : 0)
  }

  static func measure(
    _ stream: BenchStream, rounds: Int, isGated: Bool, _ verdicts: inout Verdicts
  ) {
    var ours: [Double] = []
    var ratios: [Double] = []
    var found = (ours: UInt64(0), theirs: UInt64(0))
    var allocations: UInt64 = 0
    for _ in 0..<rounds {
      let start = vdt_bench_thread_nanos()
      let theirs = stream.bytes.withUnsafeBufferPointer {
        vdt_c_mavlink_parse($0.baseAddress, $0.count)
      }
      let middle = vdt_bench_thread_nanos()
      let mine = parse(stream.bytes)
      let end = vdt_bench_thread_nanos()
      found = (mine.frames, theirs.frames)
      allocations += mine.allocations
      ours.append(Double(stream.bytes.count) * 1000 / Double(end - middle))
      ratios.append(Double(middle - start) / Double(end - middle))
    }
    let rate = Band(of: ours)
    let ratio = Band(of: ratios)
    print(
      "{\"bench\":\"mavlink\",\"name\":\"\(stream.name)\",\"frames\":\(stream.frames),"
        + "\"found\":\(found.ours),\"foundByC\":\(found.theirs),\"megabytesPerSecond\":\(rate.json),"
        + "\"overC\":\(ratio.json),\"allocations\":\(allocations)}")
    if isGated {
      verdicts.check(
        "\(stream.name): parse rate over the C reference parser >= 5", measured: ratio.text,
        isMet: ratio.median >= 5)
    }
    verdicts.check(
      "\(stream.name): every undamaged frame found, none fewer than the C parser",
      measured: "\(found.ours) of \(stream.frames), C \(found.theirs)",
      isMet: found.ours >= stream.frames && found.ours >= found.theirs)
    verdicts.check(
      "\(stream.name): the C parser finds nine of ten: the stream is MAVLink",
      measured: "\(found.theirs)", isMet: found.theirs * 10 >= stream.frames * 9)
    verdicts.check(
      "\(stream.name): allocations while parsing = 0", measured: "\(allocations)",
      isMet: allocations == 0)
  }

  /// What our parser finds in reads of 4 KiB. The parser is made before the counting begins.
  static func parse(_ bytes: [UInt8]) -> (frames: UInt64, payload: UInt64, allocations: UInt64) {
    var parser = FrameParser()
    var frames: UInt64 = 0
    var payload: UInt64 = 0
    let before = vdt_allocations()
    let span = bytes.span.bytes
    var start = 0
    while start < span.byteCount {
      let end = min(start + readLength, span.byteCount)
      parser.parse(span.extracting(start..<end)) { header, bytes in
        frames &+= 1
        payload &+= UInt64(bytes.byteCount)
      }
      start = end
    }
    parser.finish { _, bytes in
      frames &+= 1
      payload &+= UInt64(bytes.byteCount)
    }
    return (frames, payload, vdt_allocations() - before)
  }
}
