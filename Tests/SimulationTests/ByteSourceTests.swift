import Geodesy
import MAVLink
import Model
import Testing

@testable import Simulation

@Suite("Simulated bytes")
struct ByteSourceTests {
  let site = DemoGround.site()
  let scenario = Scenario.borderDemo

  /// A message with the sender and the time of the chunk that completed it.
  struct Heard {
    var frame: Frame
    var seconds: Double
  }

  private func chunks(
    seconds: Double, pace: Pace = .immediate(start: DemoGround.start), timeout: Int32 = 100
  ) -> Samples {
    Samples(
      SimulatedByteSource(
        scenario: scenario, site: site, link: 0, pace: pace, durationSeconds: seconds),
      timeoutMilliseconds: timeout)
  }

  private func heard(seconds: Double) -> (all: [Heard], counters: ParserCounters) {
    var parser = FrameParser()
    var all: [Heard] = []
    var last = 0.0
    for chunk in chunks(seconds: seconds).chunks {
      last = chunk.time.seconds(since: DemoGround.start)
      parser.parse(chunk.bytes.span.bytes) { header, payload in
        all.append(Heard(frame: Frame(header: header, payload: payload), seconds: last))
      }
    }
    parser.finish { header, payload in
      all.append(Heard(frame: Frame(header: header, payload: payload), seconds: last))
    }
    return (all, parser.counters)
  }

  @Test("are the same for every timeout and pace")
  func determinism() {
    let one = chunks(seconds: 40)
    for run in [
      chunks(seconds: 40, timeout: 0), chunks(seconds: 40, timeout: 3000),
      chunks(seconds: 40, pace: .realTime(start: DemoGround.start)),
    ] {
      #expect(run.chunks.map(\.bytes) == one.chunks.map(\.bytes))
      #expect(run.chunks.map(\.time) == one.chunks.map(\.time))
    }
    #expect(one.chunks.allSatisfy { (1...4096).contains($0.bytes.count) })
    #expect(one.health.map(\.sensor) == [DemoGround.drone, DemoGround.patrol])
  }

  @Test("carry each message at its rate")
  func rates() {
    let all = heard(seconds: 24).all
    func count(_ id: MessageID, system: UInt8) -> Int {
      all.count { $0.frame.header.messageID == id && $0.frame.header.systemID == system }
    }
    #expect((23...24).contains(count(.heartbeat, system: 1)))
    #expect((119...120).contains(count(.globalPositionInt, system: 1)))
    #expect((119...120).contains(count(.attitude, system: 1)))
    #expect((23...24).contains(count(.gpsRawInt, system: 1)))
    #expect((23...24).contains(count(.globalPositionInt, system: 51)))
    // The walker is there for 12 s.
    #expect((23...25).contains(count(.cameraTrackingGeoStatus, system: 1)))
    #expect(all.allSatisfy { $0.frame.header.version == .v2 })
  }

  @Test("tell the places of our own within centimetres of their paths")
  func places() throws {
    let frame = LocalFrame(latitudeDegrees: 48.2, longitudeDegrees: 16.4, heightMetres: 180)
    for heard in heard(seconds: 48).all {
      guard let message = heard.frame.decode(GlobalPositionInt.self) else { continue }
      let actor = heard.frame.header.systemID == 1 ? 4 : 5
      let state = try #require(
        scenario.state(of: actor, at: Double(message.bootMillis) / 1000))
      let apart =
        frame.local(
          latitudeDegrees: message.latitudeDegrees, longitudeDegrees: message.longitudeDegrees)
        - state.ground
      #expect((apart * apart).sum().squareRoot() < 0.02)
      #expect(abs(message.altitudeMetres - 180 - state.place.z) < 0.001)
      #expect(abs(Double(message.eastCentimetresPerSecond) / 100 - state.velocity.x) < 0.006)
      #expect(abs(Double(message.northCentimetresPerSecond) / 100 - state.velocity.y) < 0.006)
      // A false first byte in the noise may hold a frame back until 280 bytes more have come.
      #expect(heard.seconds - Double(message.bootMillis) / 1000 < 1)
    }
  }

  @Test("tell the place of the walker in the drone's view with the accuracy that they state")
  func tracking() throws {
    let frame = LocalFrame(latitudeDegrees: 48.2, longitudeDegrees: 16.4, heightMetres: 180)
    var squares: [Double] = []
    for heard in heard(seconds: 480).all {
      guard let message = heard.frame.decode(CameraTrackingGeoStatus.self) else { continue }
      #expect(message.isActive)
      #expect(message.horizontalAccuracyMetres == 2.5)
      #expect(heard.frame.header.componentID == 100)
      let place = frame.local(
        latitudeDegrees: message.latitudeDegrees, longitudeDegrees: message.longitudeDegrees)
      let walker = try #require(scenario.state(of: 3, at: heard.seconds))
      let apart = place - walker.ground
      squares.append((apart * apart).sum())
    }
    #expect(squares.count > 400)
    let rootMeanSquare = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    // Four standard deviations of the estimate: 2.5 / sqrt(400) * 4 / sqrt(2), rounded up.
    #expect(abs(rootMeanSquare - 2.5) < 0.4)
  }

  @Test("hold noise that costs wrong CRCs and no frame")
  func noise() {
    let (all, counters) = heard(seconds: 240)
    #expect(counters.crcErrors > 20)
    #expect(counters.resyncs > 20)
    #expect(counters.sequenceGaps == 0)
    #expect(counters.framesLost == 0)
    #expect(counters.frames == UInt64(all.count))
    #expect(counters.bytesSkipped < counters.bytes / 10)
  }

  @Test("come in pieces of at most 4,096 bytes from a link with many drones")
  func manyDrones() {
    var site = site
    var scenario = scenario
    let drone = site.sensors[DemoGround.drone.index]
    for number in 60...254 {
      var platform = drone.platform!
      platform.systemID = UInt8(number)
      var sensor = drone
      sensor.detail = .drone(platform)
      site.sensors.append(sensor)
      var actor = scenario.actors[4]
      actor.systemID = UInt8(number)
      scenario.actors.append(actor)
    }
    let samples = Samples(
      SimulatedByteSource(
        scenario: scenario, site: site, link: 0, pace: .immediate(start: DemoGround.start),
        durationSeconds: 4))
    #expect(samples.chunks.allSatisfy { $0.bytes.count <= 4096 })
    var parser = FrameParser()
    var count = 0
    for chunk in samples.chunks { parser.parse(chunk.bytes.span.bytes) { _, _ in count += 1 } }
    #expect(count > 195 * 40)
    #expect(parser.counters.sequenceGaps == 0)
  }
}
