import Model
import Perception
import TestSupport
import Testing

@Suite("Camera perception")
struct CameraPerceptionTests {
  /// All that is told of `frames`, and what was recorded of them.
  private func run(
    _ frames: [TestFrame], site: Site = TestSite.site()
  ) -> (told: [String], observations: [Observation], recorded: [TestFrame], CameraCounters) {
    var perception = CameraPerception(
      site: site, sensor: TestSite.camera, source: TestSite.sources.camera)
    var observations: [Observation] = []
    var recorded: [TestFrame] = []
    for frame in frames {
      perception.take(frame.header, frame.bytes.span.bytes) { header, bytes in
        recorded.append(TestFrame(header: header, bytes: bytes.withUnsafeBytes { Array($0) }))
      } emit: {
        observations.append($0)
      }
    }
    #expect(observations.map(\.sequence) == (0..<observations.count).map { UInt64($0 + 1) })
    return (observations.map(\.text), observations, recorded, perception.counters)
  }

  @Test("places a walker where it stands, in every format", arguments: PixelFormat.allCases)
  func formats(format: PixelFormat) throws {
    let frames = TestVideo.walker(format: format, count: 70)
    let (_, observations, _, counters) = run(frames)
    #expect(counters.frames == 70 && counters.damaged == 0 && counters.wrongSize == 0)
    #expect(counters.scans == 45 && counters.detections >= 24 && counters.detections <= 32)
    var scan: [Detection] = []
    for observation in observations {
      #expect(
        observation.sensor == TestSite.camera && observation.source == TestSite.sources.camera)
      if let detection = observation.detection { scan.append(detection) }
      if let count = observation.scanCount {
        #expect(Int(count) == scan.count)
        scan = []
      }
    }
    let last = try #require(observations.compactMap(\.detection).last)
    #expect(last.hasPosition)
    // 160 pixels over 1 rad: the feet, 40 pixels below the axis, look 0.3 rad and atan(40 / f) down.
    let down = 0.3 + TestVideo.angle(ofPixels: 40)
    #expect(abs(last.position.x - 6 / TestVideo.tangent(down)) < 0.6)
    #expect(last.box.w >= 28 && last.box.w <= 36)
    #expect(last.azimuth < 0 && last.angularWidth > 0)
  }

  @Test(
    "says of the recorded frames what it said of the delivered ones",
    arguments: PixelFormat.allCases)
  func replay(format: PixelFormat) {
    var frames = TestVideo.walker(format: format, count: 60, padding: format == .mjpeg ? 0 : 9)
    frames[45].header.isDamaged = true
    frames[47].bytes.removeLast(frames[47].bytes.count / 2)
    frames[49].header.width = 80
    let first = run(frames)
    let second = run(first.recorded)
    #expect(first.told == second.told)
    #expect(first.told.count > 40)
    #expect(first.recorded.count == 60)
    #expect(first.recorded[0].header.format == (format == .mjpeg ? .mjpeg : .grey))
    let third = run(second.recorded)
    #expect(third.recorded == second.recorded)
  }

  @Test("is less sure of places by what is not known about the pose")
  func poseCovariance() throws {
    let frames = TestVideo.walker(format: .grey, count: 70)
    var site = TestSite.site()
    let known = try #require(run(frames, site: site).observations.compactMap(\.detection).last)
    guard case .camera(var camera) = site.sensors[TestSite.camera.index].detail else { return }
    // Two degrees of tilt alone: (h² + r²) / h of it along the line of sight, at azimuth 0 east.
    camera.poseCovariance = PoseCovariance(sigmas: [0, 0, 0, 0, 0.035, 0, 0, 0, 0]) { _, _ in 0 }
    site.sensors[TestSite.camera.index].detail = .camera(camera)
    let doubtful = try #require(run(frames, site: site).observations.compactMap(\.detection).last)
    #expect(doubtful.position == known.position)
    let added = doubtful.covariance - known.covariance
    let range = known.position.x
    let expected = (36 + range * range) / 6 * 0.035
    #expect(abs(added.x.squareRoot() - expected) < 0.05 * expected)
    #expect(added.z < 0.2 * added.x)
  }

  @Test("reports damage once and recovery after a good second")
  func damage() {
    var frames = TestVideo.walker(format: .grey, count: 140)
    for index in [40, 41, 43, 60] { frames[index].header.isDamaged = true }
    let (_, observations, _, counters) = run(frames)
    let reports = observations.compactMap(\.health)
    #expect(reports.map(\.state) == [.degraded, .ok])
    #expect(reports.map(\.reason) == [.damagedData, .delivering])
    #expect(reports[0].time == frames[40].header.time)
    #expect(reports[1].time == frames[86].header.time)
    #expect(counters.damaged == 4)
    #expect(!observations.contains { $0.scanCount != nil && $0.time == frames[41].header.time })
  }

  @Test("refuses frames of another size and short buffers without reading them")
  func sizes() {
    var perception = CameraPerception(
      site: TestSite.site(), sensor: TestSite.camera, source: TestSite.sources.camera)
    var random = SeededGenerator(seed: 9)
    var refused: UInt64 = 0
    for index in 0..<3000 {
      let format = PixelFormat.allCases.randomElement(using: &random)!
      let width = [160, 160, 80, 0, -5, 8192].randomElement(using: &random)!
      let height = [120, 120, 60, 0, -5, 8192].randomElement(using: &random)!
      let stride = [160, 320, 0, -160, 159, 319, .max].randomElement(using: &random)!
      let count = [0, 1, 3, 100, 19_199, 19_200, 38_399, 38_400].randomElement(using: &random)!
      let header = FrameHeader(
        sensor: TestSite.camera, sequence: UInt32(index), time: at(Int64(index) * 40_000_000),
        width: Int32(width), height: Int32(height), stride: Int32(truncatingIfNeeded: stride),
        format: format)
      let bytes = [UInt8](repeating: UInt8(index % 256), count: count)
      let needed =
        switch (format, stride) {
        case (.grey, 160), (.nv12, 160): 19_200
        case (.grey, 319), (.nv12, 319): 319 * 119 + 160
        case (.grey, 320), (.nv12, 320): 320 * 119 + 160
        case (.yuyv, 320): 38_399
        default: Int.max
        }
      let isGood = width == 160 && height == 120 && count >= needed
      if !isGood { refused += 1 }
      perception.take(header, bytes.span.bytes) { _ in }
    }
    #expect(perception.counters.damaged + perception.counters.wrongSize == refused)
  }

  @Test("survives cut and garbled JPEG images", arguments: 0..<8)
  func garbledJPEG(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var frames = TestVideo.walker(format: .mjpeg, count: 60)
    var mistreated = 0
    for index in frames.indices.dropFirst(20) where index % 3 != 0 {
      mistreated += 1
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        frames[index].bytes.removeLast(
          Int.random(in: 10..<frames[index].bytes.count, using: &random))
      case 1:
        for _ in 0..<20 {
          let place = Int.random(in: 0..<frames[index].bytes.count, using: &random)
          frames[index].bytes[place] = UInt8.random(in: 0...255, using: &random)
        }
      case 2:
        frames[index].bytes = (0..<500).map { _ in UInt8.random(in: 0...255, using: &random) }
      default:
        frames[index].bytes = []
      }
    }
    let (told, _, _, counters) = run(frames)
    #expect(counters.frames == 60)
    #expect(counters.damaged + counters.wrongSize > UInt64(mistreated / 2))
    #expect(counters.damaged + counters.wrongSize <= UInt64(mistreated))
    #expect(run(frames).told == told)
  }

  @Test("a JPEG of another size is refused, not scaled")
  func otherSize() {
    let frames = TestVideo.walker(format: .mjpeg, count: 5)
    let (_, observations, _, counters) = run(
      frames, site: TestSite.site(format: .mjpeg, width: 320, height: 240))
    #expect(counters.wrongSize == 5)
    #expect(observations.compactMap(\.health).map(\.reason) == [.unsupportedMode])
  }

  @Test("reports a frozen and a covered camera as blinded, and its recovery")
  func blinded() {
    var frames = TestVideo.walker(format: .grey, count: 400)
    for index in 50..<130 { frames[index].bytes = frames[49].bytes }
    for index in 220..<270 {
      frames[index].bytes = [UInt8](repeating: UInt8(10 + index % 2), count: 160 * 120)
    }
    let reports = run(frames).observations.compactMap(\.health)
    #expect(reports.map(\.state) == [.blinded, .ok, .blinded, .ok])
    #expect(reports.map(\.reason) == [.frozen, .delivering, .noContrast, .delivering])
    #expect(reports[2].time == frames[233].header.time)
  }

  @Test("reports a change of the whole scene once, and its end")
  func sceneChange() {
    var frames = TestVideo.walker(format: .grey, count: 150)
    for index in 60..<150 { frames[index].bytes = frames[index].bytes.map { 255 - $0 } }
    let (_, observations, _, counters) = run(frames)
    let reports = observations.compactMap(\.health)
    #expect(reports.map(\.reason) == [.sceneChange, .delivering])
    #expect(reports.map(\.state) == [.degraded, .ok])
    #expect(counters.sceneChanges == 1)
  }

  @Test("gives bearings only when the pose is not calibrated")
  func bearings() throws {
    let (_, observations, _, _) = run(
      TestVideo.walker(format: .grey, count: 60), site: TestSite.site(isGroundCalibrated: false))
    let detection = try #require(observations.compactMap(\.detection).last)
    #expect(!detection.hasPosition && detection.azimuth.isFinite)
    #expect(detection.azimuthSigma == Float(0.01) && detection.classScores == .uninformative)
  }

  @Test("counts frames that the driver dropped and passes the reader's health on")
  func drops() {
    var perception = CameraPerception(
      site: TestSite.site(), sensor: TestSite.camera, source: TestSite.sources.camera)
    let bytes = [UInt8](repeating: 0, count: 160 * 120)
    for number: UInt32 in [5, 6, 9, 2, 3] {
      let header = FrameHeader(
        sensor: TestSite.camera, sequence: number, time: at(Int64(number)), width: 160,
        height: 120, stride: 160, format: .grey)
      perception.take(header, bytes.span.bytes) { _ in }
    }
    #expect(perception.counters.framesDropped == 2)
    let report = HealthReport(
      sensor: TestSite.camera, state: .lost, reason: .deviceGone, systemError: 19, time: at(50))
    var told: [Observation] = []
    perception.take(report) { told.append($0) }
    #expect(told.map(\.health) == [report])
  }
}
