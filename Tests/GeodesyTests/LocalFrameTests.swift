import Geodesy
import TestSupport
import Testing

/// A place and where the exact tangent plane has it. Source of the numbers: PROJ 9 through pyproj,
/// EPSG:4979 to EPSG:4978, rotated to east and north at the origin, at the origin's height.
struct TangentPlaneCase: Sendable {
  var origin: SIMD3<Double>
  var place: SIMD2<Double>
  var eastNorth: SIMD2<Double>
}

let tangentPlaneCases = [
  TangentPlaneCase(
    origin: SIMD3(52.29355735133099, 23.49009330161223, 150), place: SIMD2(52.2979, 23.4999),
    eastNorth: SIMD2(669.0405, 483.2761)),
  TangentPlaneCase(
    origin: SIMD3(52.29355735133099, 23.49009330161223, 150), place: SIMD2(52.2901, 23.4791),
    eastNorth: SIMD2(-750.1256, -384.6616)),
  TangentPlaneCase(
    origin: SIMD3(0, 0, 0), place: SIMD2(0.005, -0.004), eastNorth: SIMD2(-445.2780, 552.8714)),
  TangentPlaneCase(
    origin: SIMD3(-33.5, 179.999, 20), place: SIMD2(-33.4968, -179.9963),
    eastNorth: SIMD2(436.7534, 354.9140)),
  TangentPlaneCase(
    origin: SIMD3(69.6, 18.9, 400), place: SIMD2(69.605, 18.92),
    eastNorth: SIMD2(778.2155, 557.9470)),
  TangentPlaneCase(
    origin: SIMD3(31.5, 34.45, 60), place: SIMD2(31.4965, 34.4441),
    eastNorth: SIMD2(-560.5398, -388.0618)),
]

@Suite("The local frame")
struct LocalFrameTests {
  @Test("agrees with the tangent plane of PROJ within 0.4 m", arguments: tangentPlaneCases)
  func agreesWithTangentPlane(reference: TangentPlaneCase) {
    let frame = LocalFrame(
      latitudeDegrees: reference.origin.x, longitudeDegrees: reference.origin.y,
      heightMetres: reference.origin.z)
    let local = frame.local(
      latitudeDegrees: reference.place.x, longitudeDegrees: reference.place.y)
    let error = local - reference.eastNorth
    #expect((error * error).sum().squareRoot() < 0.4)
  }

  @Test("takes a place to metres and back without loss", arguments: 0..<8)
  func roundTrip(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let frame = LocalFrame(
        latitudeDegrees: .random(in: -80...80, using: &generator),
        longitudeDegrees: .random(in: -180..<180, using: &generator),
        heightMetres: .random(in: -100...4000, using: &generator))
      let there = SIMD2<Double>.random(in: -5000...5000, using: &generator)
      let place = frame.geographic(there)
      #expect(place.longitudeDegrees >= -180 && place.longitudeDegrees < 180)
      let back = frame.local(
        latitudeDegrees: place.latitudeDegrees, longitudeDegrees: place.longitudeDegrees)
      #expect(abs(back.x - there.x) < 1e-5 && abs(back.y - there.y) < 1e-5, "seed \(seed)")
    }
  }

  @Test("has its origin at zero, east to the right and north up")
  func axes() {
    let frame = LocalFrame(latitudeDegrees: 48, longitudeDegrees: 11, heightMetres: 500)
    #expect(frame.local(latitudeDegrees: 48, longitudeDegrees: 11) == .zero)
    #expect(frame.local(latitudeDegrees: 48, longitudeDegrees: 11.001).x > 74)
    #expect(frame.local(latitudeDegrees: 48.001, longitudeDegrees: 11).y > 111)
  }

  @Test("gives no finite place for a place that is none")
  func notANumber() {
    let frame = LocalFrame(latitudeDegrees: 48, longitudeDegrees: 11, heightMetres: 500)
    #expect(frame.local(latitudeDegrees: .nan, longitudeDegrees: 11).y.isNaN)
    #expect(!frame.local(latitudeDegrees: 48, longitudeDegrees: .infinity).x.isFinite)
  }
}
