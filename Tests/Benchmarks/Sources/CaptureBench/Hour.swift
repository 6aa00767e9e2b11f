import BenchSupport
import CBenchThread
import Captures
import Fusion
import Glibc
import Model

/// An hour of a site with 16 motion sensors, 2 drones and 4 cameras, of which the capture holds what
/// perception said and no pictures: read and fused again.
enum Hour {
  private static let seconds = 3_600

  static func replay(in folder: String, _ verdicts: inout Verdicts) throws {
    let path = folder + "/hour.mcap"
    let site = Sites.mixed()
    let written = try write(to: path, site)
    var arrivals = 0
    var events = 0
    let used = try CaptureBench.processorSeconds {
      var reader = try CaptureReader(path: path)
      reader.use(site)
      var engine = FusionEngine(site: site)
      while let item = try reader.next() {
        guard case .arrival(let arrival) = item,
          let observation = reader.observation(of: arrival)
        else { continue }
        arrivals += 1
        engine.take(Arrival(time: arrival.time, observation: observation)) { _ in events += 1 }
      }
      engine.finish { _ in events += 1 }
    }
    precondition(arrivals == written, "\(arrivals) of \(written) observations came back")
    unlink(path)
    print(
      "{\"name\": \"replay-hour\", \"observations\": \(arrivals), \"events\": \(events), "
        + "\"seconds\": \(decimal(used))}")
    verdicts.check(
      "an hour of 16 motion sensors, 2 drones and the detections of 4 cameras, at most 10 s",
      measured: "\(decimal(used, places: 2)) s", isMet: used <= 10 && events > 0)
  }

  /// Writes the hour; how many observations it has.
  private static func write(to path: String, _ site: Site) throws -> Int {
    var writer = try CaptureWriter(
      path: path, header: CaptureBench.header(site), site: site,
      options: CaptureBench.options(.zstandard(level: 1)))
    var random = Generator(state: 3_600)
    var sequences = [UInt64](repeating: 0, count: 7)
    var count = 0
    func say(_ source: Int, _ sensor: SensorID, _ time: Instant, _ content: Observation.Content)
      throws
    {
      sequences[source] += 1
      count += 1
      try writer.append(
        arrival: Arrival(
          time: time,
          observation: Observation(
            source: SourceID(UInt16(source)), sensor: sensor, sequence: sequences[source],
            time: time, content: content)))
    }
    for tenth in 0..<seconds * 10 {
      let time = CaptureBench.origin.advanced(byNanos: Int64(tenth) * 100_000_000)
      let now = Double(tenth) / 10
      try say(
        0, .none, time,
        .clock(
          ClockMap(
            instant: time, wall: WallTime(unixNanos: time.monotonicNanos), uncertaintyNanos: 0,
            state: .synchronised)))
      // Each minute somebody walks over the border, before each camera in turn.
      let along = now.truncatingRemainder(dividingBy: 60) - 20
      let walker = Int(now / 60) % 4
      let place = SIMD2(Sites.middle(of: walker), 30 - along * 1.4)
      let isSeen = (0..<40).contains(along)
      for camera in 0..<4 {
        let isHere = isSeen && camera == walker
        if isHere {
          let seen = place + SIMD2(random.gauss(), random.gauss()) * 0.3
          try say(
            2 + camera, SensorID(UInt16(16 + camera)), time,
            .detection(
              Detection(position: seen, covariance: SIMD3(0.09, 0, 0.09), quality: 0.8)))
        }
        try say(
          2 + camera, SensorID(UInt16(16 + camera)), time,
          .scanEnd(count: isHere ? 1 : 0, frame: UInt32(tenth)))
      }
      if tenth % 600 == 350 {
        try say(1, SensorID(UInt16(walker)), time, .area(isActive: true))
      }
      if tenth % 600 == 380 {
        try say(1, SensorID(UInt16(walker)), time, .area(isActive: false))
      }
      if tenth % 2 == 0 {
        for drone in 0..<2 {
          let angle = now / 40 + Double(drone) * 3
          try say(
            6, SensorID(UInt16(20 + drone)), time,
            .platform(
              PlatformState(
                position: SIMD3(cos(angle) * 80, sin(angle) * 40 - 60, 40), velocity: .zero,
                heading: .nan,
                positionSigma: 2)))
        }
      }
    }
    try writer.close()
    return count
  }
}
