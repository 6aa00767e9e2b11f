import Captures
import Foundation
import MAVLink
import Model
import SiteConfiguration
import Testing

@testable import Station

@Suite struct SigningTimeTests {
  private static let hour: Int64 = 3_600_000_000_000
  private static let utc: Int64 = 1_772_000_000_000_000_000

  private func map(_ seconds: Int64, wall: Int64, _ state: ClockState) -> ClockMap {
    ClockMap(
      instant: Instant(monotonicNanos: seconds * 1_000_000_000),
      wall: WallTime(unixNanos: wall + seconds * 1_000_000_000), uncertaintyNanos: 1_000,
      state: state)
  }

  private func steps(_ wall: Int64, _ seconds: Int64 = 0) -> UInt64 {
    SigningClock.timestamp(unixNanos: wall + seconds * 1_000_000_000)
  }

  @Test func `a clock that was ahead at a cold start keeps no vehicle out once it is right`() {
    var time = SigningTime()
    let looks = [
      map(0, wall: Self.utc + 2 * Self.hour, .unsynchronised),
      map(1, wall: Self.utc + 2 * Self.hour, .unsynchronised),
      map(2, wall: Self.utc, .unsynchronised),
      map(3, wall: Self.utc, .synchronised),
      map(4, wall: Self.utc, .synchronised),
    ].map { time.look($0) }
    #expect(looks == [0, nil, 0, steps(Self.utc, 3), nil])
  }

  @Test func `a step of a synchronised clock, and back, is told`() {
    var time = SigningTime()
    let looks = [
      map(0, wall: Self.utc, .synchronised),
      map(1, wall: Self.utc + Self.hour, .synchronised),
      map(2, wall: Self.utc, .holdover),
    ].map { time.look($0) }
    #expect(
      looks == [steps(Self.utc), steps(Self.utc + Self.hour, 1), steps(Self.utc, 2)])
  }

  /// The drone's position, signed at `wall`, five times.
  private func chunk(wall: Int64) throws -> [UInt8] {
    var encoder = FrameEncoder(
      version: .v2, systemID: 1, componentID: 1,
      signer: FrameSigner(
        key: try #require(SigningKey(credential: Array(0..<32))), linkID: 1,
        timestamp: SigningClock.timestamp(unixNanos: wall)))
    var bytes: [UInt8] = []
    for boot in UInt32(1)...5 {
      try encoder.append(
        GlobalPositionInt(
          bootMillis: boot, latitudeE7: 522_411_000, longitudeE7: 234_204_000,
          altitudeMillimetres: 260_000, relativeAltitudeMillimetres: 60_000,
          northCentimetresPerSecond: 0, eastCentimetresPerSecond: 0, downCentimetresPerSecond: 0),
        to: &bytes)
    }
    return bytes
  }

  @Test func `a replay judges signatures by the clock of the recording`() throws {
    let path = NSTemporaryDirectory() + "vedette-key-\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: path, contents: Data(0..<32))
    defer { try? FileManager.default.removeItem(atPath: path) }
    var site = try LoadedSite(bundle: DemoSite.bundle).configuration.site
    site.links[0].signatures = .require
    site.links[0].signatureKey = path
    let source = try #require(site.sources.firstIndex { $0 == .serial(link: 0) })
    func places(_ clock: ClockMap?, then later: ClockMap? = nil, signedAt wall: Int64) throws -> Int
    {
      let perceptions = ReplayPerceptions(site: site, clock: clock)
      var count = 0
      if let later { perceptions.take(.clock(later), payload: RawSpan()) { _ in } }
      let bytes = try chunk(wall: wall)
      let time = Instant(monotonicNanos: 5_000_000_000)
      perceptions.take(
        .bytes(at: time, source: SourceID(UInt16(source))), payload: bytes.span.bytes
      ) { observation in
        if case .platform = observation.content { count += 1 }
      }
      return count
    }
    let start = map(0, wall: Self.utc, .synchronised)
    #expect(try places(start, signedAt: Self.utc) == 5)
    // Recorded an hour before: the post refused it, and so does the replay.
    #expect(try places(start, signedAt: Self.utc - Self.hour) == 0)
    // The post's clock was known to be wrong, or was put right later.
    let ahead = map(0, wall: Self.utc + Self.hour, .unsynchronised)
    #expect(try places(ahead, signedAt: Self.utc) == 5)
    let wrong = map(0, wall: Self.utc + Self.hour, .synchronised)
    #expect(try places(wrong, signedAt: Self.utc) == 0)
    #expect(try places(wrong, then: map(1, wall: Self.utc, .synchronised), signedAt: Self.utc) == 5)
  }
}
