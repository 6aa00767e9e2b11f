import CThreads
import Devices
import Glibc
import Model

/// What the kernel says of its clock, and when it said so.
///
/// The daemon asks the kernel itself where it may. Its unit forbids every system call on clocks, even
/// the reading one; there `vedetted --clock-witness` asks, in a process that does nothing else, and
/// leaves the answer in a small file (Docs/Decisions/0008-a-witness-reads-the-clock.md).
struct ClockQuality: Equatable {
  /// Where the witness leaves its answer: the RuntimeDirectory of vedetted-clock.service.
  static let witnessPath: StaticString = "/run/vedetted-clock/quality"
  /// Age at which a witness's answer is no longer believed, nanoseconds: six of its intervals.
  static let ageNanosMax: Int64 = 3_000_000_000
  /// Error of a clock of which nothing is known, microseconds (NTP_PHASE_LIMIT of the kernel, 16 s).
  static let unknownErrorMicros: Int64 = 16_000_000
  /// By how much the bound grows in a second without a time source, microseconds (MAXFREQ of the
  /// kernel, 500 ppm).
  static let growthMicros: Int64 = 500

  /// When the kernel was asked.
  var askedAt: Instant
  /// The kernel's bound on the clock's error, microseconds (adjtimex(2), `maxerror`).
  var errorMicros: Int64
  /// Whether a time source disciplines the clock (state is not TIME_ERROR).
  var isSynchronised: Bool

  /// The kernel's own word, or `nil` where the system call is refused.
  static func ofKernel() -> ClockQuality? {
    let now = MonotonicClock.now()
    var errorMicros = 0
    let state = unsafe vdt_clock_quality(&errorMicros)
    guard state >= 0 else { return nil }
    return ClockQuality(
      askedAt: now, errorMicros: Int64(max(0, errorMicros)), isSynchronised: state != TIME_ERROR)
  }

  /// The word of the witness at `path`, or `nil` when there is none, or it is damaged or too old
  /// at `now`. The bound has grown by the answer's age.
  ///
  /// Takes three system calls and no memory.
  static func ofWitness(at path: StaticString, now: Instant) -> ClockQuality? {
    let file = path.withUTF8Buffer { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) {
        unsafe open($0.baseAddress!, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
      }
    }
    guard file >= 0 else { return nil }
    defer { close(file) }
    var words = Words(repeating: 0)
    let count = unsafe withUnsafeMutableBytes(of: &words) {
      unsafe pread(file, $0.baseAddress, $0.count, 0)
    }
    guard count == MemoryLayout<Words>.size else { return nil }
    return ClockQuality(words, now: now)
  }

  /// The best word there is: the kernel's, the witness's, or that nothing is known.
  static func best(now: Instant) -> ClockQuality {
    ofKernel() ?? ofWitness(at: witnessPath, now: now)
      ?? ClockQuality(askedAt: now, errorMicros: unknownErrorMicros, isSynchronised: false)
  }
}

extension ClockQuality {
  /// The answer as it stands in the file, in the machine's byte order: mark, moment, bound, state,
  /// and the sum of the four, which a half-written answer does not have.
  typealias Words = InlineArray<5, UInt64>

  /// "VDTCLCK" and the version of the form.
  private static let mark: UInt64 = 0x56_44_54_43_4c_43_4b_01

  /// The answer to be written.
  var words: Words {
    let moment = UInt64(bitPattern: askedAt.monotonicNanos)
    let bound = UInt64(bitPattern: errorMicros)
    let state: UInt64 = isSynchronised ? 1 : 0
    return [Self.mark, moment, bound, state, Self.mark &+ moment &+ bound &+ state]
  }

  /// The answer that was written, or `nil` when it is damaged, from the future or too old at `now`.
  init?(_ words: Words, now: Instant) {
    guard words[0] == Self.mark, words[4] == words[0] &+ words[1] &+ words[2] &+ words[3],
      words[3] <= 1
    else { return nil }
    askedAt = Instant(monotonicNanos: Int64(bitPattern: words[1]))
    let bound = Int64(bitPattern: words[2])
    guard askedAt <= now, now < askedAt.advanced(byNanos: Self.ageNanosMax),
      (0...Self.unknownErrorMicros).contains(bound)
    else { return nil }
    errorMicros = bound + now.nanos(since: askedAt) * Self.growthMicros / 1_000_000_000
    isSynchronised = words[3] == 1
  }
}
