import Model
import SiteConfiguration
import Testing

@Suite struct SiteBundleTests {
  @Test func `a bundle that was encoded and decoded gives the identical configuration`() throws {
    let bundle = Fixture.bundle()
    let bytes = bundle.encoded()
    let again = try SiteBundle(decoding: bytes)
    #expect(again.encoded() == bytes)
    #expect(again.site == bundle.site)
    #expect(again.profiles == bundle.profiles)
    let first = try StationConfiguration.load(bundle: bundle, hash: Fixture.hash)
    let second = try StationConfiguration.load(bundle: again, hash: Fixture.hash)
    #expect(first == second)
    #expect(first.site.configurationHash == Fixture.hash(bytes))
  }

  @Test func `a bundle from disk equals one from the same texts`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("other-name.yaml", Fixture.site)
    _ = try folder.file("DeviceProfiles/motion/pir.yaml", Fixture.pir)
    _ = try folder.file("DeviceProfiles/motion/beam.yaml", Fixture.beam)
    _ = try folder.file("DeviceProfiles/motion/unused.yaml", "nonsense: [")
    _ = try folder.file("package/camera/cam.yaml", Fixture.camera)
    _ = try folder.file("package/motion/pir.yaml", "not: taken")
    _ = try folder.file("package/drone/copter.yaml", Fixture.copter)
    _ = try folder.file("package/beacon/radio.yaml", Fixture.beacon)
    let bundle = try SiteBundle.read(
      sitePath: path, profileFolders: ["\(folder.path)/package"])
    #expect(bundle.encoded() == Fixture.bundle().encoded())
  }

  @Test func `the encoded form of version 1 does not change`() {
    let bundle = SiteBundle(
      site: "\u{FEFF}post: \"a\"\r\nü: \u{1}\u{2028}\\\n",
      profiles: [
        .init(name: "DeviceProfiles/motion/b.yaml", text: "b"),
        .init(name: "DeviceProfiles/motion/a.yaml", text: ""),
      ])
    let expected = #"""
      # A site file of a Vedette post and the device profiles it uses.
      vedette_bundle: 1
      files:
        - name: "site.yaml"
          lines:
            - "post: \"a\""
            - "ü: \u0001\u2028\\"
            - ""
        - name: "DeviceProfiles/motion/a.yaml"
          lines:
            - ""
        - name: "DeviceProfiles/motion/b.yaml"
          lines:
            - "b"

      """#
    #expect(String(decoding: bundle.encoded(), as: UTF8.self) == expected)
    #expect((try? SiteBundle(decoding: bundle.encoded()))?.encoded() == bundle.encoded())
  }

  @Test func `any change of a site or profile text changes the hash`() {
    let hash = Fixture.hash(Fixture.bundle().encoded())
    let site = Fixture.site.replacing(first: "east: 2 m", by: "east: 3 m")
    #expect(Fixture.hash(Fixture.bundle(site: site).encoded()) != hash)
    let pir = Fixture.pir.replacing(first: "0.9", by: "0.8")
    #expect(Fixture.hash(Fixture.bundle(pir: pir).encoded()) != hash)
  }

  @Test(arguments: [
    "", "nonsense", "vedette_bundle: 2\nfiles: []", "vedette_bundle: 1\nfiles: []",
    "vedette_bundle: 1\nfiles: [{name: other, lines: [a]}]",
    "vedette_bundle: 1\nfiles: [{name: site.yaml, lines: [[a]]}]",
    "vedette_bundle: 1\nfiles: [{name: site.yaml, lines: [a]}, {name: site.yaml, lines: [a]}]",
    "\u{FEFF}[", "%", "&a [*a]", "- &a [x]\n- *a: *a\n",
  ])
  func `what is no bundle is refused with at least one error`(_ text: String) {
    #expect(throws: ConfigurationErrors.self) { try SiteBundle(decoding: Array(text.utf8)) }
  }

  @Test func `a bundle cut off anywhere is refused or is shorter, and never traps`() {
    let bytes = Fixture.bundle().encoded()
    for end in stride(from: 0, to: bytes.count, by: 37) {
      guard let cut = try? SiteBundle(decoding: Array(bytes[..<end])) else { continue }
      #expect(cut.encoded() != bytes)
    }
  }

  @Test func `bytes that are not UTF-8 are refused with their place`() throws {
    let bytes = Array("version: 1\npost: ".utf8) + [0xC3, 0x28] + Array("\n".utf8)
    let error = #expect(throws: ConfigurationErrors.self) { try SiteBundle(decoding: bytes) }
    let said = try #require(error?.diagnostics.first)
    #expect(said.code == .encoding)
    #expect((said.line, said.column) == (2, 7))
  }

  @Test func `texts that would grow without bound are refused at once`() {
    let bomb =
      "a: &a [x,x,x,x,x,x,x,x,x]\n"
      + (0..<9).map { level in
        let name = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
        let uses = Array(repeating: "*\(name[level])", count: 9).joined(separator: ",")
        return "\(name[level + 1]): &\(name[level + 1]) [\(uses)]\n"
      }.joined()
    let deep = String(repeating: "[", count: 100_000)
    let dashes = String(repeating: "- ", count: 100_000) + "x"
    let wide = String(repeating: "x", count: SiteBundle.encodedBytesMax + 1)
    for text in [bomb, deep, dashes, wide] {
      let error = #expect(throws: ConfigurationErrors.self) {
        try SiteBundle(decoding: Array(text.utf8))
      }
      #expect(error?.diagnostics.map(\.code) == [.tooLarge])
    }
  }
}
