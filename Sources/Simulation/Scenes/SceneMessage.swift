import Glibc
import Model

/// One message of a sensor in a scene, as an observation case holds it.
struct SceneMessage {
  /// What it says.
  enum Content {
    /// A motion sensor's output changed; `mover` made it.
    case edge(isActive: Bool, mover: Int?)
    /// What a camera saw in a frame.
    case frame(number: UInt32, [Detection])
    /// Where a drone or a beacon is.
    case pose(place: SIMD2<Double>, height: Double, velocity: SIMD2<Double>)
    /// What a drone's camera sees in its cover.
    case view(number: UInt32, centre: SIMD2<Double>, radius: Double, [Detection])
  }

  /// A detection of a camera or a drone's camera.
  struct Detection {
    var azimuth = Double.nan
    var width = 0.0
    /// Where it is believed to be, metres east and north; `nil` when only its direction is known.
    var place: SIMD2<Double>?
    /// Covariance of the place: east, both, north; square metres.
    var covariance = SIMD3<Double>.zero
    /// Scores of person, vehicle, animal, none; they sum to 1.
    var scores: SIMD4<Double>
    /// The movers in it; none for clutter.
    var movers: [Int]
  }

  /// When it happened, seconds from the beginning.
  var seconds: Double
  /// When it arrives on the host, seconds from the beginning.
  var arrival: Double
  /// The sensor: a place in `Site.sensors`.
  var sensor: Int
  var content: Content
}

/// When somebody could have been seen by a sensor that knows places, for the truth.
struct Observability {
  /// For each mover the spans of time, in order of their beginning for each sensor.
  private var spans: [[ClosedRange<Double>]]

  init(count: Int) { spans = Array(repeating: [], count: count) }

  mutating func mark(_ mover: Int, _ span: ClosedRange<Double>) {
    if let last = spans[mover].last, last.lowerBound <= span.lowerBound,
      span.lowerBound <= last.upperBound
    {
      spans[mover][spans[mover].count - 1] =
        last.lowerBound...max(last.upperBound, span.upperBound)
    } else {
      spans[mover].append(span)
    }
  }

  /// Whether `mover` could have been seen within `span`.
  func holds(_ mover: Int, _ span: ClosedRange<Double>) -> Bool {
    spans[mover].contains { $0.overlaps(span) }
  }
}

/// How often the simulated senses look at the moving, and the classes they tell.
enum SceneSense {
  /// Scores of person, vehicle, animal, none for one look.
  ///
  /// A classifier errs in the same way from frame to frame: `offset` is what it has wrong about
  /// this body from this side for good, `wander` what changes over seconds. The smaller the
  /// picture, the less it knows. `kind` is `nil` for clutter.
  static func scores(
    of kind: ScenarioKind?, pixels: Double, offset: SIMD4<Double>, wander: SIMD4<Double>
  ) -> SIMD4<Double> {
    var logits = SIMD4(0.0, 0, 0, -0.4)
    switch kind {
    case .person: logits.x += 2.1
    case .vehicle: logits.y += 2.4
    case .animal: logits.z += 1.7
    case nil: logits.w += 1.6
    }
    let sharpness = min(1, max(0.2, pixels / 20))
    logits = (logits + offset * 0.7 + wander * 0.6) * sharpness
    let raised = SIMD4(
      exp(logits.x), exp(logits.y), exp(logits.z), exp(logits.w))
    return raised / raised.sum()
  }

  /// The classes that a classifier can tell.
  enum ScenarioKind { case person, vehicle, animal }
}
