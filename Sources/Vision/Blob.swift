/// A moving target in one frame.
///
/// Pixel coordinates are continuous: the first pixel covers 0 ..< 1, its centre lies at 0.5; x goes
/// right, y goes down.
public struct Blob: BitwiseCopyable, Sendable, Equatable {
  /// Box in whole pixels: left, top, width, height. Width and height are at least 1.
  public var box: SIMD4<UInt16>
  /// Sides of the box to a fraction of a pixel: left, top, right, bottom.
  public var edges: SIMD4<Double>
  /// Where the target meets the ground: below the middle of its lower half, on the lower edge.
  public var foot: SIMD2<Double>
  /// Differing picture area in pixels, in steps of a cell.
  public var area: Int32
  /// Mean difference from the background, luma steps.
  public var contrast: Float
  /// How sure it is that this is no clutter, 0 ... 1: grows with the number of frames in which it was
  /// found, its contrast, its size and the way it went. A rank, not a calibrated probability.
  public var quality: Float
  /// Frames in which it was found so far.
  public var age: UInt16
  /// Whether the box touches the lower border of the picture: the true foot is not in view, the
  /// target is nearer than `foot` says.
  public var isCutBelow: Bool

  /// A blob with all that is known of it.
  public init(
    box: SIMD4<UInt16>, edges: SIMD4<Double>, foot: SIMD2<Double>, area: Int32, contrast: Float,
    quality: Float, age: UInt16, isCutBelow: Bool
  ) {
    self.box = box
    self.edges = edges
    self.foot = foot
    self.area = area
    self.contrast = contrast
    self.quality = quality
    self.age = age
    self.isCutBelow = isCutBelow
  }
}
