public import Model

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How well the size of a target fits each class.
///
/// An outline tells little: a crouching person is as low as a dog, shadows widen, fragments shrink.
/// So the likelihoods are mild, with a floor of 0.2 against a peak of 1.2, and one frame never
/// decides. Fusion multiplies them over many frames and other sensors.
public enum SizeLikelihood {
  /// Typical size of a class, with the standard deviation of the size's logarithm.
  struct Shape: BitwiseCopyable {
    var target: TargetClass
    var width: Double
    var widthSpread: Double
    var height: Double
    var heightSpread: Double
  }

  /// Round numbers for what a fixed camera sees from any side, chosen to overlap: adults with their
  /// stride, a few of them together, cars to vans, dogs to deer.
  static let shapes: InlineArray<4, Shape> = [
    Shape(target: .person, width: 0.7, widthSpread: 0.35, height: 1.7, heightSpread: 0.2),
    Shape(target: .group, width: 2, widthSpread: 0.5, height: 1.8, heightSpread: 0.2),
    Shape(target: .vehicle, width: 3.5, widthSpread: 0.45, height: 1.9, heightSpread: 0.4),
    Shape(target: .animal, width: 0.9, widthSpread: 0.45, height: 0.75, heightSpread: 0.45),
  ]

  /// Likelihoods for an outline of that many metres, scaled so that nothing is below 0.2.
  ///
  /// `uninformative` unless both sides are positive and finite. Drones and aircraft are not on the ground: 0.2.
  /// Cost: 8 logarithms and 4 exponentials.
  public static func scores(widthMetres: Double, heightMetres: Double) -> ClassScores {
    guard widthMetres > 0, heightMetres > 0, widthMetres.isFinite, heightMetres.isFinite else {
      return .uninformative
    }
    var scores = ClassScores(lanes: .zero)
    for index in 0..<4 {
      let shape = shapes[index]
      let x = log(widthMetres / shape.width) / shape.widthSpread
      let y = log(heightMetres / shape.height) / shape.heightSpread
      scores[shape.target] = Float(0.2 + exp(-0.5 * (x * x + y * y)))
    }
    scores[.drone] = 0.2
    scores[.aircraft] = 0.2
    // As likely as a middling fit.
    scores[.unknown] = 0.5
    return scores
  }
}
