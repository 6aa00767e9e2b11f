/// What a frame was good for.
public enum FrameVerdict: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// All targets in view were told: nothing seen is information.
  case ok = 0
  /// The background is being learned; nothing is told.
  case warmingUp = 1
  /// Most of the picture changed at once (light switch, shake, a turned camera): the background is
  /// learned anew; nothing is told.
  case sceneChange = 2
  /// The frame equals the ones before it, for longer than a living picture can; nothing is told.
  case frozen = 3
  /// The picture has no contrast (covered, dark, overexposed); nothing is told.
  case noContrast = 4
  /// Most edges of the scene are gone (out of focus, sprayed, fogged); nothing is told.
  case unsharp = 5
  /// The camera looks elsewhere for good: the background is learned anew; nothing is told.
  case moved = 6
  /// The rows are out of step and run (lost sync, dropped lines); nothing is told or learned.
  case rolling = 7
}
