public import Model

/// When each record of a replay may be taken: at a speed, not while it is paused, step by step.
///
/// Time is passed in: `now` is a running clock's, `seconds` the replay's own.
public struct ReplayPacer: Sendable {
  /// What a person may ask of a replay.
  public enum Command: Sendable {
    /// Pause, or go on.
    case pause
    /// Go on to the next observation of a sensor, then pause.
    case step
    /// Go on to the next event, then pause.
    case nextEvent
    /// End.
    case end
  }

  /// What a replay is doing.
  public enum State: Sendable, Equatable {
    case running, paused, steppingToObservation, steppingToEvent, ended
  }

  /// What the replay is doing.
  public private(set) var state = State.running
  /// 1 is real time; `nil` as fast as it goes.
  public let speed: Double?
  /// A moment of both clocks; nothing before the first record and after a pause.
  private var anchor: (now: Instant, seconds: Double)?

  /// A pacer; `speed` above 0, `nil` for as fast as it goes.
  public init(speed: Double?) { self.speed = speed }

  /// Obeys a command. After the end there is nothing more to ask.
  public mutating func obey(_ command: Command) {
    guard state != .ended else { return }
    switch command {
    case .pause: state = state == .running ? .paused : .running
    case .step: state = .steppingToObservation
    case .nextEvent: state = .steppingToEvent
    case .end: state = .ended
    }
    anchor = nil
  }

  /// How long the record at `seconds` has still to wait, nanoseconds; nothing: until a command comes.
  public mutating func wait(until seconds: Double, now: Instant) -> Int64? {
    switch state {
    case .paused: return nil
    case .steppingToObservation, .steppingToEvent, .ended: return 0
    case .running: break
    }
    guard let speed else { return 0 }
    guard let anchor else {
      self.anchor = (now, seconds)
      return 0
    }
    let due = (seconds - anchor.seconds) / speed * 1e9
    return max(0, Int64(min(due, 9e18)) - now.nanos(since: anchor.now))
  }

  /// Time stood still for everybody, e.g. while the program was stopped: nothing is to be caught up.
  public mutating func forgetTime() { anchor = nil }

  /// Fusion took an observation: steps end at those of sensors, not at ticks of the clock or ends of
  /// scans.
  public mutating func note(_ observation: Observation) {
    guard state == .steppingToObservation else { return }
    switch observation.content {
    case .clock, .scanEnd: return
    case .area, .detection, .platform, .air, .health: state = .paused
    }
  }

  /// An event was decided: a step ends here.
  public mutating func noteEvent() {
    if state == .steppingToEvent || state == .steppingToObservation { state = .paused }
  }
}
