import Glibc
public import Model
import SiteConfiguration

/// One raw sample of a scene.
public enum SceneSample: Sendable {
  /// An edge of a GPIO line.
  case edge(GPIOEdge)
  /// A camera's picture, 8-bit luma.
  case frame(FrameHeader, [UInt8])
  /// Bytes of the serial link with that place in `Site.links`.
  case bytes(Instant, link: Int, [UInt8])
}

/// A scene as raw samples: edges of GPIO lines, pictures, telemetry, in the order of their time.
///
/// Edges come from the same models as those of the observation case, with the polarity of their
/// line. Pictures and telemetry are those of the scripted sources, fed with the scene's ways; bushes
/// stand and sway in the pictures. A silent sensor gives nothing, a stuck camera the same picture
/// again, a blind one an even grey. Delays and wrong clocks are of sensors that stamp their own data;
/// a post's own readers stamp what they read, so that they have no part in raw samples.
public struct SceneSamples {
  private let scene: Scene
  private let start: Instant
  private let pictures: Scenario
  private var edges: ArraySlice<GPIOEdge>
  private var chunks: ArraySlice<(time: Instant, link: Int, bytes: [UInt8])>
  private var cameras: [Camera] = []

  private struct Camera {
    let sensor: Int
    let interval: Double
    var painter: FramePainter
    var grading: PictureGrading
    var number = 0
    var last: [UInt8] = []
  }

  /// The samples of `scene`, which begins at `start`.
  public init(_ scene: Scene, start: Instant) {
    self.scene = scene
    self.start = start
    pictures = scene.script(withBushes: true)
    edges = Self.edges(of: scene, start)[...]
    let telemetry = scene.script(withBushes: false)
    var all: [(time: Instant, link: Int, bytes: [UInt8])] = []
    for link in scene.site.links.indices {
      all += Self.chunks(of: scene, telemetry, link: link, start)
    }
    chunks = all.sorted { $0.time < $1.time }[...]
    for (index, sensor) in scene.site.sensors.enumerated() {
      guard let detail = sensor.camera else { continue }
      cameras.append(
        Camera(
          sensor: index, interval: 1 / detail.framesPerSecond,
          painter: FramePainter(
            camera: detail, place: sensor.place, sensor: SensorID(UInt16(index)),
            scenario: pictures),
          grading: PictureGrading(scene: scene, sensor: index)))
    }
  }

  /// The next sample; `nil` at the scene's end.
  public mutating func next() -> SceneSample? {
    while true {
      let edge = edges.first?.time
      let chunk = chunks.first?.time
      let due = cameras.indices.min { moment(of: $0) < moment(of: $1) }
      let frame = due.map { start.advanced(byNanos: Int64(moment(of: $0) * 1e9)) }
      guard let first = [edge, chunk, frame].compactMap(\.self).min() else { return nil }
      if first == edge { return edges.popFirst().map { .edge($0) } }
      if first == chunk {
        return chunks.popFirst().map { .bytes($0.time, link: $0.link, $0.bytes) }
      }
      guard let due, moment(of: due) < scene.file.durationSeconds else { return nil }
      if let sample = picture(of: due, at: first) { return sample }
    }
  }

  private func moment(of camera: Int) -> Double {
    Double(cameras[camera].number) * cameras[camera].interval
  }

  /// The next picture of a camera; `nil` when the camera is silent.
  private mutating func picture(of place: Int, at time: Instant) -> SceneSample? {
    let seconds = moment(of: place)
    let number = cameras[place].number
    let sensor = cameras[place].sensor
    cameras[place].number += 1
    guard scene.faults.active(.silent, sensor, at: seconds) == nil else { return nil }
    if scene.faults.active(.stuck, sensor, at: seconds) == nil || cameras[place].last.isEmpty {
      cameras[place].painter.draw(frame: number, seconds: seconds, scenario: pictures)
      let isBlind = scene.faults.active(.blind, sensor, at: seconds) != nil
      let painter = cameras[place].painter
      cameras[place].last = cameras[place].grading.graded(
        painter.picture, width: painter.width, isBlind: isBlind)
    }
    let painter = cameras[place].painter
    let header = FrameHeader(
      sensor: SensorID(UInt16(sensor)), sequence: UInt32(truncatingIfNeeded: number), time: time,
      width: Int32(painter.width), height: Int32(painter.height), stride: Int32(painter.width),
      format: .grey)
    return .frame(header, cameras[place].last)
  }

  // MARK: - Edges and bytes

  private static func edges(of scene: Scene, _ start: Instant) -> [GPIOEdge] {
    var edges: [GPIOEdge] = []
    var seen = Observability(count: scene.movers.count)
    for (index, sensor) in scene.site.sensors.enumerated() {
      guard let detail = sensor.motion else { continue }
      var motion = MotionScene(scene: scene, index: index, detail: detail)
      for message in motion.messages(&seen)
      where scene.faults.active(.silent, index, at: message.seconds) == nil
        && message.seconds < scene.file.durationSeconds
      {
        guard case .edge(let isActive, _) = message.content else { continue }
        edges.append(
          GPIOEdge(
            sensor: SensorID(UInt16(index)), isRising: isActive != detail.isActiveLow,
            time: start.advanced(byNanos: Int64(message.seconds * 1e9))))
      }
    }
    return edges.sorted { ($0.time, $0.sensor.index) < ($1.time, $1.sensor.index) }
  }

  private static func chunks(
    of scene: Scene, _ script: Scenario, link: Int, _ start: Instant
  ) -> [(time: Instant, link: Int, bytes: [UInt8])] {
    var chunks: [(time: Instant, link: Int, bytes: [UInt8])] = []
    var source = SimulatedByteSource(
      scenario: script, site: scene.site, link: link, pace: .immediate(start: start),
      durationSeconds: scene.file.durationSeconds)
    let name = scene.site.links[link].name
    let sensors = scene.site.sensors.indices.filter {
      scene.site.sensors[$0].platform?.link == name
    }
    var reading = SourceReading.quiet
    while reading != .ended {
      reading = source.read(timeoutMilliseconds: 1_000) { time, bytes in
        let seconds = Double(time.nanos(since: start)) * 1e-9
        // A link is silent when all who talk on it are.
        let isSilent =
          !sensors.isEmpty
          && sensors.allSatisfy { scene.faults.active(.silent, $0, at: seconds) != nil }
        guard !isSilent else { return }
        chunks.append(
          (
            time, link,
            (0..<bytes.byteCount).map {
              unsafe bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self)
            }
          ))
      }
    }
    return chunks
  }
}
