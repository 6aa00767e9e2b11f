import Foundation
import Model
import SiteConfiguration
import Testing

@testable import Simulation

private let folder =
  #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
  .joined(separator: "/") + "/Docs/examples/scenarios"

/// A short scenario at the pass; `rest` is added to it.
private func scene(_ rest: String, duration: Int = 30, seed: UInt64 = 1) throws -> Scene {
  let file = try ScenarioFile.parse(
    "version: 1\nscenario: test\nsummary: test\nsite: sites/pass.yaml\nduration: \(duration) s\n"
      + rest, file: "test.yaml")
  return Scene(file: file, site: try site(of: file), seed: seed)
}

private func site(of file: ScenarioFile) throws -> Site {
  let bundle = try SiteBundle.read(sitePath: file.sitePath(from: folder + "/any.yaml"))
  return try StationConfiguration.load(bundle: bundle, hash: { _ in "" }).site
}

/// Somebody who walks through a camera's view and a beam and over the line.
private let walker = """
  targets:
    - {name: walker, kind: person, way: points, points: [[-45 m, -10 m], [-45 m, 20 m]], start: 1 s, speed: 1.3 m/s}

  """

@Suite struct ScenarioFilesTests {
  static let names = try! FileManager.default.contentsOfDirectory(atPath: folder).filter {
    $0.hasSuffix(".yaml")
  }.sorted()

  @Test func `at least fifteen scenarios, joint exercises among them`() throws {
    #expect(Self.names.count >= 15)
    let files = try Self.names.map { try ScenarioFile.read(path: "\(folder)/\($0)") }
    #expect(files.filter { $0.exercise != nil }.count >= 2)
    #expect(Set(files.map(\.name)).count == files.count)
  }

  @Test(arguments: names)
  func `a shipped scenario fits its site and makes scenes`(_ name: String) throws {
    let path = "\(folder)/\(name)"
    let file = try ScenarioFile.read(path: path)
    #expect(file.name + ".yaml" == name)
    let site = try site(of: file)
    try file.check(against: site, file: path)
    let scene = Scene(file: file, site: site, seed: 5)
    let again = Scene(file: file, site: site, seed: 5)
    #expect(scene.movers.map(\.places) == again.movers.map(\.places))
    #expect(scene.crossings() == again.crossings())
    let isEmpty = file.targets.isEmpty
    #expect(scene.movers.isEmpty == isEmpty || !isEmpty)
    for mover in scene.movers {
      // Nobody jumps: 0.1 s at 20 m/s is 2 m.
      let steps = zip(mover.places, mover.places.dropFirst()).map { SceneWay.norm($1 - $0) }
      #expect((steps.max() ?? 0) < 2.5, "\(mover.id)")
    }
  }

  @Test func `two posts of a joint exercise see the same people`() throws {
    let scenes = try ["north", "south"].map { side in
      let file = try ScenarioFile.read(path: "\(folder)/joint-exercise-\(side).yaml")
      return Scene(file: file, site: try site(of: file), seed: 9)
    }
    #expect(scenes[0].movers.map(\.places) == scenes[1].movers.map(\.places))
    let (north, south) = (scenes[0].crossings(), scenes[1].crossings())
    #expect(north == south && !north.isEmpty)
    #expect(scenes[0].site.lines[0].leftToRight != scenes[1].site.lines[0].leftToRight)
  }
}

@Suite struct SceneCaseTests {
  @Test func `the same seed gives the same bytes, another seed others`() throws {
    let one = SceneCase(try scene(walker))
    let same = SceneCase(try scene(walker))
    let other = SceneCase(try scene(walker, seed: 2))
    #expect(one.sensors == same.sensors && one.truth == same.truth && one.site == same.site)
    #expect(one.sensors != other.sensors)
  }

  @Test func `a walker is felt, seen and crosses once`() throws {
    let scene = try scene(walker)
    let crossings = scene.crossings()
    #expect(crossings.count == 1)
    #expect(crossings.first?.isLeftToRight == false)
    let observed = SceneObservations(scene)
    var felt: Set<String> = []
    var frames = 0
    for message in observed.messages {
      switch message.content {
      case .edge(_, .some(_)): felt.insert(scene.site.sensors[message.sensor].name)
      case .frame(_, let detections): frames += detections.contains { $0.movers == [0] } ? 1 : 0
      default: break
      }
    }
    #expect(felt.contains("beam-01") || felt.contains("pir-02"))
    #expect(frames > 50)
    #expect(observed.seen.holds(0, 10...11))
    #expect(SceneCase(scene).truthEvents.contains("\"obs\":true"))
  }

  @Test func `messages are in order of arrival and never from the future`() throws {
    let scene = try scene(
      walker + "faults:\n  - {kind: stall, some: {of: camera, count: 3}, delay: 4 s}\n")
    let messages = SceneObservations(scene).messages
    #expect(zip(messages, messages.dropFirst()).allSatisfy { $0.arrival <= $1.arrival })
    #expect(messages.allSatisfy { $0.arrival >= $0.seconds && $0.arrival - $0.seconds < 5.2 })
    #expect(messages.contains { $0.arrival - $0.seconds > 1 })
  }

  @Test func `a silent camera says nothing, a clock fault shifts stamps alone`() throws {
    let plain = SceneObservations(try scene(walker)).messages
    let silent = try scene(
      walker + "faults:\n  - {kind: silent, sensors: [cam-1], from: 5 s, for: 10 s}\n")
    let camera = silent.site.sensors.firstIndex { $0.name == "cam-1" }!
    let left = SceneObservations(silent).messages.filter { $0.sensor == camera }
    #expect(!left.isEmpty && !left.contains { (5.0...15.0).contains($0.seconds) })
    let wrong = SceneObservations(
      try scene(walker + "faults:\n  - {kind: clock, sensors: [cam-1], offset: 400 ms}\n")
    ).messages
    for (a, b) in zip(plain.filter { $0.sensor == camera }, wrong.filter { $0.sensor == camera }) {
      #expect(a.arrival == b.arrival && abs(abs(a.seconds - b.seconds) - 0.4) < 1e-9)
    }
  }

  @Test func `who lies still sinks into the background`() throws {
    let scene = try scene(
      """
      targets:
        - {name: sleeper, kind: person, way: points, points: [[-20 m, 0 m], [-20 m, 0.4 m]], start: 0 s, speed: 0.05 m/s}

      """)
    var early = 0
    var late = 0
    for message in SceneObservations(scene).messages {
      guard case .frame(_, let detections) = message.content else { continue }
      let count = detections.count { $0.movers == [0] }
      if message.seconds < 3 { early += count } else if message.seconds > 20 { late += count }
    }
    #expect(early > 0 && late * 3 < early * 10)
  }

  @Test func `the exercise is in the case`() throws {
    #expect(
      SceneCase(try scene("exercise: TRAINING-7\n")).site.contains("\"exercise\":\"TRAINING-7\""))
  }
}
