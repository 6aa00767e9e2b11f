import Calibration
import Geodesy
import Model
import SiteConfiguration
import TestSupport
import Testing
import Vision

/// χ² with 2 and with 3 degrees of freedom at 95 %.
private let limit2 = 5.991
private let limit3 = 7.815

@Suite("The fit of a camera")
struct CameraFitTests {
  @Test("is off by no more than its covariance says, 19 times of 20")
  func roundTrip() throws {
    let seeds = 200
    var lenses = 0
    var first = 0
    var places = (inside: 0, all: 0)
    for seed in 0..<seeds {
      let survey = SimulatedSurvey(seed: seed)
      let fit = try CameraFit(survey.points, camera: "test")
      if lensDistanceSquared(fit, survey) < limit3 { lenses += 1 }
      // Where the calibrated camera places the pixels of ground that it was not fitted to.
      for (index, check) in survey.checks.enumerated() {
        let ray = try #require(fit.model.ray(of: check.pixel), "seed \(seed)")
        let reach = fit.model.place.z / -ray.z
        let found = SIMD2(fit.model.place.x + ray.x * reach, fit.model.place.y + ray.y * reach)
        let packed = try #require(
          fit.model.groundCovariance(at: found, from: fit.calibration.covariance))
        let isInside =
          Covariance2(packed: packed).mahalanobisSquared(found - check.ground) < limit2
        places.all += 1
        if isInside { places.inside += 1 }
        if isInside, index == 0 { first += 1 }
      }
    }
    #expect(first >= 190, "\(first) of \(seeds) places on the ground")
    #expect(lenses >= 190, "\(lenses) of \(seeds) places of the lens")
    // Of eight places a seed: 95 % to within what chance allows 200 cameras.
    #expect(places.inside > places.all * 93 / 100 && places.inside < places.all * 97 / 100)
  }

  @Test("is the same, digit for digit, each time")
  func determinism() throws {
    let points = SimulatedSurvey(seed: 7).points
    let one = try CameraFit(points, camera: "test")
    let two = try CameraFit(points, camera: "test")
    #expect(one.calibration == two.calibration && one.shown == two.shown)
  }

  @Test("finds the camera exactly where nothing was measured wrongly", arguments: 0..<10)
  func exact(seed: Int) throws {
    let survey = SimulatedSurvey(seed: seed, count: 16, pixelSigma: 0, groundSigma: 0)
    var points = survey.points
    // Told to be exact, so that what is known of lenses beforehand weighs nothing.
    points.pixelSigma = 1e-4
    for index in points.points.indices { points.points[index].sigmaMetres = 1e-6 }
    let fit = try CameraFit(points, camera: "test")
    let away = fit.calibration.place - survey.place
    #expect((away * away).sum() < 1e-6, "seed \(seed)")
    #expect(abs(fit.calibration.lens.k1 - survey.camera.lens.k1) < 1e-3)
    #expect(abs(fit.calibration.elevation - survey.camera.elevation) < 1e-4)
    #expect(fit.calibration.residualPixels < 0.01)
  }

  @Test("enlarges its covariance for points that are worse than told")
  func enlargement() throws {
    var points = SimulatedSurvey(seed: 3, count: 14, pixelSigma: 4).points
    points.pixelSigma = 2
    points.fieldOfView = nil
    let fit = try CameraFit(points, camera: "test")
    #expect(fit.enlargement > 1.2 && fit.enlargement < 4)
    #expect(fit.warnings.contains { $0.contains("worse") })
    points.pixelSigma = 4
    #expect(try CameraFit(points, camera: "test").enlargement == 1)
  }

  @Test("names the point that contradicts the others")
  func contradiction() throws {
    var points = SimulatedSurvey(seed: 11, count: 12).points
    points.points[4].name = "gate post"
    points.points[4].place.x += 3
    let refusal = try #require(throws: CalibrationRefusal.self) {
      try CameraFit(points, camera: "test")
    }
    #expect(refusal.code == .contradiction)
    #expect(refusal.description.contains("gate post"))
  }

  @Test("refuses points that leave the pose open, with the reason")
  func degenerate() throws {
    let survey = SimulatedSurvey(seed: 5, count: 10)
    func code(_ change: (inout CalibrationPoints) -> Void) -> CalibrationRefusal.Code? {
      var points = survey.points
      change(&points)
      do throws(CalibrationRefusal) {
        _ = try CameraFit(points, camera: "test")
        return nil
      } catch {
        return error.code
      }
    }
    #expect(code { _ in } == nil)
    #expect(code { $0.points.removeLast(7) } == .tooFewPoints)
    #expect(code { $0.points[3].pixel = $0.points[1].pixel } == .repeatedPoint)
    #expect(code { $0.points[3].place = $0.points[1].place } == .repeatedPoint)
    // All on the line straight ahead.
    #expect(
      code { points in
        points.points = (0..<8).map { index in
          let range = 8 + 4 * Double(index)
          let ground = survey.ground(ahead: range, left: 0)
          return point(survey, ground)
        }
      } == .pointsOnALine)
    // All within an arm's reach of each other.
    #expect(
      code { points in
        points.points = (0..<8).map { index in
          point(
            survey,
            survey.ground(ahead: 15 + 0.2 * Double(index / 3), left: 0.2 * Double(index % 3)))
        }
      } == .pointsTooClose)
    // East and north swapped: a mirrored world.
    #expect(
      code { points in
        for index in points.points.indices {
          let place = points.points[index].place
          points.points[index].place = SIMD3(place.y, place.x, place.z)
        }
      }.map { [.contradiction, .noPose].contains($0) } == true)
  }

  private func point(
    _ survey: SimulatedSurvey, _ ground: SIMD2<Double>
  ) -> CalibrationPoints.Point {
    CalibrationPoints.Point(
      name: "p", pixel: survey.pixel(of: ground), place: SIMD3(ground.x, ground.y, 0),
      sigmaMetres: 0.05)
  }

  @Test("checks the horizon against what was seen")
  func horizon() throws {
    let survey = SimulatedSurvey(seed: 21, count: 12)
    var points = survey.points
    let far = [-0.2, 0, 0.2].map { survey.pixel(of: survey.ground(ahead: 1e6, left: $0 * 1e6)) }
    points.horizon = far
    let fit = try CameraFit(points, camera: "test")
    #expect(abs(try #require(fit.horizonError)) < 0.01)
    points.horizon = far.map { $0 - SIMD2(0, 60) }
    let refusal = try #require(throws: CalibrationRefusal.self) {
      try CameraFit(points, camera: "test")
    }
    #expect(refusal.code == .horizon && refusal.description.contains("above"))
  }

  @Test("uses a place of the lens that was measured")
  func lensPlace() throws {
    let survey = SimulatedSurvey(seed: 30, count: 5)
    var points = survey.points
    let free = try CameraFit(points, camera: "test")
    points.lensPlace = (place: survey.place, sigmaMetres: 0.02)
    let bound = try CameraFit(points, camera: "test")
    #expect(bound.calibration.covariance.sigma(.up) <= 0.0201)
    #expect(free.calibration.covariance.sigma(.up) > bound.calibration.covariance.sigma(.up))
  }

  /// Squared Mahalanobis distance of the fitted place of the lens from the true one, by Cramer's rule.
  private func lensDistanceSquared(_ fit: CameraFit, _ survey: SimulatedSurvey) -> Double {
    let c = fit.calibration.covariance
    let d = fit.calibration.place - survey.place
    let (a, b, e) = (c[0, 0], c[0, 1], c[0, 2])
    let (f, g, h) = (c[1, 1], c[1, 2], c[2, 2])
    let determinant = a * (f * h - g * g) - b * (b * h - g * e) + e * (b * g - f * e)
    let x = d.x * (f * h - g * g) + d.y * (e * g - b * h) + d.z * (b * g - e * f)
    let y = d.x * (e * g - b * h) + d.y * (a * h - e * e) + d.z * (b * e - a * g)
    let z = d.x * (b * g - e * f) + d.y * (b * e - a * g) + d.z * (a * f - b * b)
    return (d.x * x + d.y * y + d.z * z) / determinant
  }
}
