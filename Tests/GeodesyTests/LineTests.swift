import Geodesy
import TestSupport
import Testing

@Suite("A line")
struct LineTests {
  @Test("is as far from a point as its nearest place")
  func distances() {
    #expect(distance(from: SIMD2(5, 3), toSegment: SIMD2(0, 0), SIMD2(10, 0)) == 3)
    #expect(distance(from: SIMD2(-3, 4), toSegment: SIMD2(0, 0), SIMD2(10, 0)) == 5)
    #expect(distance(from: SIMD2(3, 4), toSegment: SIMD2(0, 0), SIMD2(0, 0)) == 5)
  }

  @Test("meets another where both fractions say")
  func intersection() throws {
    let meeting = try #require(
      segmentIntersection(SIMD2(0, -2), SIMD2(0, 6), SIMD2(-1, 0), SIMD2(3, 0)))
    #expect(meeting.s == 0.25 && meeting.t == 0.25)
    #expect(segmentIntersection(SIMD2(0, 1), SIMD2(0, 6), SIMD2(-1, 0), SIMD2(3, 0)) == nil)
    #expect(segmentIntersection(SIMD2(0, 1), SIMD2(1, 1), SIMD2(0, 0), SIMD2(1, 0)) == nil)
    #expect(segmentIntersection(SIMD2(0, 0), SIMD2(0, 0), SIMD2(0, 0), SIMD2(1, 0)) == nil)
  }

  @Test("has its left side positive, round corners too")
  func sides() {
    let bent: [SIMD2<Double>] = [SIMD2(0, 0), SIMD2(10, 0), SIMD2(0, 1)]
    #expect(signedSide(of: SIMD2(5, -2), ofPolyline: bent, isClosed: false) == -2)
    #expect(signedSide(of: SIMD2(5, 0.2), ofPolyline: bent, isClosed: false) > 0)
    // Beyond the sharp bend both segments' own normals disagree; outside of the bend is right.
    #expect(signedSide(of: SIMD2(12, 0.5), ofPolyline: bent, isClosed: false) < 0)
    #expect(signedSide(of: SIMD2(12, -0.5), ofPolyline: bent, isClosed: false) < 0)
    #expect(signedSide(of: SIMD2(1, 1), ofPolyline: [SIMD2(0, 0)], isClosed: false) == 0)
  }

  @Test("says when a point lies beyond its open end")
  func beyondEnd() throws {
    let line: [SIMD2<Double>] = [SIMD2(0, 0), SIMD2(10, 0)]
    let beyond = try #require(polylineFoot(of: SIMD2(13, 4), on: line, isClosed: false))
    #expect(beyond.isBeyondEnd && beyond.signedDistance == 5 && beyond.place == SIMD2(10, 0))
    let beside = try #require(polylineFoot(of: SIMD2(7, 4), on: line, isClosed: false))
    #expect(!beside.isBeyondEnd && beside.signedDistance == 4 && beside.segment == 0)
    #expect(polylineFoot(of: SIMD2(.nan, 4), on: line, isClosed: false) == nil)
  }

  @Test(
    "that is closed has its inside on the left when it runs counter-clockwise", arguments: 0..<8)
  func closedSide(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let zone: [SIMD2<Double>] = [
      SIMD2(0, 0), SIMD2(10, 0), SIMD2(10, 10), SIMD2(5, 1), SIMD2(0, 10),
    ]
    for _ in 0..<500 {
      let point = SIMD2<Double>.random(in: -5...15, using: &generator)
      let side = signedSide(of: point, ofPolyline: zone, isClosed: true)
      #expect((side > 0) == polygonContains(zone, point), "seed \(seed), point \(point)")
    }
  }
}
