import Fusion
import Model
import TestSupport
import Testing

@Suite("Fusion weighs evidence")
struct EvidenceTests {
  /// Two motion sensors and a beam fire in order, their outputs active for the times given.
  private func passage(north: Double, south: Double) -> Scene {
    var scene = Scene()
    scene.ticks(from: 0, to: 40)
    scene.say(.area(isActive: true), Scene.pirNorth, at: 10)
    scene.say(.area(isActive: false), Scene.pirNorth, at: 10 + north)
    scene.say(.area(isActive: true), Scene.pirSouth, at: 18)
    scene.say(.area(isActive: false), Scene.pirSouth, at: 18 + south)
    return scene
  }

  @Test("onsets that last longer than the hold time make a crossing surer than single motions")
  func sustained() throws {
    func confidence(_ scene: Scene) -> Double {
      scene.run().events.compactMap(\.crossing).map { Double($0.confidence) }.max() ?? 0
    }
    #expect(
      confidence(passage(north: 6, south: 6)) > confidence(passage(north: 2, south: 2)))
  }

  @Test("glitches shorter than the hold time give no crossing")
  func glitches() {
    #expect(passage(north: 0.2, south: 0.2).crossings().isEmpty)
    #expect(passage(north: 6, south: 6).crossings().count == 1)
  }

  @Test("one sensor that chatters does not take away what its like say elsewhere")
  func chatterElsewhere() {
    var scene = Scene()
    for step in 0..<60 {
      scene.say(.area(isActive: true), Scene.pirFar, at: Double(step) * 0.5)
      scene.say(.area(isActive: false), Scene.pirFar, at: Double(step) * 0.5 + 0.2)
    }
    for (sensor, begin) in [(Scene.pirNorth, 32.0), (Scene.pirSouth, 38)] {
      scene.say(.area(isActive: true), sensor, at: begin)
      scene.say(.area(isActive: false), sensor, at: begin + 5)
    }
    #expect(scene.crossings().count == 1)
  }

  @Test("while area sensors fire together for nothing a crossing must be surer")
  func storm() {
    func crossings(isStorm: Bool, confidence: Double) -> Int {
      var scene = Scene()
      for step in 0..<9 where isStorm {
        let sensor = [Scene.pirFar, Scene.pirNorth, Scene.pirSouth][step % 3]
        let begin = 8 + Double(step) * 0.6
        scene.say(.area(isActive: true), sensor, at: begin)
        scene.say(
          .area(isActive: false), sensor, at: begin + (sensor == Scene.pirFar ? 1.5 : 0.3))
      }
      for step in 0..<60 {
        let time = 10 + Double(step) * 0.2
        scene.scan([SIMD2(-60, 8 - 1.4 * (time - 10))], at: time)
      }
      var parameters = FusionParameters()
      parameters.stormConfidenceMin = confidence
      return scene.run(parameters).events.compactMap(\.crossing).filter { $0.version == 1 }.count
    }
    #expect(crossings(isStorm: false, confidence: 1) == 1)
    #expect(crossings(isStorm: true, confidence: 1) == 0)
    #expect(crossings(isStorm: true, confidence: 0.9) == 1)
  }

  /// A spot on the line that shows something in a part of all frames, as a bush in the wind does.
  private func bush(_ scene: inout Scene, until end: Double, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for step in 0..<Int(end * 5) {
      var places: [SIMD2<Double>] = []
      for bush in [SIMD2(-30.0, 0.0), SIMD2(20, 0)]
      where Double.random(in: 0..<1, using: &generator) < 0.3 {
        places.append(bush + SIMD2(normal(&generator), normal(&generator)) * 0.9)
      }
      scene.scan(places, at: Double(step) * 0.2, scores: .uninformative)
    }
  }

  @Test("somebody who walks past a learned hot spot is still reported")
  func besideHotSpot() {
    var scene = Scene()
    bush(&scene, until: 120, seed: 1)
    var generator = SeededGenerator(seed: 2)
    for step in 0..<200 {
      let time = Double(step) * 0.2
      scene.scan(
        [SIMD2(5 + 0.3 * normal(&generator), 1.3 * (20 - time) + 0.4 * normal(&generator))],
        at: 120 + time)
    }
    #expect(scene.crossings().filter { $0.time > Scene.instant(121) }.count == 1)
  }

  @Test("what only bearings and one area sensor tell gives no crossing")
  func bearingsPlaceNothing() {
    var scene = Scene()
    var generator = SeededGenerator(seed: 3)
    scene.say(.area(isActive: true), Scene.pirNorth, at: 5)
    for step in 0..<200 {
      let time = 5 + Double(step) * 0.2
      let azimuth = Float(1.57 + 0.02 * normal(&generator))
      scene.say(
        .detection(Detection(azimuth: azimuth, azimuthSigma: 0.003, quality: 0.8)),
        Scene.bearingCamera, at: time)
      scene.say(.scanEnd(count: 1, frame: 0), Scene.bearingCamera, at: time)
    }
    #expect(scene.crossings().isEmpty)
  }
}
