import Geodesy
import Glibc
import Model
import SiteConfiguration

/// A scene as an observation case: the texts of its files.
public struct SceneCase {
  /// The moment at which each scene begins, nanoseconds since 1970: a round number, so that times
  /// can be read.
  public static let startNanos: Int64 = 1_760_000_000_000_000_000

  /// The site, with `scenario {t0, duration_s, name, seed}`.
  public let site: String
  /// The messages, a line each.
  public let sensors: String
  /// Who caused each message, a line each.
  public let origins: String
  /// Who was where, five times a second.
  public let truth: String
  /// The crossings.
  public let truthEvents: String
  /// What the motion sensors of this scene are, which is not quite what the site says, a line each.
  public let truthSensors: String

  /// The case of `scene`.
  public init(_ scene: Scene) {
    let observed = SceneObservations(scene)
    let frame = LocalFrame(
      latitudeDegrees: scene.site.origin.latitudeDegrees,
      longitudeDegrees: scene.site.origin.longitudeDegrees,
      heightMetres: scene.site.origin.heightMetres)
    site = CaseSiteText(scene: scene).text
    var sensors = ""
    var origins = ""
    let text = MessageText(scene: scene, frame: frame)
    for message in observed.messages {
      sensors += text.line(message) + "\n"
      origins += text.origin(message) + "\n"
    }
    self.sensors = sensors
    self.origins = origins
    truth = Self.truth(scene, observed.seen)
    truthEvents = Self.events(scene, observed.seen)
    truthSensors = Self.sensors(scene)
  }

  private static func sensors(_ scene: Scene) -> String {
    scene.site.sensors.enumerated().compactMap { index, sensor -> String? in
      guard let detail = sensor.motion else { return nil }
      let motion = MotionScene(scene: scene, index: index, detail: detail)
      let cover = motion.cover.map { "[\($0.x.digits(3)),\($0.y.digits(3))]" }
      let ranges = detail.classRadii.sorted { $0.key.rawValue < $1.key.rawValue }.map {
        "\"\($0.key)\":\(($0.value * motion.rangeFactor).digits(3))"
      }
      return
        "{\"sensor\":\"\(sensor.name)\",\"cover\":[\(cover.joined(separator: ","))]"
        + ",\"class_ranges\":{\(ranges.joined(separator: ","))}"
        + ",\"detection_probability\":\(motion.detectionProbability.digits(4))"
        + ",\"latency_s\":\(motion.meanLatency.digits(4))"
        + ",\"hold_s\":\((Double(detail.holdNanos) * 1e-9).digits(4))}\n"
    }.joined()
  }

  private static func truth(_ scene: Scene, _ seen: Observability) -> String {
    var text = ""
    for step in 0...Int(scene.file.durationSeconds * 5) {
      let seconds = Double(step) / 5
      var rows: [String] = []
      for (index, mover) in scene.movers.enumerated() {
        guard let state = mover.state(at: seconds) else { continue }
        let isSeen = seen.holds(index, seconds...seconds)
        rows.append(
          "{\"id\":\"\(mover.id)\",\"cls\":\"\(mover.word)\",\"x\":\(state.place.x.digits(3))"
            + ",\"y\":\(state.place.y.digits(3)),\"vx\":\(state.velocity.x.digits(3))"
            + ",\"vy\":\(state.velocity.y.digits(3)),\"obs\":\(isSeen)}")
      }
      text += "{\"t\":\(nanos(seconds)),\"g\":[\(rows.joined(separator: ","))]}\n"
    }
    return text
  }

  private static func events(_ scene: Scene, _ seen: Observability) -> String {
    scene.crossings().map { crossing in
      let mover = scene.movers[crossing.mover]
      let line = scene.site.lines[crossing.line]
      let isSeen = seen.holds(crossing.mover, (crossing.seconds - 4)...(crossing.seconds + 4))
      return
        "{\"t\":\(nanos(crossing.seconds)),\"target\":\"\(mover.id)\",\"cls\":\"\(mover.word)\""
        + ",\"line\":\"\(line.name)\""
        + ",\"dir\":\"\(crossing.isLeftToRight ? line.leftToRight : line.rightToLeft)\""
        + ",\"x\":\(crossing.place.x.digits(2)),\"y\":\(crossing.place.y.digits(2))"
        + ",\"obs\":\(isSeen)}\n"
    }.joined()
  }

  static func nanos(_ seconds: Double) -> Int64 {
    startNanos + Int64((seconds * 1e9).rounded())
  }
}

extension Double {
  /// The number with at most `count` digits after the point, as JSON has it.
  func digits(_ count: Int) -> String {
    guard isFinite else { return "null" }
    let scale = pow(10, Double(count))
    let rounded = (self * scale).rounded() / scale
    return rounded == 0 ? "0" : "\(rounded)"
  }
}
