import Foundation
import Ledger
import Logging
import Model
import Sharing
import SiteConfiguration
import Testing

@testable import Station

@Suite struct ReleaseDeskTests {
  private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

  static func desk(_ folder: String, generationMax: Int) throws -> ReleaseDesk {
    try ReleaseDesk(
      folders: EpochFolders(state: folder, log: .releases), post: "river-2",
      retention: StorageConfiguration(), clock: ErasureClock(stateDirectory: folder),
      signingSeed: Array(1...32), logger: logger,
      generationMax: generationMax)
  }

  /// What partner b may know: of drones their class.
  static let agreementText = """
    agreement: 1
    id: urn:agreement:a-b
    parties: {releaser: "urn:partner:a", recipient: "urn:partner:b"}
    signed: {document_sha256: "\(String(repeating: "ab", count: 32))", by: [a, b]}
    identity: {san_uri: "urn:partner:b", issuer_sha256: ["\(String(repeating: "c0", count: 32))"]}
    valid: {from: 2020-01-01T00:00:00Z, until: 2030-01-01T00:00:00Z}
    purposes: [border-surveillance]
    exercise: live
    handling: {tlp: AMBER, onward: none}
    rules: [{name: all, when: {classes: [drone]}, release: {fields: [class]}, retention_days: 9}]
    """

  private static let agreement = AgreementSet(
    files: [("b.yaml", Array(agreementText.utf8))], site: nil,
    hash: { _ in String(repeating: "0", count: 64) }
  ).agreements["b.yaml"]!

  private static func id(_ number: Int) -> EventID {
    EventID(high: UInt64(number) &* 0x9E37_79B9_7F4A_7C15, low: UInt64(number))
  }

  /// The line that says that partner b got event `number`, or did not.
  private static func entry(_ number: Int, outcome: String = "released") -> ReleaseEntry {
    let moment = WallTime(unixNanos: Int64(time(nil)) * 1_000_000_000)
    var entry = ReleaseEntry(inForce: agreement, at: moment)
    entry.partner = "urn:partner:b"
    entry.sequence = UInt64(number)
    entry.event = EventHeader(
      kind: .crossing, id: id(number), version: 1, time: moment, isExercise: false)
    entry.outcome = outcome
    return entry
  }

  @Test func `what a partner has is known for ever, and memory holds only what is new`()
    async throws
  {
    let folder = NSTemporaryDirectory() + "vedette-releases-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let count = 2_000
    do {
      let desk = try Self.desk(folder, generationMax: 100)
      defer { desk.stop() }
      for start in stride(from: 1, through: count, by: 50) {
        try await desk.record((start..<start + 50).map { Self.entry($0) })
        // What is not signed stays in memory: the signature comes at most once a second.
        if start % 500 == 1 { try await Task.sleep(for: .milliseconds(1_200)) }
      }
      try await desk.record([Self.entry(count + 1, outcome: "refused")])
      try await Task.sleep(for: .milliseconds(1_200))
      try await desk.record([Self.entry(count + 2)])
      #expect(desk.heldCount < 1_200)
      for number in [1, 2, 99, 1_000, count, count + 2] {
        #expect(try desk.has("urn:partner:b", Self.id(number)), "\(number)")
      }
      for number in [0, count + 1, count + 3] {
        #expect(try !desk.has("urn:partner:b", Self.id(number)), "\(number)")
      }
      #expect(try !desk.has("urn:partner:c", Self.id(1)))
    }
    let again = try Self.desk(folder, generationMax: 100)
    defer { again.stop() }
    #expect(again.heldCount < 100)
    for number in [1, 1_000, count, count + 2] {
      #expect(try again.has("urn:partner:b", Self.id(number)), "\(number)")
    }
    #expect(try !again.has("urn:partner:b", Self.id(count + 1)))
  }
}
