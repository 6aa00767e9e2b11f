import Model

/// Whether a system is heard: by any valid frame, with hysteresis, and only once it was heard at all.
struct PlatformLiveness: BitwiseCopyable {
  private var lastFrame = Instant.distantPast
  private var isHeard = false
  private var isSilent = false
  private var framesSince = 0
  private var refusedTime = Instant.distantPast
  private var isRefused = false

  /// Time without a frame after which a system is silent, nanoseconds: several beats of HEARTBEAT.
  static let silenceNanosMax: Int64 = 5_000_000_000
  /// Frames after which it is back: one alone may be the last of a fading radio.
  static let framesMin = 3
  /// Time without a refused frame after which its name is clean again, nanoseconds.
  static let refusedNanosMax: Int64 = 60_000_000_000

  /// A frame of its came; returns whether it is back after silence.
  mutating func hear(at time: Instant) -> Bool {
    lastFrame = time
    isHeard = true
    guard isSilent else { return false }
    framesSince += 1
    guard framesSince >= Self.framesMin else { return false }
    isSilent = false
    return true
  }

  /// Time passed; returns whether it has fallen silent.
  mutating func pass(to time: Instant) -> Bool {
    guard isHeard, time.nanos(since: lastFrame) > Self.silenceNanosMax else { return false }
    framesSince = 0
    guard !isSilent else { return false }
    isSilent = true
    return true
  }

  /// The reader found the whole link silent, and told it.
  mutating func lose() { isHeard = false }

  /// A frame in its name was refused; returns whether that is to be told.
  mutating func refuse(at time: Instant) -> Bool {
    refusedTime = time
    guard !isRefused else { return false }
    isRefused = true
    return true
  }

  /// Whether its name is clean again, told once.
  mutating func clear(at time: Instant) -> Bool {
    guard isRefused, time.nanos(since: refusedTime) > Self.refusedNanosMax else { return false }
    isRefused = false
    return true
  }
}
