import Glibc
import Model
import SiteConfiguration
import Testing
import Vision

@testable import Calibration

@Suite("The picture of a calibration")
struct CalibrationPictureTests {
  @Test("shows the grid, the horizon and the points where the camera sees them")
  func picture() throws {
    let survey = SimulatedSurvey(seed: 21, count: 12)
    let fit = try CameraFit(survey.points, camera: "test")
    var canvas = Canvas(
      luma: Array(repeating: 90, count: survey.points.width * survey.points.height),
      width: survey.points.width, height: survey.points.height)
    CalibrationPicture.draw(fit, survey.points, on: &canvas)
    func has(_ colour: Canvas.Colour, near pixel: SIMD2<Double>) -> Bool {
      (-2...2).contains { dy in
        (-2...2).contains { dx in
          canvas.colour(x: Int(pixel.x) + dx, y: Int(pixel.y) + dy) == colour
        }
      }
    }
    for (point, shown) in zip(survey.points.points, fit.shown) {
      #expect(has(CalibrationPicture.measured, near: point.pixel), "\(point.name)")
      #expect(has(CalibrationPicture.fitted, near: shown + SIMD2(0, 5)), "\(point.name)")
    }
    // Every line that runs north is blue at a place of its own between two that run east.
    let reach =
      1.3 * survey.points.points.map {
        (SIMD2($0.place.x, $0.place.y) - SIMD2(survey.place.x, survey.place.y)).length
      }.max()!
    let step = CalibrationPicture.step(reach: reach)
    var seen = 0
    for column in -10...10 {
      for row in -10...10 {
        let place =
          SIMD2(
            ((survey.place.x / step).rounded() + Double(column)) * step,
            ((survey.place.y / step).rounded() + Double(row) + 0.5) * step)
        guard (place - SIMD2(survey.place.x, survey.place.y)).length < 0.6 * reach,
          let pixel = fit.model.pixel(of: SIMD3(place.x, place.y, 0)), pixel.x > 3, pixel.y > 3,
          pixel.x < Double(canvas.width) - 50, pixel.y < Double(canvas.height) - 20
        else { continue }
        seen += 1
        #expect(has(CalibrationPicture.east, near: pixel), "east \(place.x)")
      }
    }
    #expect(seen >= 3)
  }

  @Test("is written as PNG with the canvas's own pixels")
  func png() throws {
    var canvas = Canvas(width: 5, height: 3)
    canvas.paint(x: 4, y: 2, Canvas.Colour(1, 2, 3))
    canvas.paint(x: 5, y: 0, Canvas.Colour(9, 9, 9))
    let path = "/tmp/vedette-png-\(getpid()).png"
    defer { unlink(path) }
    try PNGFile.write(canvas, to: path)
    let file = try #require(fopen(path, "rb"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = fread(&bytes, 1, bytes.count, file)
    // Signature (PNG 1.2, 3.1), then IHDR: length, name, width, height, 8 bits, RGB.
    #expect(
      Array(bytes[..<26]) == [
        0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 5, 0,
        0,
        0, 3, 8, 2,
      ])
    #expect(count < bytes.count)
    #expect(throws: PNGFile.Failure.self) {
      try PNGFile.write(canvas, to: "/nonexistent/picture.png")
    }
  }

  @Test("draws lines only within the picture")
  func lines() {
    var canvas = Canvas(width: 8, height: 8)
    canvas.line(SIMD2(-100, 4), SIMD2(100, 4), Canvas.Colour(1, 1, 1))
    canvas.line(SIMD2(1e9, 1e9), SIMD2(2e9, 1e9), Canvas.Colour(2, 2, 2))
    #expect((0..<8).allSatisfy { canvas.colour(x: $0, y: 4) == Canvas.Colour(1, 1, 1) })
    #expect(canvas.colour(x: 0, y: 3) == Canvas.Colour(0, 0, 0))
    #expect(canvas.colour(x: 8, y: 0) == nil)
  }
}
