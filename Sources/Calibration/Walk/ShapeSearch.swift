import Glibc

/// Finds about where a cover lies, from which its rim can be fitted.
///
/// Every half second of the walk is told by the output (somebody is in the cover, nobody is, or it is
/// only still held) and by a shape. The best shape is that with the largest share of seconds inside
/// by both among those inside by one: a search from the site's own numbers by ever smaller steps.
struct ShapeSearch {
  /// The most places that are looked at; more would not make a better start.
  static let placesMax = 1_200

  private let apex: SIMD2<Double>
  private var inside: [SIMD2<Double>] = []
  private var outside: [SIMD2<Double>] = []

  init(
    track: WalkTrack, pulses: [MotionPulses.Pulse], apex: SIMD2<Double>, latency: Double,
    hold: Double
  ) {
    self.apex = apex
    let ordered = pulses.sorted { $0.lowerBound < $1.lowerBound }
    var next = 0
    for seconds in stride(from: track.start, through: track.end, by: 0.5) {
      guard let place = track.state(at: seconds)?.place else { continue }
      let told = seconds + latency
      while next < ordered.count, ordered[next].upperBound < told { next += 1 }
      guard next < ordered.count, ordered[next].lowerBound <= told else {
        outside.append(place)
        continue
      }
      // The rest of a pulse is its hold time; of a pulse of nothing else the first second counts.
      let pulse = ordered[next]
      if told <= max(pulse.upperBound - hold, pulse.lowerBound + 1) { inside.append(place) }
    }
    let step = max(1, (inside.count + outside.count) / Self.placesMax)
    func thinned(_ places: [SIMD2<Double>]) -> [SIMD2<Double>] {
      stride(from: 0, to: places.count, by: step).map { places[$0] }
    }
    (inside, outside) = (thinned(inside), thinned(outside))
  }

  func best(near usual: CoverageShape) -> CoverageShape {
    var starts = [usual]
    switch usual {
    case .corridor: return usual
    case .disc(let range):
      starts = [0.5, 0.7, 1, 1.4, 2].map { .disc(range: range * $0) }
    case .sector(let azimuth, let halfAngle, let range):
      starts = []
      for turn in [-0.5, 0, 0.5] {
        for wide in [0.7, 1, 1.4] {
          for long in [0.6, 1, 1.6] {
            starts.append(
              .sector(
                azimuth: azimuth + turn * min(1, 2 * halfAngle), halfAngle: halfAngle * wide,
                range: range * long))
          }
        }
      }
    }
    let first = starts.map { (shape: $0, score: score($0)) }.sorted { $0.score > $1.score }
    let found = first.prefix(2).map { refined($0.shape, $0.score) }
    return found.max { $0.score < $1.score }?.shape ?? usual
  }

  /// Better by ever smaller steps along each number (Hooke and Jeeves, "Direct search", 1961).
  private func refined(
    _ start: CoverageShape, _ startScore: Double
  ) -> (shape: CoverageShape, score: Double) {
    var best = (shape: start, score: startScore)
    var size = 0.2
    while size > 0.01 {
      var isBetter = false
      for index in start.parameters.indices {
        for sign in [-1.0, 1] {
          var trial = best.shape
          var numbers = trial.parameters
          // Angles of a sector by the size itself, ranges by a share.
          let isAngle = start.parameters.count == 3 && index == 0
          numbers[index] += sign * size * (isAngle ? 0.5 : numbers[index])
          trial.parameters = numbers
          let trialScore = score(trial)
          if trialScore > best.score {
            best = (trial, trialScore)
            isBetter = true
          }
        }
      }
      if !isBetter { size /= 2 }
    }
    return best
  }

  /// Seconds inside by both over seconds inside by one.
  private func score(_ shape: CoverageShape) -> Double {
    func count(_ places: [SIMD2<Double>]) -> Double {
      Double(places.count { shape.depth(of: $0, apex: apex) > 0 })
    }
    let both = count(inside)
    return both / max(1, Double(inside.count) + count(outside))
  }
}
