import Captures
import Model
import SiteConfiguration
import Testing

@testable import Station

@Suite struct ReplayInputsTests {
  private let site: Site

  init() throws { site = try LoadedSite(bundle: DemoSite.bundle).configuration.site }

  /// The sensors and channels of which something is taken.
  private func taken(only: [String] = [], without: [String] = []) throws -> Set<String> {
    let inputs = try ReplayInputs(of: site, only: only, without: without)
    var taken: Set<String> = []
    for (place, source) in site.sources.enumerated() {
      let id = SourceID(UInt16(place))
      let time = Instant(monotonicNanos: 1)
      switch source {
      case .clock: break
      case .gpio:
        for (number, sensor) in site.sensors.enumerated() where sensor.motion != nil {
          let edge = GPIOEdge(sensor: SensorID(UInt16(number)), isRising: true, time: time)
          let health = HealthReport(sensor: edge.sensor, state: .ok, reason: .other, time: time)
          let isTaken = inputs.contains(.edge(edge, source: id))
          #expect(inputs.contains(.health(health, source: id)) == isTaken)
          if isTaken { taken.insert(sensor.name) }
        }
      case .camera(let camera):
        let health = HealthReport(sensor: camera, state: .ok, reason: .other, time: time)
        if inputs.contains(.health(health, source: id)) {
          taken.insert(site.sensors[camera.index].name)
        }
      case .serial(let link):
        if inputs.contains(.bytes(at: time, source: id)) { taken.insert(site.links[link].name) }
      }
    }
    return taken
  }

  @Test func `channels, channels that begin alike, cameras and motion sensors are chosen`() throws {
    let all = try taken()
    let motions = Set(site.sensors.filter { $0.motion != nil }.map(\.name))
    let links = Set(site.links.map(\.name))
    #expect(all == motions.union(["cam-west", "cam-east"]).union(links) && links.count >= 1)
    #expect(try taken(only: ["gpio"]) == motions)
    #expect(try taken(only: ["camera/"]) == ["cam-west", "cam-east"])
    #expect(try taken(only: ["pir-west", "cam-west"]) == ["pir-west", "cam-west"])
    #expect(try taken(without: ["pir-west"]) == all.subtracting(["pir-west"]))
    #expect(try taken(without: ["gpio", "serial/"]) == ["cam-west", "cam-east"])
    #expect(try taken(only: ["camera/"], without: ["cam-east"]) == ["cam-west"])
    #expect(try taken(only: ["gpio"], without: ["pir-west"]) == motions.subtracting(["pir-west"]))
  }

  @Test(arguments: ["pir", "camera/cam", "clock", "drone-1", ""])
  func `what has no channel of its own is refused, with what there is`(name: String) throws {
    let fault = #expect(throws: StationError.self) { try ReplayInputs(of: site, without: [name]) }
    #expect(fault?.description.contains("camera/cam-west") == true)
  }
}
