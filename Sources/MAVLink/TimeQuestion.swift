/// A question for the vehicles' clocks: one TIMESYNC frame, the only thing that the post ever sends.
///
/// Our time in it is marked, so that answers to it are told from answers to other stations on the
/// same radio. 44 bytes at most, no references.
///
/// Source: MAVLink guide, "Time Synchronization Protocol".
public struct TimeQuestion: BitwiseCopyable, Sendable {
  /// Bytes of the frame, with a signature 13 more than without.
  public let count: Int
  private var storage: InlineArray<48, UInt8>

  /// Lends the frame.
  public func withBytes<Result>(_ body: (RawSpan) -> Result) -> Result {
    // Every bit pattern of a byte is a value and none is padding, so that the raw view is safe.
    unsafe body(storage.span.bytes.extracting(first: count))
  }

  fileprivate init(_ bytes: [UInt8]) {
    precondition(bytes.count <= 48, "a TIMESYNC frame has at most 12 + 16 + 13 bytes")
    count = bytes.count
    storage = InlineArray { $0 < bytes.count ? bytes[$0] : 0 }
  }

  /// `nanos` with the mark in its last 16 bits: at most 65 µs earlier or later.
  ///
  /// The mark is the top of a product of the other bits (Knuth, The Art of Computer Programming 3,
  /// section 6.4): a time that is not ours has it by chance once in 65,536.
  public static func marked(_ nanos: Int64) -> Int64 {
    let high = UInt64(bitPattern: nanos) & ~0xFFFF
    return Int64(bitPattern: high | ((high &* 0x9E37_79B9_7F4A_7C15) >> 48))
  }

  /// Whether `nanos` bears the mark.
  public static func isMarked(_ nanos: Int64) -> Bool { marked(nanos) == nanos }
}

/// Makes the questions of one link, one a second.
public struct TimeAsker: Sendable {
  /// Our system id: none that vehicles or ground stations take by themselves.
  public static let systemID: UInt8 = 254
  /// Our component: MAV_COMP_ID_ONBOARD_COMPUTER.
  public static let componentID: UInt8 = 191
  /// Time between two questions, nanoseconds.
  public static let intervalNanos: Int64 = 1_000_000_000

  private var encoder: FrameEncoder
  private var bytes: [UInt8] = []
  private var next = Int64.min

  /// Asks with the signatures of `signer`, or without any.
  public init(signer: FrameSigner? = nil) {
    encoder = FrameEncoder(
      version: .v2, systemID: Self.systemID, componentID: Self.componentID, signer: signer)
    bytes.reserveCapacity(64)
  }

  /// The question that is due at `now`, nanoseconds of our monotonic clock; nil when none is.
  public mutating func question(at now: Int64) -> TimeQuestion? {
    guard now >= next else { return nil }
    next = now + Self.intervalNanos
    bytes.removeAll(keepingCapacity: true)
    let message = TimeSync(respondedNanos: 0, askedNanos: TimeQuestion.marked(now))
    do throws(MAVLinkError) {
      try encoder.append(message, to: &bytes)
    } catch {
      preconditionFailure("TIMESYNC fits every version: \(error)")
    }
    return TimeQuestion(bytes)
  }
}
