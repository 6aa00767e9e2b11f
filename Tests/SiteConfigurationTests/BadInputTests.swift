import SiteConfiguration
import Testing

@Suite struct BadInputTests {
  @Test func `the fixture itself is in order`() {
    #expect(Fixture.diagnostics(of: Fixture.bundle()).map(\.text) == [])
  }

  @Test(arguments: BadInput.form + BadInput.sense + BadInput.profiles)
  func `each mistake gets one message with place and remedy`(_ input: BadInput) {
    func text(_ which: BadInput.Text, _ original: String) -> String {
      which == input.text ? original.replacing(first: input.old, by: input.new) : original
    }
    let bundle = Fixture.bundle(
      site: text(.site, Fixture.site), pir: text(.pir, Fixture.pir),
      camera: text(.camera, Fixture.camera), copter: text(.copter, Fixture.copter))
    let said = Fixture.diagnostics(of: bundle)
    #expect(said.map(\.text) == input.expected)
    #expect(said.allSatisfy { !$0.remedy.isEmpty && !$0.expected.isEmpty && !$0.found.isEmpty })
  }
}
