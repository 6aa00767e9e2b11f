public import Model

/// What can be set of a `MotionDetector`. The defaults serve an outdoor camera of 5 to 30 frames/s.
///
/// Brightness is told in steps of the 8-bit luma scale.
public struct MotionParameters: Sendable {
  /// Edge of a square cell in pixels: 1, 2, 4, 8 or 16; 0 takes the smallest that gives at most
  /// 520,000 cells. All detection is done on means of cells.
  public var cellSize = 0
  /// Shortest time after the start, and after a change of the whole scene a third of it, in which
  /// the background is learned and nothing is reported, nanoseconds. At least 8 frames are taken.
  public var warmUpNanos: Int64 = 1_000_000_000
  /// Time constant with which the background follows slow changes, nanoseconds.
  public var backgroundNanos: Int64 = 4_000_000_000
  /// How long something must stand still to become background, nanoseconds. The place that a parked
  /// thing left ("ghost") is forgotten after the same time. 1 s ... 10 minutes.
  public var absorbNanos: Int64 = 60_000_000_000
  /// Smallest difference from the background that counts, luma steps, 1 ... 60.
  public var contrastMin = 4
  /// Difference that counts, in mean absolute deviations of the cell, 2 ... 16. For Gaussian noise
  /// one standard deviation is 1.25 of these.
  public var deviations = 5
  /// Fewest cells that differ in a target, 1 ... 64.
  public var areaCellsMin = 3
  /// Frames in which a target must be found before it is reported, 1 ... 10. A large target of high
  /// contrast needs one frame less.
  public var confirmFrames = 3
  /// Share of the picture that must differ at once to be a change of the whole scene, percent.
  public var sceneChangePercent = 50
  /// So many equal frames in a row, and at least `frozenNanos`, are a frozen picture.
  public var frozenFrames = 8
  /// Shortest time of equal frames that is a frozen picture, nanoseconds.
  public var frozenNanos: Int64 = 800_000_000
  /// Least spread of brightness (5th to 95th percentile of the cells) that is a picture, luma steps.
  public var spreadMin = 6
  /// Parts of the picture that are never looked at, polygons in fractions of width and height.
  public var privacyMasks: [[SIMD2<Double>]] = []

  /// How long something must stand still to be looked at as a possible ghost, nanoseconds.
  public static let ghostNanos: Int64 = 1_000_000_000
  /// Step of the picture across an outline, over the difference from the background inside of it,
  /// below which nothing stands there.
  public static let ghostEdgeMax = 0.5
  /// The same where the background steps by more than twice as much there: it shows what left. Then a
  /// shorter time is enough.
  public static let ghostEdgeLostMax = 0.6
  /// Least mean difference for that, luma times 64: what is as bright as the ground hides its edges.
  public static let ghostLostMin: Int64 = 32 * 64
  /// See `ghostEdgeLostMax`, nanoseconds.
  public static let ghostLostNanos: Int64 = 400_000_000
  /// How long most edges must be gone before the picture is learned as it is, nanoseconds.
  public static let unsharpNanosMax: Int64 = 60_000_000_000

  /// Least length of a target's longer side on the ground, metres, where `ground` is known: below
  /// the smallest animal of interest, above birds and insects near the ground.
  public static let sizeMetresMin = 0.25
  /// Where the picture's points lie on the ground: with it, what is smaller than `sizeMetresMin` is
  /// no target.
  public var ground: GroundProjection?

  /// The defaults.
  public init() {}

  /// The defaults with the privacy masks of `camera`.
  public init(camera: CameraDetail) { privacyMasks = camera.privacyMasks }
}
