import SiteConfiguration
import Testing

@Suite struct RecorderTests {
  private func bundle(_ recorder: String) -> SiteBundle {
    Fixture.bundle(
      site: Fixture.site.replacing(first: "size: 2 GiB}}", by: "size: 2 GiB}, \(recorder)}"))
  }

  private func storage(_ recorder: String) throws -> StorageConfiguration {
    try StationConfiguration.load(bundle: bundle(recorder), hash: Fixture.hash).storage
  }

  @Test func `raw samples are kept only where the site says so and for how long`() throws {
    let plain = try StationConfiguration.load(bundle: Fixture.bundle(), hash: Fixture.hash)
    #expect(plain.storage.recorder == nil)
    var expected = RecorderConfiguration(keepSeconds: 7 * 86_400)
    #expect(try storage("recorder: {keep: {age: 7 d}}").recorder == expected)
    expected.ringSeconds = 120
    expected.ringBytes = 64 << 20
    expected.beforeSeconds = 5
    expected.afterSeconds = 7
    expected.keepBytes = 1 << 30
    let all =
      "recorder: {ring: {time: 2 min, size: 64 MiB}, before: 5 s, after: 7 s, "
      + "keep: {age: 7 d, size: 1 GiB}}"
    #expect(try storage(all).recorder == expected)
  }

  @Test(arguments: [
    ("recorder: {before: 5 s}", "storage.recorder"),
    ("recorder: {keep: {size: 1 GiB}}", "storage.recorder.keep"),
    ("recorder: {keep: {age: 7 d}, before: 5 h}", "storage.recorder.before"),
    ("recorder: {keep: {age: 7 d}, ring: {size: 1 KiB}}", "storage.recorder.ring.size"),
    ("recorder: {keep: {age: 7 d}, ring: {time: 1 min}, after: 30 s}", "storage.recorder"),
    ("recorder: {keep: {age: 7 d}, sise: 1}", "storage.recorder.sise"),
  ])
  func `a slip in the recorder is told at its place`(_ text: String, _ field: String) {
    let told = Fixture.diagnostics(of: bundle(text))
    #expect(
      told.count == 1 && told[0].text.contains(" error: \(field)"), "\(told.map(\.text))")
  }
}
