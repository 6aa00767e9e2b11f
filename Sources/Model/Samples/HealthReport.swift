/// What became of a sensor or of a part of the post.
public enum HealthState: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// Works as its profile says.
  case ok = 0
  /// Works with less than it should; the reason says what is missing.
  case degraded = 1
  /// Gives nothing; the reader tries again.
  case lost = 2
  /// Sees nothing though it works: covered, frozen, dark.
  case blinded = 3
  /// Was moved or interfered with.
  case tampered = 4

  /// The word on the wire.
  public var name: StaticString {
    switch self {
    case .ok: "ok"
    case .degraded: "degraded"
    case .lost: "lost"
    case .blinded: "blinded"
    case .tampered: "tampered"
    }
  }
}

/// Why a sensor's health is what it is: a closed list, so that it fits a ring and can be counted.
public enum HealthReason: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// Opened and delivering.
  case delivering = 0
  /// The device named in the site file is not there.
  case deviceAbsent = 1
  /// It was there and went away.
  case deviceGone = 2
  /// Somebody else holds it.
  case deviceBusy = 3
  /// We may not open it.
  case accessDenied = 4
  /// The kernel reports an input/output error.
  case inputOutputError = 5
  /// Nothing came for longer than the profile allows.
  case silent = 6
  /// More than the device can truthfully say: chatter, garbage.
  case implausible = 7
  /// The kernel's or our own queue overflowed and samples were dropped.
  case overrun = 8
  /// Damaged frames or frames that do not decode.
  case damagedData = 9
  /// The device does not offer the configured mode.
  case unsupportedMode = 10
  /// The picture does not change at all.
  case frozen = 11
  /// The picture has no contrast: covered, dark, overexposed.
  case noContrast = 12
  /// The whole picture changes at once: shaking, light switch.
  case sceneChange = 13
  /// The source's data ended (a replay or a simulation).
  case ended = 14
  /// A cause that is none of these.
  case other = 15
  /// Frames came in its name without a signature that holds, or with one that was used before.
  case signatureRefused = 16
  /// Most edges of the scene are gone: out of focus, sprayed, fogged.
  case unsharp = 17
  /// The camera looks elsewhere than it did: its pose is no longer what the site file says.
  case moved = 18
  /// The picture's rows are out of step and run: lost sync, dropped lines.
  case rolling = 19

  /// The word on the wire and in metrics.
  public var name: StaticString {
    switch self {
    case .delivering: "delivering"
    case .deviceAbsent: "device_absent"
    case .deviceGone: "device_gone"
    case .deviceBusy: "device_busy"
    case .accessDenied: "access_denied"
    case .inputOutputError: "io_error"
    case .silent: "silent"
    case .implausible: "implausible"
    case .overrun: "overrun"
    case .damagedData: "damaged_data"
    case .unsupportedMode: "unsupported_mode"
    case .frozen: "frozen"
    case .noContrast: "no_contrast"
    case .sceneChange: "scene_change"
    case .ended: "ended"
    case .other: "other"
    case .signatureRefused: "signature_refused"
    case .unsharp: "unsharp"
    case .moved: "moved"
    case .rolling: "rolling"
    }
  }
}

/// One change of one sensor's health, reported once when it happens.
public struct HealthReport: BitwiseCopyable, Sendable, Equatable {
  /// The sensor, or `.none` for the post itself.
  public var sensor: SensorID
  /// What it is now.
  public var state: HealthState
  /// Why.
  public var reason: HealthReason
  /// The kernel's `errno` where there was one, else 0.
  public var systemError: Int32
  /// When it was noticed.
  public var time: Instant

  /// A change noticed at `time`.
  public init(
    sensor: SensorID, state: HealthState, reason: HealthReason, systemError: Int32 = 0,
    time: Instant
  ) {
    self.sensor = sensor
    self.state = state
    self.reason = reason
    self.systemError = systemError
    self.time = time
  }
}
