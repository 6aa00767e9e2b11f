import SiteConfiguration
import TestSupport
import Testing

@Suite struct MutationTests {
  private static let pieces = [
    "{", "}", "[", "]", ":", ",", "-", "- ", "? ", "&a ", "*a", "!", "|", ">", "'", "\"", "#", "%",
    "@", "`", "\t", "\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{FEFF}", "\0", "é", "\u{F0000}",
    "~", "null", "true", "1e999", "-1", "nan", "---\n", "...\n", "<<: ", "  ", "name: pir",
    "\\ud800", "&", "\u{1F6B6}", "180 deg", "0 m",
  ]

  /// One to four cuts, copies and insertions.
  private func mutated(_ text: String, _ random: inout SeededGenerator) -> String {
    var scalars = Array(text.unicodeScalars)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard !scalars.isEmpty else { break }
      let start = Int.random(in: 0..<scalars.count, using: &random)
      let end = min(scalars.count, start + Int.random(in: 0...40, using: &random))
      switch Int.random(in: 0...3, using: &random) {
      case 0: scalars.removeSubrange(start..<end)
      case 1:
        let copy = scalars[start..<end]
        scalars.insert(contentsOf: copy, at: Int.random(in: 0...scalars.count, using: &random))
      case 2: scalars.removeSubrange(end...)
      default:
        let piece = Self.pieces.randomElement(using: &random) ?? ""
        scalars.insert(contentsOf: piece.unicodeScalars, at: start)
      }
    }
    return String(String.UnicodeScalarView(scalars))
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `damaged texts give a configuration or at least one error, within the text`(
    _ seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    var accepted = 0
    for round in 0..<400 {
      let site = Bool.random(using: &random) ? mutated(Fixture.site, &random) : Fixture.site
      let pir = mutated(Fixture.pir, &random)
      let bundle = Fixture.bundle(site: site, pir: pir)
      do throws(ConfigurationErrors) {
        _ = try StationConfiguration.load(bundle: bundle, hash: Fixture.hash)
        accepted += 1
      } catch {
        #expect(error.diagnostics.contains { $0.severity == .error })
        for said in error.diagnostics {
          let text = said.file == "site.yaml" ? site : pir
          let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
          let lines = text.unicodeScalars.count { breaks.contains($0) } + 1
          #expect(said.line >= 0 && said.line <= lines, "seed \(seed) round \(round): \(said.text)")
        }
      }
      // Whatever the texts, a bundle carries them unchanged.
      let again = try SiteBundle(decoding: bundle.encoded())
      #expect(again.site == bundle.site && again.profiles == bundle.profiles)
    }
    #expect(accepted > 0 && accepted < 400, "seed \(seed)")
  }

  @Test(arguments: [5, 6] as [UInt64])
  func `damaged bundles are refused or carry texts, and never trap`(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let text = String(decoding: Fixture.bundle().encoded(), as: UTF8.self)
    for _ in 0..<200 {
      do throws(ConfigurationErrors) {
        let bundle = try SiteBundle(decoding: Array(mutated(text, &random).utf8))
        _ = Fixture.diagnostics(of: bundle)
      } catch {
        #expect(!error.diagnostics.isEmpty)
      }
    }
  }
}
