import Geodesy
import Model
import TestSupport
import Testing

@testable import SiteConfiguration

@Suite struct ParserTests {
  @Test(arguments: Dimension.allCases)
  func `a number written with any unit is read back`(_ dimension: Dimension) throws {
    var random = SeededGenerator(seed: 7)
    for unit in dimension.units {
      for _ in 0..<200 {
        let number = (Double.random(in: -1e6...1e6, using: &random) * 1_000).rounded() / 1_000
        let gap = Bool.random(using: &random) ? " " : ""
        let value = try Quantity.value(of: "\(number)\(gap)\(unit.symbol)", in: dimension)
        #expect(value == number * unit.factor, "seed 7: \(number)\(gap)\(unit.symbol)")
        for other in Dimension.allCases where other != dimension {
          #expect(throws: Quantity.Flaw.otherDimension(dimension)) {
            try Quantity.value(of: "\(number) \(unit.symbol)", in: other)
          }
        }
      }
    }
  }

  @Test(arguments: [
    ("", Quantity.Flaw.noNumber), ("m", .noNumber), ("inf m", .noNumber), ("nan m", .noNumber),
    (".5 m", .noNumber), ("- 5 m", .noNumber), ("1e999 m", .noNumber), ("5", .noUnit),
    ("5 ", .noUnit), ("5. m", .unknownUnit(". m")), ("0x10 m", .unknownUnit("x10 m")),
    ("1_000 m", .unknownUnit("_000 m")), ("1,5 m", .unknownUnit(",5 m")),
    ("5 m m", .unknownUnit("m m")), ("5 m ", .unknownUnit("m ")), ("5e m", .unknownUnit("e m")),
  ])
  func `what is no length is refused with its flaw`(_ text: String, _ flaw: Quantity.Flaw) {
    #expect(throws: flaw) { try Quantity.value(of: text, in: .length) }
  }

  @Test func `a slip of the hand finds the word that was meant, another word none`() {
    let words = ["azimuth", "tilt", "roll", "place", "purpose", "ms", "s"]
    #expect(Suggestion.nearest(to: "azimut", among: words) == "azimuth")
    #expect(Suggestion.nearest(to: "azmiuth", among: words) == "azimuth")
    #expect(Suggestion.nearest(to: "Tilt", among: words) == "tilt")
    #expect(Suggestion.nearest(to: "palce", among: words) == "place")
    #expect(Suggestion.nearest(to: "colour", among: words) == nil)
    #expect(Suggestion.nearest(to: "x", among: words) == nil)
    #expect(Suggestion.nearest(to: String(repeating: "a", count: 100), among: words) == nil)
  }

  @Test func `edit distance is a symmetric measure that a single edit changes by one`() {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<500 {
      let count = Int.random(in: 0...12, using: &random)
      let word = String((0..<count).map { _ in "abc".randomElement(using: &random) ?? "a" })
      var other = Array(word)
      other.insert("z", at: Int.random(in: 0...count, using: &random))
      #expect(Suggestion.editDistance(word, word) == 0)
      #expect(Suggestion.editDistance(word, String(other)) == 1, "seed 11: \(word)")
      #expect(Suggestion.editDistance(String(other), word) == 1, "seed 11: \(word)")
    }
  }

  @Test func `covers are counter-clockwise and as large as their shapes`() {
    let place = SIMD2(30.0, -20.0)
    let quarter = Coverage.sector(at: place, azimuth: 2, halfAngle: .pi / 4, range: 10)
    #expect(abs(signedArea(of: quarter) / (.pi * 100 / 4) - 1) < 0.01)
    let disc = Coverage.disc(at: place, radius: 10)
    #expect(abs(signedArea(of: disc) / (.pi * 100) - 1) < 0.01)
    let strip = Coverage.corridor(from: place, to: place + SIMD2(-3, 4), width: 0.5)
    #expect(abs(signedArea(of: strip) - 2.5) < 1e-9)
  }

  @Test func `a camera covers the trapezoid that its field of view cuts out of the ground`() throws
  {
    // Straight ahead to the north from 10 m, 90 by 90 degrees, 45 degrees down: from the foot of
    // the mast to the horizon, cut at 40 m.
    let view = try #require(
      Coverage.camera(
        at: SIMD3(5, 5, 10), azimuth: .pi / 2, elevation: -.pi / 4, roll: 0,
        horizontalFieldOfView: .pi / 2, aspect: 1, range: 40))
    #expect(signedArea(of: view) > 0)
    #expect(polygonContains(view, SIMD2(5, 6)))
    #expect(polygonContains(view, SIMD2(5, 44)))
    #expect(!polygonContains(view, SIMD2(5, 46)))
    #expect(!polygonContains(view, SIMD2(5, 4)))
    #expect(polygonContains(view, SIMD2(5 + 7, 5 + 0.5)))
    #expect(!polygonContains(view, SIMD2(5 + 8, 5 + 0.5)))
    // Looking down, a square of twice the height; whatever the roll.
    for roll in [0, 1, .pi] {
      let below = try #require(
        Coverage.camera(
          at: SIMD3(0, 0, 10), azimuth: 1, elevation: -.pi / 2, roll: roll,
          horizontalFieldOfView: .pi / 2, aspect: 1, range: 400))
      #expect(abs(signedArea(of: below) - 400) < 1e-6)
    }
  }

  @Test func `outlines that meet themselves are told, others not`() {
    let square = [SIMD2(0.0, 0), SIMD2(4, 0), SIMD2(4, 4), SIMD2(0, 4)]
    #expect(Outline.firstSelfCrossing(square, isClosed: true) == nil)
    let bow = [square[0], square[2], square[1], square[3]]
    #expect(Outline.firstSelfCrossing(bow, isClosed: true).map { [$0, $1] } == [0, 2])
    let back = [SIMD2(0.0, 0), SIMD2(4, 0), SIMD2(2, 0)]
    #expect(Outline.firstSelfCrossing(back, isClosed: false).map { [$0, $1] } == [0, 1])
    let touching = [SIMD2(0.0, 0), SIMD2(4, 0), SIMD2(4, 4), SIMD2(2, 0)]
    #expect(Outline.firstSelfCrossing(touching, isClosed: false).map { [$0, $1] } == [0, 2])
  }
}
