import Model
import Testing

@testable import Simulation

@Suite("A scenario")
struct ScenarioTests {
  let demo = Scenario.borderDemo

  @Test("shows an actor only between its first and its last waypoint")
  func presence() throws {
    #expect(demo.state(of: 0, at: -1) == nil)
    #expect(demo.state(of: 0, at: 2.49) == nil)
    #expect(try #require(demo.state(of: 0, at: 2.5)).ground == SIMD2(-42, 12))
    #expect(try #require(demo.state(of: 0, at: 15)).ground == SIMD2(-38, -10))
    #expect(demo.state(of: 0, at: 15.01) == nil)
  }

  @Test("lets actors go backwards in odd periods and repeats after two", arguments: [0, 1, 2, 5])
  func reversal(index: Int) throws {
    for step in 0..<48 {
      let seconds = Double(step) / 2 + 0.125
      let first = demo.state(of: index, at: seconds)
      let third = demo.state(of: index, at: seconds + 2 * demo.periodSeconds)
      #expect((first == nil) == (third == nil))
      guard let first, let third else { continue }
      let waypoints = demo.actors[index].waypoints
      let mirror = try #require(waypoints.first).seconds + #require(waypoints.last).seconds
      let second = try #require(
        demo.state(of: index, at: demo.periodSeconds + mirror - seconds))
      #expect(apart(first.place, second.place) < 1e-9)
      #expect(apart(first.velocity, -second.velocity) < 1e-9)
      #expect(apart(first.place, third.place) < 1e-9)
    }
  }

  @Test("moves an actor by its velocity, without jumps, over the end of a period too")
  func continuity() throws {
    for index in [4, 5] {
      var previous = try #require(demo.state(of: index, at: 0))
      for step in 1...2000 {
        let state = try #require(demo.state(of: index, at: Double(step) * 0.05))
        #expect(apart(previous.place, state.place) <= 0.05 * 5)
        previous = state
      }
    }
  }

  @Test("knows the crossings of the demonstration")
  func truth() {
    let site = DemoGround.site()
    let truth = demo.groundTruth(through: 24, site: site)
    let expected: [(String, Double, Double, Bool)] = [
      ("vehicle-east", 7.99, 42.5, true), ("drone-1", 8.9, 99.6, true),
      ("patrol-1", 9, -90.5, false),
      ("walker-gap", 9, 0, true), ("walker-west", 9.32, -39.8, true),
      ("walker-far-east", 9.83, 85.2, true), ("drone-1", 19.1, 70.4, false),
    ]
    #expect(truth.map(\.actor) == expected.map(\.0))
    for (crossing, wanted) in zip(truth, expected) {
      #expect(abs(crossing.seconds - wanted.1) < 0.05)
      #expect(abs(crossing.place.x - wanted.2) < 0.1)
      #expect(abs(crossing.place.y) < 1e-9)
      #expect(crossing.isLeftToRight == wanted.3)
      #expect(crossing.isOwn == ["drone-1", "patrol-1"].contains(wanted.0))
    }
    #expect(demo.groundTruth(through: 8.5, site: site).map(\.actor) == ["vehicle-east"])
    let second = demo.groundTruth(through: 48, site: site).dropFirst(truth.count)
    #expect(second.first { $0.actor == "walker-west" }?.isLeftToRight == false)
    #expect(second.count == truth.count)
  }

  @Test("counts a way over a corner of the line, or with a waypoint on it, as one crossing")
  func corners() {
    var site = DemoGround.site()
    site.lines[0].points = [SIMD2(-10, 0), SIMD2(0, 0), SIMD2(10, 3)]
    let overCorner = Actor(
      name: "a", kind: .person,
      waypoints: [.init(0, east: 0, north: 5), .init(10, east: 0, north: -5)])
    let onLine = Actor(
      name: "b", kind: .person,
      waypoints: [
        .init(0, east: -5, north: 5), .init(5, east: -5, north: 0), .init(7, east: -4, north: 0),
        .init(9, east: -4, north: -5),
      ])
    let beside = Actor(
      name: "c", kind: .person,
      waypoints: [.init(0, east: -11, north: 5), .init(9, east: -11, north: -5)])
    let scenario = Scenario(
      name: "corners", periodSeconds: 10, seed: 1, actors: [overCorner, onLine, beside])
    let truth = scenario.groundTruth(through: 9.99, site: site)
    #expect(truth.map(\.actor) == ["a", "b"])
    #expect(truth.allSatisfy { $0.isLeftToRight })
  }

  @Test("finds where a path through a closed zone goes in and out")
  func zone() {
    var site = DemoGround.site()
    site.lines[0].isClosed = true
    site.lines[0].points = [SIMD2(-2, -2), SIMD2(2, -2), SIMD2(2, 2), SIMD2(-2, 2)]
    let scenario = Scenario(
      name: "zone", periodSeconds: 10, seed: 1,
      actors: [
        Actor(
          name: "a", kind: .animal,
          waypoints: [.init(0, east: -5, north: 0), .init(10, east: 5, north: 0)])
      ])
    let truth = scenario.groundTruth(through: 9.99, site: site)
    #expect(truth.map(\.isLeftToRight) == [false, true])
    #expect(truth.map(\.seconds) == [3, 7])
  }

  private func apart(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double {
    ((a - b) * (a - b)).sum().squareRoot()
  }
}
