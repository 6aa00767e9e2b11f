/// Something that spoils a camera's pictures for a while: what users of motion detection complain of.
///
/// Laid over any clip of luma frames, real or simulated; the same seed and frame give the same
/// picture. The truth is `interval` and `expectation`.
public struct Disturbance: Sendable {
  /// What it is.
  public enum Kind: String, Sendable, CaseIterable {
    /// Bright streaks, somewhere else in each frame.
    case rain
    /// Bright flakes that fall and drift.
    case snow
    /// Large blurred things near the lens that dart about.
    case insects
    /// The light doubles at once.
    case lightStep
    /// From day to infrared: less light, other contrasts, more grain.
    case infraredSwitch
    /// Something black before the lens.
    case cover
    /// The lens out of focus.
    case defocus
    /// Paint on most of the lens: dull patches.
    case spray
    /// Lines out of step: the picture rolls down.
    case rolling
    /// The camera is pushed aside by 5 pixels and stays there.
    case shift
    /// The same picture again and again.
    case freeze
  }

  /// What a camera's health should say while it lasts.
  public enum Expectation: Sendable {
    /// Nothing: the camera sees on.
    case sound
    /// That it sees less, or had to learn anew.
    case degraded
    /// That it sees nothing.
    case blinded
  }

  /// What it is.
  public let kind: Kind
  /// Frames in which it acts.
  public let interval: Range<Int>
  /// For what is random in it.
  public let seed: UInt64

  /// A disturbance of the frames `interval`.
  public init(_ kind: Kind, interval: Range<Int>, seed: UInt64) {
    self.kind = kind
    self.interval = interval
    self.seed = seed
  }

  /// What health should say.
  public var expectation: Expectation {
    switch kind {
    case .rain, .snow, .insects: .sound
    case .lightStep, .infraredSwitch, .defocus, .spray, .rolling, .shift: .degraded
    case .cover, .freeze: .blinded
    }
  }
}
