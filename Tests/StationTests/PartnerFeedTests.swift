import Foundation
import Ledger
import Logging
import Model
import Publishing
import SiteConfiguration
import Testing

@testable import Station

@Suite struct PartnerFeedTests {
  private static let id = EventID(high: 1 << 60, low: 7)

  private static func payload(_ version: Int, _ word: String) -> [UInt8] {
    Array(
      (#"{"geometry":{"coordinates":[9.5,47.5],"type":"Point"},"properties":{"class":"\#(word)","#
        + #""classes":{"\#(word)":0.9375},"confidence":0.9375,"disposition":"corrected","#
        + #""event_id":"\#(id)","exercise":false,"post":"river-2","#
        + #""time":"2026-03-01T04:05:06.789012Z","version":\#(version)},"type":"Feature"}"#).utf8)
  }

  /// A post whose ledger has a drone that a later version calls a person, which partner b may not know of.
  private static func gate(_ folder: String) throws -> AgreementGate {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var log = try EventLog(directory: folder + "/ledger", post: "river-2", records: .plain)
    for (version, word) in [(1, "drone"), (2, "person")] {
      let text = payload(version, word)
      let header = EventHeader(
        kind: .crossing, id: id, version: UInt32(version),
        time: WallTime(unixNanos: Int64(time(nil)) * 1_000_000_000), isExercise: false)
      try log.append(header, payload: text.span.bytes)
    }
    let durable = try log.commit()
    let book = AgreementBook()
    book.adopt(
      AgreementSet(
        files: [("b.yaml", Array(ReleaseDeskTests.agreementText.utf8))], site: nil,
        hash: { _ in String(repeating: "0", count: 64) }),
      site: Site(
        post: "river-2",
        origin: GeographicOrigin(latitudeDegrees: 47, longitudeDegrees: 9, heightMetres: 0),
        lines: [], sensors: [], links: [], configurationHash: "00"))
    let signer = NoteSigner(name: "river-2/ledger/1", algorithm: .ed25519, seed: Array(1...32))!
    return AgreementGate(
      book: book, desk: try ReleaseDeskTests.desk(folder, generationMax: 100),
      store: try LedgerStore(directory: folder + "/ledger"), feed: EventFeed(durable: durable),
      post: "river-2",
      cosignatures: CosignatureBook(stateDirectory: folder, key: signer.key))
  }

  @Test func `a later version that is refused is a recall, also in the page of the one before`()
    async throws
  {
    let folder = NSTemporaryDirectory() + "vedette-partner-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let gate = try Self.gate(folder)
    defer { gate.desk.stop() }
    let source = try gate.feed(
      toHubFor: "urn:partner:b", purpose: "border-surveillance", isExercise: false)
    // Who has nothing of it learns nothing by a snapshot.
    let before = try await source.prepareLatest(after: 0, through: 2, limit: 9).batch
    #expect(before.events.isEmpty && before.through == 2)
    let page = try await source.next(after: 0, through: 2, limit: 9)
    let texts = page.events.map { String(decoding: $0.event.data, as: UTF8.self) }
    #expect(page.events.map(\.event.id) == ["\(Self.id)/1", "\(Self.id)/2"])
    #expect(texts.count == 2 && texts[0].contains(#""class":"drone""#))
    #expect(texts.count == 2 && texts[1].contains(#""disposition":"recalled""#))
    #expect(texts.allSatisfy { !$0.contains("person") })
    // The version before is on record by now.
    let second = try await source.next(after: 1, through: 2, limit: 9)
    #expect(second.events.map(\.event.id) == ["\(Self.id)/2"])
    let snapshot = try await source.prepareLatest(after: 0, through: 2, limit: 9).batch
    #expect(snapshot.events.map(\.event.id) == ["\(Self.id)/2"])
  }
}
