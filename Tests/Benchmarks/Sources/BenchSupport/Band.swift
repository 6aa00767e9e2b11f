/// How a quantity spread over the rounds of a bench: the median decides, the rest tells how noisy the
/// machine was.
public struct Band: Sendable {
  /// Smallest value.
  public let min: Double
  /// A quarter of the values lie below.
  public let lowerQuartile: Double
  /// Half of the values lie below.
  public let median: Double
  /// A quarter of the values lie above.
  public let upperQuartile: Double
  /// Largest value.
  public let max: Double

  /// The band of `values`, of which there must be at least one; quartiles by linear interpolation.
  public init(of values: [Double]) {
    precondition(!values.isEmpty, "A band needs a value.")
    let sorted = values.sorted()
    func quantile(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let below = Int(place)
      let above = Swift.min(below + 1, sorted.count - 1)
      return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
    min = sorted[0]
    lowerQuartile = quantile(0.25)
    median = quantile(0.5)
    upperQuartile = quantile(0.75)
    max = sorted[sorted.count - 1]
  }

  /// The band as a JSON object.
  public var json: String {
    "{\"min\":\(decimal(min)),\"q1\":\(decimal(lowerQuartile)),\"median\":\(decimal(median)),"
      + "\"q3\":\(decimal(upperQuartile)),\"max\":\(decimal(max))}"
  }

  /// Median, then quartiles and extremes, for people.
  public var text: String {
    "\(decimal(median)) [\(decimal(lowerQuartile)) ... \(decimal(upperQuartile)); "
      + "\(decimal(min)) ... \(decimal(max))]"
  }
}

/// `value` with at most `places` decimals (0 ... 9).
public func decimal(_ value: Double, places: Int = 3) -> String {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  return "\((value * scale).rounded() / scale)"
}
