import Foundation
import Ledger
import Model
import Simulation
import SiteConfiguration
import Testing

@testable import Station

@Suite struct StartCheckTests {
  private func loaded(signatures: String? = nil, post: String = "demo-post") throws -> LoadedSite {
    var text = DemoSite.bundle.site.text.replacing("post: demo-post", with: "post: \(post)")
    if let signatures {
      text = text.replacing(
        "silence: 3 s}", with: "silence: 3 s, signatures: {policy: require, key: \(signatures)}}")
    }
    return try LoadedSite(bundle: SiteBundle(site: text, profiles: DemoSite.bundle.profiles))
  }

  @Test func `a link's key that cannot be read is known before anything is stopped`() throws {
    let site = try loaded(signatures: "/nowhere/mavlink.key")
    let started = try loaded()
    let error = #expect(throws: StationError.self) {
      try site.checkStart(inPlaceOf: started, origin: .devices)
    }
    #expect(error?.code == .configuration)
    #expect(error?.description.contains("links.drone-link.signatures.key") == true)
    #expect(throws: Never.self) {
      try site.checkStart(inPlaceOf: started, origin: .simulation(.borderDemo))
      try started.checkStart(inPlaceOf: started, origin: .devices)
    }
    #expect(Station.exitStatus(for: try #require(error)) == 65)
  }

  @Test func `a file that is no key is found too`() throws {
    let path = NSTemporaryDirectory() + "vedette-key-\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: path, contents: Data("short".utf8))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: StationError.self) {
      try loaded(signatures: path).checkStart(inPlaceOf: loaded(), origin: .devices)
    }
  }

  @Test func `a post keeps its name as long as its ledger, and no restart mends another`() throws {
    #expect(throws: StationError.self) {
      try loaded(post: "other-post").checkStart(
        inPlaceOf: loaded(), origin: .simulation(.borderDemo))
    }
    let folder = NSTemporaryDirectory() + "vedette-other-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do { _ = try EventLog(directory: folder, post: "demo-post") }
    let error = #expect(throws: LedgerError.self) {
      _ = try EventLog(directory: folder, post: "other-post")
    }
    #expect(Station.exitStatus(for: try #require(error)) == 65)
    #expect(Station.exitStatus(for: StationError(.terminal, "")) == 74)
  }
}
