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
  ///
  /// - Parameter drones: more drones, each an event of its own.
  private static func gate(
    _ folder: String, agreement: String = ReleaseDeskTests.agreementText, drones: Int = 0,
    persons: Int = 0, secondsAhead: Int64 = 0
  ) throws -> AgreementGate {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var log = try EventLog(directory: folder + "/ledger", post: "river-2", records: .plain)
    for (version, word) in [(1, "drone"), (2, "person")] {
      let text = payload(version, word)
      let header = EventHeader(
        kind: .crossing, id: id, version: UInt32(version),
        time: WallTime(unixNanos: (Int64(time(nil)) + secondsAhead) * 1_000_000_000),
        isExercise: false)
      try log.append(header, payload: text.span.bytes)
    }
    for number in 0..<drones + persons {
      let text = payload(1, number < drones ? "drone" : "person")
      let header = EventHeader(
        kind: .crossing, id: EventID(high: 2 << 60, low: UInt64(number)), version: 1,
        time: WallTime(unixNanos: Int64(time(nil)) * 1_000_000_000), isExercise: false)
      try log.append(header, payload: text.span.bytes)
    }
    let durable = try log.commit()
    let book = AgreementBook()
    book.adopt(
      AgreementSet(
        files: [("b.yaml", Array(agreement.utf8))], site: nil,
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

  private static func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "vedette-partner-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
  }

  private static func feed(
    _ gate: AgreementGate, for purpose: String = "border-surveillance"
  ) throws -> any FeedSource {
    try gate.feed(toHubFor: "urn:partner:b", purpose: purpose, isExercise: false)
  }

  private static func count(_ outcome: String, _ gate: AgreementGate) -> UInt64 {
    gate.desk.counts.first { $0.outcome == outcome }?.count ?? 0
  }

  @Test func `what was given is proven, for that purpose, also by a post that started again`()
    async throws
  {
    let agreement = ReleaseDeskTests.agreementText.replacingOccurrences(
      of: "[border-surveillance]", with: "[border-surveillance, rescue]")
    try await Self.withFolder { folder in
      let given: [Disclosable] = [.nothing, .nothing, .fields(["class"]), .nothing]
      do {
        let gate = try Self.gate(folder, agreement: agreement, drones: 2)
        defer { gate.desk.stop() }
        let source = try Self.feed(gate)
        let none = [Disclosable](repeating: .nothing, count: 4)
        #expect(try await source.disclosable([1, 2, 3, 4]) == none)
        _ = try await source.next(after: 2, through: 4, limit: 1)
        #expect(try await source.disclosable([1, 2, 3, 4]) == given)
        #expect(try await Self.feed(gate, for: "rescue").disclosable([1, 2, 3, 4]) == none)
      }
      let gate = try Self.gate(folder, agreement: agreement)
      defer { gate.desk.stop() }
      #expect(try await Self.feed(gate).disclosable([1, 2, 3, 4]) == given)
      // What was looked for in vain is proven once it is given.
      _ = try await Self.feed(gate).next(after: 3, through: 4, limit: 1)
      #expect(try await Self.feed(gate).disclosable([4]) == [.fields(["class"])])
    }
  }

  @Test func `who asks for the same again has it written once, until agreements are read anew`()
    async throws
  {
    try await Self.withFolder { folder in
      let gate = try Self.gate(folder, drones: 3, persons: 20)
      defer { gate.desk.stop() }
      for _ in 0..<3 {
        // Each a connection of its own.
        _ = try await Self.feed(gate).next(after: 2, through: 25, limit: 99)
        _ = try await Self.feed(gate).disclosable(Array(1...25))
        let latest = try await Self.feed(gate).prepareLatest(after: 2, through: 25, limit: 99)
        try await latest.record()
      }
      #expect(Self.count("refused", gate) == 20)
      // Deliveries count against the limit and are on record each; proofs once.
      #expect(Self.count("released", gate) == 3 * 6 + 3)
      let (_, site) = try #require(gate.book.agreement(of: "urn:partner:b", at: wallNow()))
      gate.book.adopt(gate.book.set, site: site)
      for _ in 0..<2 {
        _ = try await Self.feed(gate).next(after: 2, through: 25, limit: 99)
        _ = try await Self.feed(gate).disclosable(Array(1...25))
      }
      #expect(Self.count("refused", gate) == 40)
      #expect(Self.count("released", gate) == 3 * 6 + 3 + 2 * 3 + 3)
    }
  }

  @Test func `an event that is held back is on record once, however often it is asked for`()
    async throws
  {
    let agreement = ReleaseDeskTests.agreementText.replacingOccurrences(
      of: "{fields: [class]}", with: "{fields: [class], delay_s: 3600}")
    try await Self.withFolder { folder in
      let gate = try Self.gate(folder, agreement: agreement, drones: 1)
      defer { gate.desk.stop() }
      for _ in 0..<4 {
        let batch = try await Self.feed(gate).next(after: 2, through: 3, limit: 9)
        #expect(batch.hold != nil && batch.through == 2)
      }
      #expect(Self.count("delayed", gate) == 1)
    }
  }

  @Test func `connections that ask at once share the limit, and do not get it each`()
    async throws
  {
    let agreement = ReleaseDeskTests.agreementText + "\nlimits: {events_per_minute: 3}\n"
    try await Self.withFolder { folder in
      let gate = try Self.gate(folder, agreement: agreement, drones: 8)
      defer { gate.desk.stop() }
      let first = try await Self.feed(gate).prepare(after: 2, through: 10, limit: 2)
      let second = try await Self.feed(gate).prepare(after: 4, through: 10, limit: 2)
      let third = try await Self.feed(gate).prepare(after: 6, through: 10, limit: 1)
      #expect([first, second, third].map(\.batch.events.count) == [2, 2, 1])
      try await first.record()
      await #expect(throws: DecideAnew.self) { try await second.record() }
      try await third.record()
      let batch = try await Self.feed(gate).next(after: 4, through: 10, limit: 9)
      #expect(batch.events.isEmpty && batch.through == 4 && batch.hold != nil)
      #expect(Self.count("released", gate) == 3)
    }
  }

  @Test(arguments: [0, 1]) func `an event of a clock that was ahead waits for its delay only`(
    delay: Int
  ) async throws {
    let folder = NSTemporaryDirectory() + "vedette-partner-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let agreement = ReleaseDeskTests.agreementText.replacing(
      "fields: [class]", with: "fields: [class], delay_s: \(delay)")
    let gate = try Self.gate(folder, agreement: agreement, secondsAhead: 7_200)
    defer { gate.desk.stop() }
    func source() throws -> any FeedSource {
      try gate.feed(
        toHubFor: "urn:partner:b", purpose: "border-surveillance", isExercise: false)
    }
    if delay > 0 {
      let early = try await source().next(after: 0, through: 2, limit: 9)
      #expect(early.events.isEmpty && early.through == 0)
      #expect(try #require(early.hold) <= .seconds(delay))
      #expect(try await source().prepareLatest(after: 0, through: 2, limit: 9).batch.hold != nil)
      try await Task.sleep(for: try #require(early.hold))
    }
    // Another connection, as the partner may come anew.
    let page = try await source().next(after: 0, through: 2, limit: 9)
    #expect(page.events.map(\.event.id) == ["\(Self.id)/1", "\(Self.id)/2"])
    let given = try await source().disclosable([1, 2])
    #expect(given == [.fields(["class"]), .nothing])
  }

  @Test func `what is acknowledged of one feed says nothing of another`() async throws {
    let folder = NSTemporaryDirectory() + "vedette-partner-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let agreement = ReleaseDeskTests.agreementText
      .replacing("exercise: live", with: "exercise: both")
    let gate = try Self.gate(folder, agreement: agreement)
    func feed(isExercise: Bool) throws -> any FeedSource {
      try gate.feed(
        toHubFor: "urn:partner:b", purpose: "border-surveillance", isExercise: isExercise)
    }
    try await feed(isExercise: true).acknowledge(100)
    try await feed(isExercise: false).acknowledge(7)
    try await feed(isExercise: false).acknowledge(7)
    try await feed(isExercise: true).acknowledge(99)
    #expect(gate.desk.acknowledgements.map(\.sequence) == [7, 100])
    #expect(gate.desk.acknowledgements.map(\.feed.isExercise) == [false, true])
    gate.desk.stop()
    var lines: [String] = []
    let log = try EventLogReader(directory: folder + "/releases")
    _ = try log.read(from: 1, durable: try log.newestSequence()) { record, payload in
      lines.append(
        "\(record.header.isExercise) "
          + payload.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
    }
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("true ") == true)
    #expect(lines.first?.contains(#""exercise":true"#) == true)
    #expect(lines.last?.hasPrefix("false ") == true)
    #expect(lines.last?.contains(#""sequence":7,"#) == true)
  }
}
