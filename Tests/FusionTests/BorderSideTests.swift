import Fusion
import Model
import TestSupport
import Testing

/// From which side of the border a drone saw: the scene's home is the south.
@Suite("Side of the border")
struct BorderSideTests {
  /// A walker crosses southwards; a drone that hovers at `north` sees him, and says where it is until
  /// `silentFrom`.
  private func event(
    north: Double, cosine: Double = 1, sine: Double = 0, east: Double = 0,
    silentFrom: Double = .infinity, lateBy: Double = 0.2
  ) throws -> CrossingEvent {
    var scene = Scene(cosine: cosine, sine: sine, shift: SIMD2(40, -30))
    for step in 0..<200 {
      let time = Double(step) * 0.2
      if step % 5 == 0, time < silentFrom {
        scene.platform(SIMD2(east, north), velocity: .zero, Scene.drone, at: time)
      }
      scene.scan([SIMD2(5, 1.3 * (20 - time))], at: time, by: Scene.drone, delay: lateBy)
    }
    return try #require(scene.crossings().first { !$0.isFriendly })
  }

  private func side(_ event: CrossingEvent) -> BorderSide? {
    for index in 0..<Int(event.contributionCount)
    where event.contributions[index].sensor == Scene.drone {
      return event.contributions[index].seenFrom
    }
    return nil
  }

  @Test(
    "home, beyond, and too near to tell",
    arguments: [
      (-40.0, BorderSide.home), (40, .beyond), (1, .unclear), (-1, .unclear),
    ])
  func sides(north: Double, expected: BorderSide) throws {
    #expect(side(try event(north: north)) == expected)
    // The same scene turned by a half and a quarter circle.
    #expect(side(try event(north: north, cosine: -1)) == expected)
    #expect(side(try event(north: north, cosine: 0, sine: 1)) == expected)
  }

  @Test("past an end of the line no side is sure")
  func pastTheEnd() throws {
    #expect(side(try event(north: 40, east: 260)) == .unclear)
  }

  @Test("a drone that does not say where it is sees from an unclear side")
  func silent() throws {
    // Its last word was from home; that does not hold for ever.
    #expect(side(try event(north: -40, silentFrom: 2)) == .unclear)
  }

  @Test("one look from beyond marks all of what the drone gave, at the time of the look")
  func farthest() throws {
    var scene = Scene()
    for step in 0..<200 {
      let time = Double(step) * 0.2
      // It is beyond for the first three seconds only, and what it saw comes a second late.
      let own = SIMD2(0, max(-60, 45 - 15 * time))
      if step % 5 == 0 {
        scene.platform(
          own, velocity: SIMD2(0, time < 7 ? -15 : 0), Scene.drone, at: time)
      }
      scene.scan([SIMD2(5, 1.3 * (20 - time))], at: time, by: Scene.drone, delay: 1)
    }
    #expect(side(try #require(scene.crossings().first { !$0.isFriendly })) == .beyond)
  }

  @Test("sensors that stand still are fixed, and what a drone hears is marked as what it sees")
  func others() throws {
    var scene = Scene()
    for step in 0..<30 {
      let time = Double(step)
      scene.platform(SIMD2(0, 60), velocity: .zero, Scene.drone, at: time)
      let place = SIMD2(20, 150 - 10 * time)
      scene.air(place, velocity: SIMD2(0, -10), at: time + 0.2, by: Scene.drone)
      scene.air(place, velocity: SIMD2(0, -10), at: time + 0.25)
    }
    let event = try #require(scene.crossings().first)
    #expect(event.sensors == [Scene.drone, Scene.receiver])
    #expect(event.contributions[0].seenFrom == .beyond)
    #expect(event.contributions[1].seenFrom == .fixed)
  }
}
