import Geodesy
import Glibc
import Model
import SiteConfiguration

/// What a camera's motion detector finds though nobody is there: bushes that sway, drops, and what
/// flies by close to the lens.
struct CameraClutter {
  /// A false blob: direction, width and scores.
  struct Blob {
    var azimuth: Double
    var elevation: Double
    var width: Double
    var scores: SIMD4<Double>
  }

  /// A bush in view.
  private struct Spot {
    var azimuth: Double
    var elevation: Double
    var halfWidth: Double
    var threshold: Double
    var chance: Double
    var offset: SIMD4<Double>
    var wander: Wander
    var isMoving = false
  }

  /// Something that flies by.
  private struct Flyer {
    var until: Double
    var azimuth: Double
    var elevation: Double
    var rate: Double
    var width: Double
  }

  private let azimuths: ClosedRange<Double>
  private let elevations: ClosedRange<Double>
  private let rate: Double
  private let flyerRate: Double
  private var spots: [Spot] = []
  private var flyer: Flyer?

  init(
    scene: Scene, sensor: Sensor, detail: CameraDetail, range: Double,
    _ random: inout SceneRandom
  ) {
    let mast = SIMD2(sensor.place.x, sensor.place.y)
    let half = detail.horizontalFieldOfView / 2
    azimuths = (detail.azimuth - half)...(detail.azimuth + half)
    let nearest = sensor.coverage.map { SceneWay.norm($0 - mast) }.filter { $0 > 1 }.min() ?? 5
    let lowest = -atan2(sensor.place.z, nearest)
    let highest = -atan2(sensor.place.z, max(nearest + 1, detail.rangeMetres))
    elevations = lowest...highest
    let weather = scene.file.weather
    rate =
      sensor.falseAlarmRate * random.factor(0.4) * (1 + 6 * weather.rain + 2 * weather.fog)
    flyerRate = (scene.file.light == .day ? 0.2 : 0.5) / 60
    for bush in scene.bushes {
      let away = bush.place - mast
      let distance = SceneWay.norm(away)
      guard polygonContains(sensor.coverage, bush.place), distance < range else { continue }
      spots.append(
        Spot(
          azimuth: atan2(away.y, away.x), elevation: -atan2(sensor.place.z, distance),
          halfWidth: bush.radius / distance, threshold: bush.threshold,
          chance: random.uniform(0.2...0.7),
          offset: SIMD4(random.normal(), random.normal(), random.normal(), random.normal()),
          wander: Wander(sigma: 0.5, seconds: 1.5, &random)))
    }
  }

  /// The false blobs of one frame.
  mutating func blobs(
    at seconds: Double, _ interval: Double, gust: Double, isBlind: Bool,
    _ random: inout SceneRandom
  ) -> [Blob] {
    var blobs: [Blob] = []
    var wait = random.wait(rate: rate)
    while wait < 1, blobs.count < 12 {
      blobs.append(anywhere(&random))
      wait += random.wait(rate: rate)
    }
    guard !isBlind else { return blobs }
    for index in spots.indices {
      let isGusty = gust > spots[index].threshold
      spots[index].wander.advance(interval, &random)
      if random.chance(interval / 1.5) { spots[index].isMoving = isGusty && random.chance(0.8) }
      let spot = spots[index]
      guard spot.isMoving, random.chance(spot.chance) else { continue }
      blobs.append(
        Blob(
          azimuth: spot.azimuth + spot.halfWidth * spot.wander.value,
          elevation: spot.elevation * (1 + 0.03 * random.normal()),
          width: spot.halfWidth * random.uniform(0.3...1.6),
          scores: SceneSense.scores(
            of: nil, pixels: 14, offset: spot.offset, wander: noise(&random))))
    }
    flyBy(at: seconds, interval, &blobs, &random)
    return blobs
  }

  private func anywhere(_ random: inout SceneRandom) -> Blob {
    Blob(
      azimuth: random.uniform(azimuths), elevation: random.uniform(elevations),
      width: random.uniform(0.003...0.03),
      scores: SceneSense.scores(
        of: nil, pixels: 14, offset: noise(&random), wander: noise(&random)))
  }

  /// An insect or a bird crosses the picture within a second or two.
  private mutating func flyBy(
    at seconds: Double, _ interval: Double, _ blobs: inout [Blob], _ random: inout SceneRandom
  ) {
    if flyer == nil, random.chance(flyerRate * interval) {
      flyer = Flyer(
        until: seconds + random.uniform(0.6...2.5), azimuth: random.uniform(azimuths),
        elevation: random.uniform(elevations), rate: random.sign() * random.uniform(0.1...0.5),
        width: random.uniform(0.005...0.05))
    }
    guard let flying = flyer else { return }
    let azimuth = flying.azimuth + flying.rate * interval
    guard seconds < flying.until, azimuths.contains(azimuth) else {
      flyer = nil
      return
    }
    flyer?.azimuth = azimuth
    guard random.chance(0.8) else { return }
    blobs.append(
      Blob(
        azimuth: azimuth, elevation: flying.elevation * (1 + 0.04 * random.normal()),
        width: flying.width,
        scores: SceneSense.scores(
          of: nil, pixels: 20, offset: noise(&random), wander: noise(&random))))
  }

  private func noise(_ random: inout SceneRandom) -> SIMD4<Double> {
    SIMD4(random.normal(), random.normal(), random.normal(), random.normal())
  }
}
