import Model
import SiteConfiguration

/// What light and weather do to a rendered picture: darkness, fog, and streaks of rain.
struct PictureGrading {
  private let levels: [UInt8]
  private let streaks: Double
  private var random: SceneRandom

  init(scene: Scene, sensor: Int) {
    let weather = scene.file.weather
    let isThermal = scene.site.sensors[sensor].profile.contains("thermal")
    let light: Double =
      switch scene.file.light {
      case .day: 1
      case .dusk: isThermal ? 1 : 0.6
      case .night: isThermal ? 1 : 0.25
      }
    let contrast = light * (1 - 0.7 * weather.fog)
    // Fog lifts the dark towards an even grey.
    let floor = 110 * weather.fog * light + 8
    levels = (0..<256).map { UInt8(min(255, floor + contrast * Double($0))) }
    streaks = 160 * weather.rain
    random = SceneRandom(seed: scene.seed, .camera, sensor, 1)
  }

  /// The picture as the camera gives it; even grey with a little noise when it is blind.
  mutating func graded(_ picture: [UInt8], width: Int, isBlind: Bool) -> [UInt8] {
    if isBlind { return picture.map { _ in 96 + UInt8(random.next() & 3) } }
    var graded = picture.map { levels[Int($0)] }
    let height = graded.count / width
    guard streaks > 0, height > 40 else { return graded }
    for _ in 0..<Int(streaks) {
      let column = random.whole(0...(width - 1))
      let row = random.whole(0...(height - 31))
      for step in 0..<random.whole(8...30) {
        let place = (row + step) * width + column
        graded[place] = UInt8(min(255, Int(graded[place]) + 35))
      }
    }
    return graded
  }
}
