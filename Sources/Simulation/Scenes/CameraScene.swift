import Geodesy
import Glibc
import Model
import SiteConfiguration

/// A camera of a scene, with the motion detector behind it.
///
/// What it sees of a body falls with range, size in pixels, light, rain, fog and bushes; a body that
/// stands still sinks into the background; bodies whose pictures touch become one blob whose foot is
/// the lowest. Places err by the mounting, by the mast's sway, by ground that is not flat, and by an
/// error of the blob's rim that lasts some frames.
struct CameraScene {
  /// A body's picture in one frame, before errors.
  struct Picture {
    var mover: Int
    var azimuth: Double
    var halfWidth: Double
    /// Angle of the feet and of the head above the horizon, radians.
    var foot: Double
    var head: Double
    var pixels: Double
    var kind: SceneSense.ScenarioKind
    var scores: SIMD4<Double>
  }

  let scene: Scene
  let index: Int
  let sensor: Sensor
  let detail: CameraDetail
  let mast: SIMD2<Double>
  /// Pixels to a radian near the axis.
  let focal: Double
  private let bias: SIMD2<Double>
  private let noiseFactor: Double
  private let range: Double
  private var sway: (azimuth: Wander, elevation: Wander)
  private var clutter: CameraClutter
  private var views: [View]
  var random: SceneRandom

  /// What lasts of a camera's look at one mover.
  private struct View {
    var error: (azimuth: Wander, elevation: Wander)
    var footBias: Double
    var offset: SIMD4<Double>
    var wander: SIMD4<Double>
    var isPoor = false
    var stillSeconds = 0.0
    var lastAzimuth = Double.nan
  }

  init(scene: Scene, index: Int, detail: CameraDetail) {
    self.scene = scene
    self.index = index
    self.detail = detail
    sensor = scene.site.sensors[index]
    mast = SIMD2(sensor.place.x, sensor.place.y)
    focal = Double(detail.width) / 2 / tan(detail.horizontalFieldOfView / 2)
    var random = SceneRandom(seed: scene.seed, .camera, index)
    bias = SIMD2(random.normal(), random.normal() / 6) * scene.file.mountingSigma
    let noise = random.factor(0.2)
    noiseFactor = noise
    let weather = scene.file.weather
    let isThermal = sensor.profile.contains("thermal")
    let light: Double =
      switch scene.file.light {
      case .day: 1
      case .dusk: isThermal ? 1 : 0.67
      case .night: isThermal ? 1 : 0.33
      }
    range = detail.rangeMetres * light * (1 - 0.6 * weather.fog) * (1 - 0.25 * weather.rain)
    let shake = 0.0015 * weather.wind
    sway = (
      Wander(sigma: shake, seconds: 0.7, &random), Wander(sigma: shake / 3, seconds: 0.7, &random)
    )
    views = scene.movers.map { _ in
      View(
        error: (
          Wander(sigma: detail.azimuthSigma * noise, seconds: 0.35, &random),
          Wander(sigma: detail.elevationSigma * noise, seconds: 0.35, &random)
        ), footBias: 0.4 * detail.elevationSigma * random.normal(),
        offset: SIMD4(random.normal(), random.normal(), random.normal(), random.normal()),
        wander: SIMD4(random.normal(), random.normal(), random.normal(), random.normal()))
    }
    clutter = CameraClutter(scene: scene, sensor: sensor, detail: detail, range: range, &random)
    self.random = random
  }

  /// A message for each frame, empty ones too; marks who could be seen when.
  mutating func messages(_ seen: inout Observability) -> [SceneMessage] {
    let interval = 1 / detail.framesPerSecond
    let phase = random.uniform(0...interval)
    let latency = Double(sensor.latencyNanos) * 1e-9
    var messages: [SceneMessage] = []
    var number: UInt32 = 0
    while phase + Double(number) * interval < scene.file.durationSeconds {
      let seconds = phase + Double(number) * interval + 0.002 * random.normal()
      number += 1
      let isFrozen = scene.faults.active(.stuck, index, at: seconds) != nil
      let detections = look(at: seconds, interval, &seen)
      messages.append(
        SceneMessage(
          seconds: seconds, arrival: seconds + max(0.01, latency + random.uniform(0.01...0.09)),
          sensor: index, content: .frame(number: number, isFrozen ? [] : detections)))
    }
    return messages
  }

  // MARK: - One frame

  private mutating func look(
    at seconds: Double, _ interval: Double, _ seen: inout Observability
  ) -> [SceneMessage.Detection] {
    sway.azimuth.advance(interval, &random)
    sway.elevation.advance(interval, &random)
    let turn = scene.faults.active(.knock, index, at: seconds)?.turn ?? 0
    let isBlind = scene.faults.active(.blind, index, at: seconds) != nil
    var pictures: [Picture] = []
    for mover in scene.movers.indices {
      guard let state = scene.movers[mover].state(at: seconds) else {
        views[mover].lastAzimuth = .nan
        continue
      }
      guard let (picture, chance) = picture(of: mover, state.place, turn, interval, seconds) else {
        continue
      }
      if chance > 0.15, detail.isGroundCalibrated, scene.faults.sees(index, at: seconds) {
        seen.mark(mover, seconds...(seconds + 1))
      }
      if random.chance(isBlind ? 0.02 * chance : chance) { pictures.append(picture) }
    }
    var detections = blobs(of: pictures).map { detection(of: $0, turn) }
    let gust = scene.gust(at: seconds)
    for blob in clutter.blobs(at: seconds, interval, gust: gust, isBlind: isBlind, &random) {
      let error = SIMD2(sway.azimuth.value, sway.elevation.value) + bias
      if let detection = detection(
        azimuth: blob.azimuth + error.x, elevation: blob.elevation + error.y,
        width: blob.width, scores: blob.scores, movers: [])
      {
        detections.append(detection)
      }
    }
    return detections
  }

  /// A mover's picture and the probability that the detector finds it; `nil` when out of view.
  private mutating func picture(
    of mover: Int, _ place: SIMD2<Double>, _ turn: Double, _ interval: Double, _ seconds: Double
  ) -> (Picture, Double)? {
    let body = scene.movers[mover]
    let away = place - mast
    let range = SceneWay.norm(away)
    guard range < detail.rangeMetres * 1.1, range > 0.5 else { return nil }
    let turned =
      mast + SIMD2(away.x * cos(turn) + away.y * sin(turn), away.y * cos(turn) - away.x * sin(turn))
    guard polygonContains(sensor.coverage, turned) else {
      views[mover].lastAzimuth = .nan
      return nil
    }
    let drop = max(0.5, sensor.place.z - scene.terrain(place))
    let azimuth = atan2(away.y, away.x)
    let pixels = body.height * focal / range
    var view = views[mover]
    // Background models take what moves by less than half a pixel a frame for a part of the scene.
    let moved = abs(remainder(azimuth - view.lastAzimuth, 2 * Double.pi)) * focal
    view.stillSeconds = moved < 0.5 ? view.stillSeconds + interval : 0
    view.lastAzimuth = azimuth
    if random.chance(interval / (view.isPoor ? 0.8 : 5)) { view.isPoor.toggle() }
    for lane in 0..<4 {
      let kept = exp(-interval / 2.5)
      view.wander[lane] =
        kept * view.wander[lane] + (1 - kept * kept).squareRoot() * random.normal()
    }
    view.error.azimuth.advance(interval, &random)
    view.error.elevation.advance(interval, &random)
    var chance = min(0.99, sensor.detectionProbability * 1.04)
    chance *= 1 / (1 + exp((range - 0.95 * self.range) / (0.06 * self.range)))
    chance *= 1 / (1 + exp((5 - pixels) / 1.2))
    chance *= scene.clearness(from: sensor.place, to: place, height: body.height)
    if view.isPoor { chance *= 0.35 }
    if view.stillSeconds > 3 { chance *= max(0.03, exp(-(view.stillSeconds - 3) / 3)) }
    views[mover] = view
    let kind: SceneSense.ScenarioKind =
      body.kind == .vehicle ? .vehicle : body.kind == .animal ? .animal : .person
    return (
      Picture(
        mover: mover, azimuth: azimuth, halfWidth: body.width / 2 / range,
        foot: -atan2(drop, range), head: -atan2(drop - body.height, range), pixels: pixels,
        kind: kind,
        scores: SceneSense.scores(
          of: kind, pixels: pixels, offset: view.offset, wander: view.wander)), chance
    )
  }

  /// Pictures that touch, as one blob each; a near vehicle may fall into two.
  private mutating func blobs(of pictures: [Picture]) -> [[Picture]] {
    var blobs: [[Picture]] = []
    for picture in pictures.sorted(by: { $0.azimuth < $1.azimuth }) {
      let touched = blobs.firstIndex { blob in
        blob.contains {
          abs($0.azimuth - picture.azimuth) < $0.halfWidth + picture.halfWidth + 1.5 / focal
            && picture.foot < $0.head && $0.foot < picture.head
        }
      }
      if let touched, random.chance(0.92) {
        blobs[touched].append(picture)
      } else if picture.kind == .vehicle, picture.pixels > 40, random.chance(0.06) {
        var (left, right) = (picture, picture)
        left.halfWidth /= 2
        right.halfWidth /= 2
        left.azimuth -= left.halfWidth
        right.azimuth += right.halfWidth
        blobs += [[left], [right]]
      } else {
        blobs.append([picture])
      }
    }
    return blobs
  }

  private mutating func detection(of blob: [Picture], _ turn: Double) -> SceneMessage.Detection {
    let left = blob.map { $0.azimuth - $0.halfWidth }.min()!
    let right = blob.map { $0.azimuth + $0.halfWidth }.max()!
    let lowest = blob.min { $0.foot < $1.foot }!
    let view = views[lowest.mover]
    // One box in twenty is cut or runs out along a shadow.
    let tail = random.chance(0.05) ? 3.0 : 1.0
    // The software places by the direction it believes in: it does not know of a knock.
    var azimuth = (left + right) / 2 + bias.x + sway.azimuth.value - turn
    azimuth += view.error.azimuth.value * tail
    let elevation =
      lowest.foot + bias.y + sway.elevation.value + view.footBias
      + view.error.elevation.value * tail
    let scores = blob.reduce(SIMD4.zero) { $0 + $1.scores } / Double(blob.count)
    let movers = blob.map(\.mover)
    return detection(
      azimuth: azimuth, elevation: elevation, width: right - left, scores: scores, movers: movers)
      ?? SceneMessage.Detection(
        azimuth: azimuth, width: right - left, place: nil, scores: scores, movers: movers)
  }

  /// A detection in that direction, placed on level ground where the camera is calibrated to it;
  /// `nil` when a calibrated one would place it beyond its range.
  private func detection(
    azimuth: Double, elevation: Double, width: Double, scores: SIMD4<Double>, movers: [Int]
  ) -> SceneMessage.Detection? {
    let azimuth = remainder(azimuth, 2 * Double.pi)
    guard detail.isGroundCalibrated else {
      return SceneMessage.Detection(
        azimuth: azimuth, width: width, place: nil, scores: scores, movers: movers)
    }
    let height = sensor.place.z
    guard elevation < -0.005 else { return nil }
    let range = height / tan(-elevation)
    guard range < detail.rangeMetres * 1.3 else { return nil }
    let along = SIMD2(cos(azimuth), sin(azimuth))
    let radial = (range * range + height * height) / height * detail.elevationSigma
    let across = range * detail.azimuthSigma
    let spread = Covariance2(xx: radial * radial, xy: 0, yy: across * across)
      .rotated(cosine: along.x, sine: along.y)
    return SceneMessage.Detection(
      azimuth: azimuth, width: width, place: mast + along * range,
      covariance: SIMD3(spread.xx, spread.xy, spread.yy), scores: scores, movers: movers)
  }
}
