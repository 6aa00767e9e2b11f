import Captures
import Fusion
import Model

/// A replay that keeps what led to its decisions around a moment.
struct TracedReplay {
  /// A crossing that the replay gave.
  struct Crossing {
    var event: CrossingEvent
    var feature: EventFeature
  }

  /// Steps whose arrival is within the window, in order.
  var steps: [FusionStep] = []
  /// All crossings, every version.
  var crossings: [Crossing] = []
  /// Observations within the window, in the order in which fusion took them.
  var observations: [Observation] = []
  /// Sensors that covered the place asked for, and whether they delivered.
  var covering: [(sensor: SensorID, delivers: Bool)] = []

  /// Replays the capture at `path`, keeping what arrived within `window`.
  init(
    path: String, site: Site, isOtherSite: Bool, window: ClosedRange<Instant>,
    place: (at: Instant, place: SIMD2<Double>)? = nil
  ) throws(CaptureError) {
    // What the replay tells while it runs; it does not outlive it.
    final class Notes {
      var steps: [FusionStep] = []
      var observations: [Observation] = []
      var covering: [(SensorID, Bool)] = []
    }
    let notes = Notes()
    var witness = CaptureReplay.Witness { step in
      // What fusion did again, in a better order, takes the place of what it did before.
      while let last = notes.steps.last, last.number >= step.number { notes.steps.removeLast() }
      if window.contains(step.arrival) { notes.steps.append(step) }
    }
    if let place {
      witness.covers = (place.at, place.place, { notes.covering.append(($0, $1)) })
    }
    var crossings: [Crossing] = []
    _ = try CaptureReplay(
      path: path, site: site, isOtherSite: isOtherSite, witness: witness,
      observe: { arrival in
        if window.contains(arrival.time) { notes.observations.append(arrival.observation) }
      }
    ).run(speed: nil) { event, data in
      guard case .crossing(let crossing) = event,
        let feature = EventFeature(Array(copying: data))
      else { return }
      crossings.append(Crossing(event: crossing, feature: feature))
    }
    self.crossings = crossings
    steps = notes.steps
    observations = notes.observations
    covering = notes.covering
  }

  /// The steps of a track and of those that were found to be it.
  func steps(of track: TrackID) -> [FusionStep] {
    var own: Set = [track]
    for step in steps.reversed() where step.action == .joined && own.contains(step.track) {
      own.insert(step.other)
    }
    return steps.filter { own.contains($0.track) }
  }
}
