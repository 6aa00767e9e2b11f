import Glibc

/// What a count tells of a probability: Wilson's score interval.
///
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal
/// of the American Statistical Association 22 (1927); for its coverage, which for few trials is nearer to
/// what is promised than that of Clopper and Pearson: L. D. Brown, T. T. Cai, A. DasGupta, "Interval
/// estimation for a binomial proportion", Statistical Science 16 (2001).
public enum ShareInterval {
  /// The quantile of the normal distribution for 99 %, two-sided.
  public static let quantile99 = 2.5758
  /// As near as a detection probability is wanted.
  public static let wantedHalfWidth = 0.05

  /// The interval that holds the probability 99 times of 100, when `count` of `trials` came true;
  /// 0 ... 1 for no trials.
  public static func wilson99(count: Int, of trials: Int) -> ClosedRange<Double> {
    guard trials > 0 else { return 0...1 }
    let (middle, half) = score(Double(count) / Double(trials), Double(trials))
    return max(0, middle - half)...min(1, middle + half)
  }

  private static func score(_ share: Double, _ trials: Double) -> (middle: Double, half: Double) {
    let z = quantile99
    let square = z * z / trials
    let middle = (share + square / 2) / (1 + square)
    let variance = share * (1 - share) / trials + square / (4 * trials)
    return (middle, z * variance.squareRoot() / (1 + square))
  }
}
