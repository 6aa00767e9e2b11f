import Model
import SiteConfiguration

/// What the sensors of a scene say, in order of arrival, and who could have been seen when.
struct SceneObservations {
  /// The messages in order of arrival.
  let messages: [SceneMessage]
  /// Who could have been seen when.
  let seen: Observability

  init(_ scene: Scene) {
    var seen = Observability(count: scene.movers.count)
    var all: [SceneMessage] = []
    for (index, sensor) in scene.site.sensors.enumerated() {
      var own: [SceneMessage]
      switch sensor.detail {
      case .motion(let detail):
        var motion = MotionScene(scene: scene, index: index, detail: detail)
        own = motion.messages(&seen)
      case .camera(let detail):
        var camera = CameraScene(scene: scene, index: index, detail: detail)
        own = camera.messages(&seen)
      case .drone(let detail), .beacon(let detail):
        var platform = PlatformScene(scene: scene, index: index, detail: detail)
        own = platform.messages(&seen)
      case .receiver: own = []
      }
      Self.deliver(&own, scene, index)
      all += own
    }
    let end = scene.file.durationSeconds
    messages = all.enumerated().filter { $0.element.arrival <= end }
      .sorted { ($0.element.arrival, $0.offset) < ($1.element.arrival, $1.offset) }.map(\.element)
    self.seen = seen
  }

  /// What the links and clocks of one sensor do to its messages: silence, delays, stalls, wrong
  /// stamps.
  private static func deliver(_ messages: inout [SceneMessage], _ scene: Scene, _ index: Int) {
    let faults = scene.faults
    messages.removeAll { faults.active(.silent, index, at: $0.seconds) != nil }
    var random = SceneRandom(seed: scene.seed, .delivery, index)
    for place in messages.indices {
      let seconds = messages[place].seconds
      if let late = faults.active(.late, index, at: seconds) {
        messages[place].arrival += random.uniform(0...late.delay)
      }
      for stall in faults.all(.stall, index).flatMap(\.stalls) where stall.contains(seconds) {
        messages[place].arrival = max(
          messages[place].arrival, stall.upperBound + random.uniform(0.005...0.03))
      }
      if let clock = faults.active(.clock, index, at: seconds) {
        messages[place].seconds += clock.offset + clock.drift * seconds
      }
    }
  }
}
