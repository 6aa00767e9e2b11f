import Geodesy
import Glibc
import Model

/// Messages as lines of `sensors.jsonl`, and who caused them as lines of `origin.jsonl`.
struct MessageText {
  let scene: Scene
  let frame: LocalFrame

  func line(_ message: SceneMessage) -> String {
    let head =
      "{\"rx\":\(SceneCase.nanos(message.arrival)),\"t\":\(SceneCase.nanos(message.seconds))"
      + ",\"s\":\"\(scene.site.sensors[message.sensor].name)\",\"k\":"
    switch message.content {
    case .edge(let isActive, _):
      return head + "\"gpio\",\"v\":\(isActive ? 1 : 0)}"
    case .frame(let number, let detections):
      let sigma = scene.site.sensors[message.sensor].camera?.azimuthSigma ?? 0
      let all = detections.map { seen($0, sigma.digits(5)) }
      return head + "\"cam\",\"n\":\(number),\"d\":[\(all.joined(separator: ","))]}"
    case .pose(let place, let height, let velocity):
      let (latitude, longitude) = wire(place)
      let altitude = Int(((scene.site.origin.heightMetres + height) * 1000).rounded())
      let course = atan2(velocity.x, velocity.y) * 18_000 / Double.pi
      let heading = Int(course.rounded()) % 36_000
      return head
        + "\"pose\",\"lat\":\(latitude),\"lon\":\(longitude),\"alt\":\(altitude)"
        + ",\"vx\":\(Int((velocity.y * 100).rounded())),\"vy\":\(Int((velocity.x * 100).rounded()))"
        + ",\"hdg\":\(heading < 0 ? heading + 36_000 : heading)}"
    case .view(let number, let centre, let radius, let detections):
      let (latitude, longitude) = wire(centre)
      return head
        + "\"uavdet\",\"n\":\(number),\"fov\":{\"lat\":\(latitude),\"lon\":\(longitude)"
        + ",\"r\":\(radius.digits(1))},\"d\":[\(detections.map(tracked).joined(separator: ","))]}"
    }
  }

  /// `null` or a name for an edge; for a frame a list with a name, a list of names (a blob of
  /// several) or an empty list (nobody) for each detection.
  func origin(_ message: SceneMessage) -> String {
    switch message.content {
    case .edge(_, let mover):
      return "[\(mover.map { "\"\(scene.movers[$0].id)\"" } ?? "null")]"
    case .pose(_, _, _):
      let carrier = scene.movers.first { $0.beacon == message.sensor }
      return "[\(carrier.map { "\"\($0.id)\"" } ?? "null")]"
    case .frame(_, let detections), .view(_, _, _, let detections):
      let all = detections.map { detection in
        let names = detection.movers.map { "\"\(scene.movers[$0].id)\"" }
        return names.count == 1 ? names[0] : "[\(names.joined(separator: ","))]"
      }
      return "[\(all.joined(separator: ","))]"
    }
  }

  private func seen(_ detection: SceneMessage.Detection, _ sigma: String) -> String {
    let detail = "\"az\":\(detection.azimuth.digits(5))"
    guard let place = detection.place else {
      return "{\(detail),\"saz\":\(sigma),\"w\":\(detection.width.digits(4)),\(scores(detection))}"
    }
    let spread = detection.covariance
    return "{\(detail),\"saz\":\(sigma),\"w\":\(detection.width.digits(4)),\(scores(detection))"
      + ",\"p\":[\(place.x.digits(3)),\(place.y.digits(3))]"
      + ",\"c\":[\(spread.x.digits(4)),\(spread.y.digits(4)),\(spread.z.digits(4))]}"
  }

  private func tracked(_ detection: SceneMessage.Detection) -> String {
    let (latitude, longitude) = wire(detection.place ?? .zero)
    return "{\"lat\":\(latitude),\"lon\":\(longitude)"
      + ",\"h_acc\":\(detection.covariance.x.squareRoot().digits(2)),\(scores(detection))}"
  }

  private func scores(_ detection: SceneMessage.Detection) -> String {
    let scores = detection.scores
    return "\"q\":{\"person\":\(scores.x.digits(3)),\"vehicle\":\(scores.y.digits(3))"
      + ",\"animal\":\(scores.z.digits(3)),\"none\":\(scores.w.digits(3))}"
  }

  private func wire(_ place: SIMD2<Double>) -> (Int, Int) {
    let geographic = frame.geographic(place)
    return (
      Int((geographic.latitudeDegrees * 1e7).rounded()),
      Int((geographic.longitudeDegrees * 1e7).rounded())
    )
  }
}
