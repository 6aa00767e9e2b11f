import Glibc
import Model

/// Draws the pictures of one camera: ground, light, vegetation, actors, sensor noise.
///
/// Cost: one addition of three bytes a pixel, about 0.1 ms for 640 × 360 with the actors.
/// The grain is a table made once; each row begins at another place of it. No allocation after
/// `init`.
struct FramePainter {
  /// Length of the table of grain; a power of two.
  static let grainCount = 65_536
  /// The light changes by this many levels either way, once in `lightSeconds`.
  static let lightLevels = 4.0
  /// Time in which the light comes and goes, seconds.
  static let lightSeconds = 90.0
  /// Time in which vegetation sways once, seconds.
  static let swaySeconds = 2.5

  private(set) var picture: [UInt8]
  let width: Int
  let height: Int
  private let ground: [UInt8]
  private let grain: [UInt8]
  private let rowNoise: Noise
  private let view: CameraView
  private var silhouettes: [Silhouette] = []

  init(camera: CameraDetail, place: SIMD3<Double>, sensor: SensorID, scenario: Scenario) {
    width = camera.width
    height = camera.height
    view = CameraView(camera: camera, place: place)
    picture = Array(repeating: 0, count: width * height)
    ground = makeGround(
      width: width, height: height,
      noise: Noise(seed: scenario.seed, purpose: .ground, sensor: sensor.index))
    rowNoise = Noise(seed: scenario.seed, purpose: .grain, sensor: sensor.index)
    grain = makeGrain(
      count: Self.grainCount + width,
      noise: Noise(seed: scenario.seed, purpose: .grain, sensor: Int(UInt16.max) + sensor.index))
    silhouettes.reserveCapacity(scenario.actors.count)
  }

  /// Draws the frame number `frame`, `seconds` after the start.
  mutating func draw(frame: Int, seconds: Double, scenario: Scenario) {
    let light = Self.lightLevels * sin(2 * .pi * seconds / Self.lightSeconds)
    for row in 0..<height {
      let random = rowNoise.bits(frame &* 8192 &+ row)
      // The fraction of a level is a chance for each row, so that the light has no steps.
      let level = Int((light * 256).rounded()) + Int(random >> 32 & 0xFF)
      let sway = sway(row: row, seconds: seconds, pixels: scenario.swayPixels)
      drawRow(
        row, of: &picture, width: width, ground: ground, grain: grain,
        offset: Int(random & UInt64(Self.grainCount - 1)),
        level: UInt8(truncatingIfNeeded: level >> 8),
        sway: sway)
    }
    gather(at: seconds, scenario)
    for silhouette in silhouettes {
      silhouette.draw(
        into: &picture, width: width, height: height, grain: grain,
        offset: Int(rowNoise.bits(frame &* 8192 &+ 8191) & 0xFFFF))
    }
  }

  /// How far the vegetation in the upper quarter leans in this row.
  private func sway(row: Int, seconds: Double, pixels: Int) -> Int {
    guard pixels > 0, row < height / 4 else { return 0 }
    let phase = 2 * .pi * seconds / Self.swaySeconds + Double(row) * 0.1
    return Int((Double(pixels) * sin(phase)).rounded())
  }

  /// The actors before the camera, the farthest first.
  private mutating func gather(at seconds: Double, _ scenario: Scenario) {
    silhouettes.removeAll(keepingCapacity: true)
    for index in scenario.actors.indices {
      guard let state = scenario.state(of: index, at: seconds),
        let silhouette = Silhouette(
          scenario.actors[index], index: index, state: state, view: view)
      else { continue }
      var place = silhouettes.count
      while place > 0 && silhouettes[place - 1].depth < silhouette.depth { place -= 1 }
      silhouettes.insert(silhouette, at: place)
    }
  }
}

/// Adds ground, grain and light of one row; the left fifth is shifted by `sway` pixels.
///
/// Sums stay within a byte: ground 60 ... 165, grain ±3, light ±4.
private func drawRow(
  _ row: Int, of picture: inout [UInt8], width: Int, ground: [UInt8], grain: [UInt8], offset: Int,
  level: UInt8, sway: Int
) {
  let base = row * width
  unsafe picture.withUnsafeMutableBufferPointer { target in
    unsafe ground.withUnsafeBufferPointer { source in
      unsafe grain.withUnsafeBufferPointer { grain in
        for column in 0..<width {
          unsafe target[base + column] =
            source[base + column] &+ grain[offset + column] &+ level
        }
        guard sway != 0 else { return }
        for column in 0..<(width / 5) {
          let from = max(column + sway, 0)
          unsafe target[base + column] = source[base + from] &+ grain[offset + column] &+ level
        }
      }
    }
  }
}
