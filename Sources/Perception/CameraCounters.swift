/// What a `CameraPerception` has done since its start.
public struct CameraCounters: PerceptionCounters {
  /// Frames taken.
  public var frames: UInt64 = 0
  /// Frames that the driver dropped, by its counter.
  public var framesDropped: UInt64 = 0
  /// Frames that the driver flagged as damaged or that did not decode.
  public var damaged: UInt64 = 0
  /// Frames of another size than the site's, or with too few bytes.
  public var wrongSize: UInt64 = 0
  /// Scans told.
  public var scans: UInt64 = 0
  /// Detections told.
  public var detections: UInt64 = 0
  /// Targets beyond the camera's range, not told.
  public var beyondRange: UInt64 = 0
  /// Frames in which the whole scene changed.
  public var sceneChanges: UInt64 = 0
  /// Frames without contrast or frozen.
  public var blinded: UInt64 = 0
  /// Runs, components and candidates for which a bounded table of the detector had no room.
  public var overflows: UInt64 = 0

  /// All zero.
  public init() {}

  /// Names in the order of the properties.
  public static let names: [StaticString] = [
    "frames_total", "frames_dropped_total", "frames_damaged_total", "frames_wrong_size_total",
    "scans_total", "detections_total", "beyond_range_total", "scene_changes_total",
    "frames_blinded_total", "vision_overflows_total",
  ]

  /// Calls `body` with each counter.
  public func forEach(_ body: (Int, UInt64) -> Void) {
    body(0, frames)
    body(1, framesDropped)
    body(2, damaged)
    body(3, wrongSize)
    body(4, scans)
    body(5, detections)
    body(6, beyondRange)
    body(7, sceneChanges)
    body(8, blinded)
    body(9, overflows)
  }
}
