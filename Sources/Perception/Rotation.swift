import Glibc

/// A turn of a body's axes (forward, right, down) to north, east, down, as a unit quaternion.
///
/// Formulas: Kuipers, "Quaternions and Rotation Sequences" (1999), sections 5 to 7; slerp: Shoemake,
/// "Animating Rotation with Quaternion Curves" (SIGGRAPH 1985).
struct Rotation: BitwiseCopyable {
  /// Real part, then the imaginary parts.
  private(set) var w: Double
  private(set) var v: SIMD3<Double>

  /// No turn.
  static let none = Rotation(unit: 1, .zero)

  private init(unit w: Double, _ v: SIMD3<Double>) {
    self.w = w
    self.v = v
  }

  /// The turn of `(w, x, y, z)`, made of length 1; nil if that cannot be.
  init?(w: Double, x: Double, y: Double, z: Double) {
    let length = (w * w + x * x + y * y + z * z).squareRoot()
    guard length > 0.5, length < 2 else { return nil }
    self.init(unit: w / length, SIMD3(x, y, z) / length)
  }

  /// Yaw about down, then pitch about right, then roll about forward, radians.
  init(yaw: Double, pitch: Double = 0, roll: Double = 0) {
    let about = { (axis: SIMD3<Double>, angle: Double) in
      Rotation(unit: cos(angle / 2), axis * sin(angle / 2))
    }
    self =
      about(SIMD3(0, 0, 1), yaw).following(about(SIMD3(0, 1, 0), pitch))
      .following(about(SIMD3(1, 0, 0), roll))
  }

  /// `inner` first, then this one.
  func following(_ inner: Rotation) -> Rotation {
    Rotation(
      unit: w * inner.w - (v * inner.v).sum(), inner.v * w + v * inner.w + cross(v, inner.v))
  }

  /// A vector of the body as north, east, down.
  func turn(_ vector: SIMD3<Double>) -> SIMD3<Double> {
    let twice = cross(v, vector) * 2
    return vector + twice * w + cross(v, twice)
  }

  /// The heading of the body's forward axis, radians clockwise from north.
  var yaw: Double {
    atan2(2 * (w * v.z + v.x * v.y), 1 - 2 * (v.y * v.y + v.z * v.z))
  }

  /// The turn at `fraction` of the shorter way to `other`.
  func toward(_ other: Rotation, _ fraction: Double) -> Rotation {
    var along = w * other.w + (v * other.v).sum()
    let sign: Double = along < 0 ? -1 : 1
    along = min(1, along * sign)
    let angle = acos(along)
    // For small angles the straight way is the same to the last digit.
    let (a, b) =
      angle < 1e-4
      ? (1 - fraction, fraction)
      : (sin((1 - fraction) * angle) / sin(angle), sin(fraction * angle) / sin(angle))
    let sum = Rotation(
      w: w * a + other.w * b * sign, x: v.x * a + other.v.x * b * sign,
      y: v.y * a + other.v.y * b * sign, z: v.z * a + other.v.z * b * sign)
    return sum ?? other
  }
}

/// The vector product.
func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}
