import Model
import SiteConfiguration

/// What fails on which sensor when, drawn for one scene.
struct FaultPlan {
  /// One fault on one sensor.
  struct Entry {
    var kind: ScenarioFile.Fault.Kind
    var seconds: ClosedRange<Double>
    var delay: Double
    var offset: Double
    var drift: Double
    var turn: Double
    /// Times during which a link holds everything back.
    var stalls: [ClosedRange<Double>] = []
  }

  private var entries: [[Entry]]

  init(file: ScenarioFile, site: Site, seed: UInt64) {
    entries = Array(repeating: [], count: site.sensors.count)
    for (number, fault) in file.faults.enumerated() {
      var random = SceneRandom(seed: seed, .faults, number)
      for sensor in Self.sensors(fault.reach, site, &random) {
        let from = random.uniform(fault.from)
        var entry = Entry(
          kind: fault.kind, seconds: from...(from + random.uniform(fault.seconds)),
          delay: random.uniform(fault.delay), offset: random.uniform(fault.offset) * random.sign(),
          drift: random.uniform(fault.drift) * random.sign(),
          turn: random.uniform(fault.turn) * random.sign())
        if fault.kind == .stall {
          // A stall every 15 s on average, each up to the longest.
          var time = entry.seconds.lowerBound + random.wait(rate: 1 / 15.0)
          while time < min(entry.seconds.upperBound, file.durationSeconds) {
            let end = time + random.uniform(0.2...1) * entry.delay
            entry.stalls.append(time...end)
            time = end + random.wait(rate: 1 / 15.0)
          }
        }
        entries[sensor].append(entry)
      }
    }
  }

  private static func sensors(
    _ reach: ScenarioFile.Fault.Reach, _ site: Site, _ random: inout SceneRandom
  ) -> [Int] {
    switch reach {
    case .named(let names):
      return site.sensors.indices.filter { names.contains(site.sensors[$0].name) }
    case .some(let kind, let count):
      var left = site.sensors.indices.filter { Self.isOf(kind, site.sensors[$0]) }
      var drawn: [Int] = []
      for _ in 0..<random.whole(count) where !left.isEmpty {
        drawn.append(left.remove(at: random.whole(0...(left.count - 1))))
      }
      return drawn
    }
  }

  private static func isOf(_ kind: ScenarioFile.Fault.SensorKind, _ sensor: Sensor) -> Bool {
    switch (kind, sensor.detail) {
    case (.any, _), (.camera, .camera), (.drone, .drone), (.beacon, .beacon), (.motion, .motion):
      true
    case (.pir, .motion(let detail)): detail.technology == .pir
    case (.seismic, .motion(let detail)): detail.technology == .seismic
    case (.beam, .motion(let detail)): detail.technology == .beam
    default: false
    }
  }

  /// The fault of that kind on a sensor at a moment.
  func active(_ kind: ScenarioFile.Fault.Kind, _ sensor: Int, at seconds: Double) -> Entry? {
    entries[sensor].first { $0.kind == kind && $0.seconds.contains(seconds) }
  }

  /// All faults of that kind on a sensor.
  func all(_ kind: ScenarioFile.Fault.Kind, _ sensor: Int) -> [Entry] {
    entries[sensor].filter { $0.kind == kind }
  }

  /// Whether the sensor is in no fault that keeps it from seeing.
  func sees(_ sensor: Int, at seconds: Double) -> Bool {
    !entries[sensor].contains {
      [.silent, .stuck, .chatter, .blind].contains($0.kind) && $0.seconds.contains(seconds)
    }
  }
}
