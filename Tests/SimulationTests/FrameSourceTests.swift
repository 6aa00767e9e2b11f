import Model
import Testing
import Vision

@testable import Simulation

@Suite("Simulated frames")
struct FrameSourceTests {
  private func frames(
    _ scenario: Scenario = .borderDemo, site: Site = DemoGround.site(),
    sensor: SensorID = DemoGround.camWest, seconds: Double,
    pace: Pace = .immediate(start: DemoGround.start)
  ) -> Samples {
    Samples(
      SimulatedFrameSource(
        scenario: scenario, site: site, sensor: sensor, pace: pace, durationSeconds: seconds))
  }

  /// A scenario in which one actor stands (very slowly moves) at a place.
  private func standing(at place: SIMD2<Double>, kind: TargetClass = .person) -> Scenario {
    Scenario(
      name: "standing", periodSeconds: 1000, seed: 7,
      actors: [
        Actor(
          name: "a", kind: kind,
          waypoints: [
            .init(0, east: place.x, north: place.y),
            .init(900, east: place.x, north: place.y),
          ])
      ])
  }

  /// The box of the pixels in which two pictures differ: left, top, right, bottom.
  private func changedBox(
    _ a: [UInt8], _ b: [UInt8], width: Int
  ) -> (left: Int, top: Int, right: Int, bottom: Int)? {
    let different = a.indices.filter { a[$0] != b[$0] }
    guard let first = different.first, let last = different.last else { return nil }
    let columns = different.map { $0 % width }
    return (columns.min()!, first / width, columns.max()! + 1, last / width + 1)
  }

  @Test("are the same for every reader and differ from one to the next")
  func determinism() {
    let one = frames(seconds: 0.5)
    let two = frames(seconds: 0.5)
    #expect(one.frames.count == 5)
    #expect(one.frames.map(\.header) == two.frames.map(\.header))
    #expect(one.frames.map(\.pixels) == two.frames.map(\.pixels))
    #expect(one.frames[0].pixels != one.frames[1].pixels)
    let east = frames(sensor: DemoGround.camEast, seconds: 0.5)
    #expect(east.frames[0].pixels != one.frames[0].pixels)
  }

  @Test("carry the camera's size, rate and number")
  func headers() {
    let samples = frames(seconds: 1)
    #expect(samples.frames.count == 10)
    for (index, frame) in samples.frames.enumerated() {
      #expect(
        frame.header
          == FrameHeader(
            sensor: DemoGround.camWest, sequence: UInt32(index),
            time: DemoGround.start.advanced(byNanos: Int64(index) * 100_000_000), width: 320,
            height: 180, stride: 320, format: .grey))
      #expect(frame.pixels.count == 320 * 180)
    }
    #expect(samples.health.map(\.sensor) == [DemoGround.camWest])
  }

  @Test("show a ground with texture and grain of about ±3 levels, and no more")
  func grain() {
    var empty = Scenario.borderDemo
    empty.actors = []
    empty.swayPixels = 0
    let all = frames(empty, seconds: 0.2).frames
    var differences = [Int](repeating: 0, count: 256)
    for (a, b) in zip(all[0].pixels, all[1].pixels) { differences[abs(Int(a) - Int(b))] += 1 }
    #expect(differences[9...].allSatisfy { $0 == 0 })
    #expect(differences[1...3].reduce(0, +) > 320 * 180 / 2)
    let range = all[0].pixels.min()!...all[0].pixels.max()!
    #expect(range.lowerBound > Silhouette.darkLuma + 12 + 3)
    #expect(range.upperBound < Silhouette.brightLuma - 12 - 3)
    #expect(range.count > 40)
  }

  @Test(
    "show an actor where the ground projection says it stands, in its size",
    arguments: [
      (SIMD2(-41.0, 11.0), TargetClass.person), (SIMD2(-39.5, 0.3), .person),
      (SIMD2(-47.0, 4.0), .vehicle), (SIMD2(-33.0, 20.0), .animal),
    ])
  func place(place: SIMD2<Double>, kind: TargetClass) throws {
    let site = DemoGround.site()
    let scenario = standing(at: place, kind: kind)
    var empty = scenario
    empty.actors = []
    let box = try #require(
      changedBox(
        frames(scenario, site: site, seconds: 0.1).frames[0].pixels,
        frames(empty, site: site, seconds: 0.1).frames[0].pixels, width: 320))
    let sensor = site.sensors[0]
    let projection = GroundProjection(camera: sensor.camera!, place: sensor.place)
    let actor = scenario.actors[0]
    let foot = try #require(projection.pixel(of: place))
    let head = try #require(
      projection.pixel(of: place, heightAboveGround: actor.heightMetres))
    let wide = actor.widthMetres * projection.focalLength
    let depth = ((SIMD3(place.x, place.y, 0) - sensor.place) * SIMD3(0, 0.970_296, -0.241_922))
      .sum()
    #expect(abs(Double(box.bottom) - foot.y) <= 1.5)
    #expect(abs(Double(box.top) - head.y) <= 1.5)
    #expect(abs(Double(box.left + box.right) / 2 - (foot.x + head.x) / 2) <= 1)
    #expect(abs(Double(box.right - box.left) - wide / depth) <= 2.5)
  }

  @Test("leave out what is beyond the border and behind the camera")
  func clipping() throws {
    let site = DemoGround.site()
    var empty = standing(at: .zero)
    empty.actors = []
    let blank = frames(empty, site: site, seconds: 0.1).frames[0].pixels
    func boxOf(_ place: SIMD2<Double>) -> (left: Int, top: Int, right: Int, bottom: Int)? {
      changedBox(
        frames(standing(at: place, kind: .vehicle), site: site, seconds: 0.1).frames[0].pixels,
        blank, width: 320)
    }
    #expect(boxOf(SIMD2(-40, -30)) == nil)
    #expect(boxOf(SIMD2(-90, 0)) == nil)
    #expect(try #require(boxOf(SIMD2(-40, -9))).bottom == 180)
    let cut = try #require(boxOf(SIMD2(-50, 0)))
    #expect(cut.left == 0 && cut.right < 60)
  }

  @Test("invert the ground projection of vision, with roll too", arguments: [0.0, 0.2, -0.1])
  func projection(roll: Double) throws {
    let sensor = DemoGround.site(roll: roll).sensors[0]
    let camera = try #require(sensor.camera)
    let view = CameraView(camera: camera, place: sensor.place)
    let projection = GroundProjection(camera: camera, place: sensor.place)
    for east in stride(from: -60.0, through: -20, by: 4) {
      for north in stride(from: -10.0, through: 25, by: 2.5) {
        let pixel = try #require(view.pixel(of: SIMD3(east, north, 0))).pixel
        let sighting = projection.sighting(of: pixel)
        #expect(sighting.hasPosition)
        let apart = sighting.position - SIMD2(east, north)
        #expect((apart * apart).sum().squareRoot() < 1e-6)
        let high = try #require(view.pixel(of: SIMD3(east, north, 1.7))).pixel
        let expected = try #require(
          projection.pixel(of: SIMD2(east, north), heightAboveGround: 1.7))
        #expect(((high - expected) * (high - expected)).sum() < 1e-12)
      }
    }
  }

  @Test(
    "let the motion detector find who comes by, and nothing else",
    arguments: [
      (DemoGround.camWest, 0, 3.5...13.0, 320), (DemoGround.camEast, 1, 5.0...9.0, 320),
      (DemoGround.camWest, 0, 3.5...6.0, 640),
    ])
  func detection(
    id: SensorID, actor: Int, seen: ClosedRange<Double>, width: Int
  ) throws {
    let site = DemoGround.site(width: width, height: width * 9 / 16)
    let scenario = Scenario.borderDemo
    let sensor = site.sensors[id.index]
    let camera = try #require(sensor.camera)
    let projection = GroundProjection(camera: camera, place: sensor.place)
    var detector = MotionDetector(width: width, height: width * 9 / 16)
    var source = SimulatedFrameSource(
      scenario: scenario, site: site, sensor: id,
      pace: .immediate(start: DemoGround.start), durationSeconds: seen.upperBound)
    var scans = 0
    var found = 0
    var strangers = 0
    while true {
      let reading = source.read(timeoutMilliseconds: 100) { header, pixels in
        let seconds = header.time.seconds(since: DemoGround.start)
        let target = scenario.state(of: actor, at: seconds)
        if seen.contains(seconds) { scans += 1 }
        var isFound = false
        let verdict = detector.process(
          luma: pixels, stride: Int(header.stride), time: header.time
        ) { blob in
          let apart =
            target.map { projection.sighting(of: blob.foot).position - $0.ground }
            ?? SIMD2(99, 99)
          if (apart * apart).sum().squareRoot() < 2.5 {
            isFound = true
          } else {
            strangers += 1
          }
        }
        if seconds > 2 { #expect(verdict == .ok) }
        if isFound, seen.contains(seconds) { found += 1 }
      }
      if reading == .ended { break }
    }
    #expect(scans > 20)
    #expect(found >= scans * 9 / 10, "found in \(found) of \(scans) frames")
    #expect(strangers <= 5, "\(strangers) blobs that are not the actor")
  }

  @Test("are dropped in real time when nobody fetches them, and keep their numbers")
  func overdue() {
    var timeline = SampleTimeline(
      pace: .realTime(start: Instant(monotonicNanos: 0)), intervalNanos: 1e6, firstIndex: 0,
      durationSeconds: nil)
    timeline.skipOverdue(lag: 4)
    #expect(timeline.index > 1000)
    var unhurried = SampleTimeline(
      pace: .immediate(start: Instant(monotonicNanos: 0)), intervalNanos: 1e6, firstIndex: 0,
      durationSeconds: nil)
    unhurried.skipOverdue(lag: 4)
    #expect(unhurried.index == 0)
  }
}
