import Fusion
import Model
import Perception
import Simulation
import TestSupport
import Testing

/// What perception told of a quiet scene with one disturbance in it.
private struct Told {
  var health: [(frame: Int, report: HealthReport)] = []
  var detections = 0
  /// Frames in which fusion had a track.
  var tracked = 0
}

@Suite("Disturbances of a camera")
struct DisturbanceTests {
  /// Frames a second of the demonstration's cameras.
  private static let rate = 10
  private static let interval = 100..<160

  /// Walls, posts and signs, which the ground of the simulation has not: without edges nothing can be
  /// told of focus, nor of where a camera looks.
  private struct Structure {
    private var boxes: [(left: Int, top: Int, width: Int, height: Int, luma: UInt8)] = []

    init(seed: UInt64, width: Int, height: Int) {
      var random = SeededGenerator(seed: seed)
      for _ in 0..<90 {
        boxes.append(
          (
            Int.random(in: 0..<width, using: &random), Int.random(in: 0..<height, using: &random),
            Int.random(in: 3..<24, using: &random), Int.random(in: 3..<24, using: &random),
            UInt8.random(in: 30...200, using: &random)
          ))
      }
    }

    func draw(on picture: inout [UInt8], width: Int, height: Int) {
      for box in boxes {
        for y in box.top..<min(box.top + box.height, height) {
          for x in box.left..<min(box.left + box.width, width) {
            let at = y * width + x
            picture[at] = box.luma &+ picture[at] % 4
          }
        }
      }
    }
  }

  private func watch(_ kind: Disturbance.Kind, seed: UInt64) -> Told {
    let site = DemoGround.site()
    let quiet = Scenario(name: "quiet", periodSeconds: 1000, seed: seed, actors: [])
    let frames = Samples(
      SimulatedFrameSource(
        scenario: quiet, site: site, sensor: DemoGround.camWest,
        pace: .immediate(start: DemoGround.start), durationSeconds: 20)
    ).frames
    var spoilt = DisturbedPicture(
      Disturbance(kind, interval: Self.interval, seed: seed), width: 320, height: 180)
    var perception = CameraPerception(
      site: site, sensor: DemoGround.camWest, source: SourceID(1))
    var told = Told()
    var engine = FusionEngine(site: site)
    let structure = Structure(seed: seed, width: 320, height: 180)
    for (index, frame) in frames.enumerated() {
      var picture = frame.pixels
      structure.draw(on: &picture, width: 320, height: 180)
      spoilt.spoil(&picture, frame: index)
      perception.take(frame.header, picture.span.bytes) { observation in
        engine.take(Arrival(time: observation.time, observation: observation)) { _ in }
        switch observation.content {
        case .health(let report): told.health.append((index, report))
        case .detection: told.detections += 1
        default: break
        }
      }
      engine.forEachTrack(at: frame.header.time) { _ in told.tracked += 1 }
    }
    return told
  }

  @Test(
    "are told within a second, over within two, and make no track",
    arguments: Disturbance.Kind.allCases)
  func told(kind: Disturbance.Kind) {
    let disturbance = Disturbance(kind, interval: Self.interval, seed: 3)
    let told = watch(kind, seed: 3)
    #expect(told.tracked == 0)
    // Single ones, until it is known how many drops, flakes and insects there are.
    #expect(told.detections <= 4)
    let states = told.health.map { "\($0.frame) \($0.report.state) \($0.report.reason)" }
    let first = told.health.first { $0.frame >= Self.interval.lowerBound }
    switch disturbance.expectation {
    case .sound:
      #expect(told.health.isEmpty, "\(states)")
    case .degraded, .blinded:
      #expect(
        (first?.frame ?? .max) <= Self.interval.lowerBound + Self.rate, "\(states)")
      #expect(
        first?.report.state == (kind == .cover || kind == .freeze ? .blinded : .degraded),
        "\(states)")
      #expect(told.health.last?.report.state == .ok, "\(states)")
      // What takes the sight away is complained of until it is gone.
      if [.cover, .freeze, .defocus, .spray, .rolling].contains(kind) {
        #expect(told.health.count { $0.report.state == .ok } == 1, "\(states)")
        #expect((told.health.last?.frame ?? 0) >= Self.interval.upperBound, "\(states)")
      }
      let reasons: [Disturbance.Kind: HealthReason] = [
        .cover: .noContrast, .freeze: .frozen, .defocus: .unsharp, .spray: .unsharp,
        .rolling: .rolling, .shift: .moved,
      ]
      if let reason = reasons[kind] { #expect(first?.report.reason == reason, "\(states)") }
      #expect(
        (told.health.last?.frame ?? .max) <= Self.interval.upperBound + 2 * Self.rate, "\(states)")
    }
  }
}
