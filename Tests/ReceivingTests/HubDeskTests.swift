import Ledger
import Logging
import Streaming
import Testing

@testable import Receiving
@testable import SiteConfiguration

@Suite struct HubDeskTests {
  private func desk(_ fixture: borrowing StoreFixture) throws -> HubDesk { try hubDesk(fixture) }

  private func mail(
    _ sequence: UInt64, after: UInt64, acknowledged: UInt64 = 0, lost: String? = nil,
    epoch: UInt64 = 7, secondsAgo: Int = 0
  ) throws -> HubMail {
    var headers = [
      "Vedette-After": "\(cursor(after, epoch: epoch))",
      "Vedette-Acknowledged": "\(cursor(acknowledged, epoch: epoch))",
    ]
    headers["Vedette-Lost"] = lost
    var mail = try HubMail(
      HubDelivery(
        subject: "rel.b.ford.crossing", headers: headers, payload: event(sequence).body,
        receipt: "r\(sequence)"))
    mail.came = .now - .seconds(secondsAgo)
    return mail
  }

  private func mail(
    list sequences: [UInt64], after: UInt64, acknowledged: UInt64 = 0, epoch: UInt64 = 7
  ) throws -> HubMail {
    let list = sequences.map { String(decoding: event($0).body, as: UTF8.self) }
    return try HubMail(
      HubDelivery(
        subject: "rel.b.ford.batch",
        headers: [
          "Vedette-After": "\(cursor(after, epoch: epoch))",
          "Vedette-Acknowledged": "\(cursor(acknowledged, epoch: epoch))",
        ], payload: Array("[\(list.joined(separator: ","))]".utf8),
        receipt: "r\(sequences.first ?? 0)-\(sequences.last ?? 0)"))
  }

  private func stored(_ fixture: borrowing StoreFixture) async throws -> [UInt64] {
    var query = RowQuery()
    query.isComplete = true
    return try await fixture.store.rows(query).map(\.cursor.sequence)
  }

  @Test func `what comes in another order is stored in that of the ledger`() async throws {
    let fixture = try StoreFixture()
    let desk = try desk(fixture)
    #expect(try await desk.take([try mail(2, after: 0)]).taken == ["r2"])
    let first = try await desk.take([try mail(9, after: 6), try mail(6, after: 4)])
    #expect(first.taken.isEmpty && first.waiting.count == 2)
    let second = try await desk.take(first.waiting + [try mail(4, after: 2)])
    #expect(second.taken == ["r4", "r6", "r9"] && second.waiting.isEmpty)
    #expect(try await stored(fixture) == [2, 4, 6, 9])
    #expect(try await fixture.store.notices().isEmpty)
  }

  @Test func `a list of events is taken as they would be one by one`() async throws {
    let fixture = try StoreFixture()
    let desk = try desk(fixture)
    let first = try await desk.take([
      try mail(9, after: 7), try mail(list: [5, 7], after: 4), try mail(list: [2, 3, 4], after: 0),
    ])
    #expect(first.taken == ["r2-4", "r5-7", "r9"] && first.waiting.isEmpty)
    #expect(try await stored(fixture) == [2, 3, 4, 5, 7, 9])
  }

  @Test func `a list that overlaps others is taken once, and compared`() async throws {
    let fixture = try StoreFixture()
    let desk = try desk(fixture)
    let found = try await desk.take([
      try mail(list: [1, 2, 3], after: 0), try mail(list: [2, 3, 4], after: 1),
      try mail(3, after: 2), try mail(list: [3, 4, 5, 6], after: 2),
    ])
    #expect(Set(found.taken) == ["r1-3", "r2-4", "r3", "r3-6"] && found.waiting.isEmpty)
    #expect(try await stored(fixture) == [1, 2, 3, 4, 5, 6])
    #expect(try await fixture.store.notices().isEmpty)
    #expect(try await fixture.store.state(of: "ford").cursor == cursor(6))
  }

  @Test(arguments: [[], [3, 2], [2, 2]])
  func `a list without order is none`(_ sequences: [UInt64]) {
    #expect(throws: PostClient.Malformed.self) { try mail(list: sequences, after: 1) }
  }

  @Test func `what comes again is acknowledged and passed over`() async throws {
    let fixture = try StoreFixture()
    let desk = try desk(fixture)
    _ = try await desk.take([try mail(1, after: 0), try mail(2, after: 1)])
    let again = try await desk.take([try mail(1, after: 0), try mail(2, after: 1)])
    #expect(again.taken == ["r1", "r2"])
    #expect(try await stored(fixture) == [1, 2])
    #expect(try await fixture.store.state(of: "ford").cursor == cursor(2))
  }

  @Test func `what the hub had and does not give is a gap, but only after a while`() async throws {
    let fixture = try StoreFixture()
    let desk = try desk(fixture)
    _ = try await desk.take([try mail(3, after: 0)])
    let fresh = try await desk.take([try mail(9, after: 7, acknowledged: 8)])
    #expect(fresh.waiting.count == 1)
    let late = try await desk.take([try mail(9, after: 7, acknowledged: 8, secondsAgo: 60)])
    #expect(late.taken == ["r9"])
    let notices = try await fixture.store.notices()
    #expect(notices.map(\.kind) == [.gap])
    #expect(notices.first?.from == cursor(4) && notices.first?.through == cursor(7))
    #expect(try await stored(fixture) == [3, 9])
  }

  @Test func `what the hub was not known to have is waited for however long it takes`() async throws
  {
    let fixture = try StoreFixture()
    let desk = try desk(fixture)
    _ = try await desk.take([try mail(3, after: 0)])
    let found = try await desk.take([try mail(9, after: 7, acknowledged: 3, secondsAgo: 9_999)])
    #expect(found.taken.isEmpty && found.waiting.count == 1)
    #expect(try await fixture.store.notices().isEmpty)
  }

  @Test func `of a window whose head is lost the rest is taken`() async throws {
    let fixture = try StoreFixture()
    let desk = try desk(fixture)
    _ = try await desk.take([try mail(4, after: 0)])
    let found = try await desk.take([
      try mail(6, after: 5, acknowledged: 4, secondsAgo: 60),
      try mail(7, after: 6, acknowledged: 6, secondsAgo: 60),
    ])
    #expect(found.taken == ["r6", "r7"])
    #expect(try await fixture.store.notices().map(\.through) == [cursor(5)])
  }

  @Test func `what the post let go before the hub had it is told as a gap`() async throws {
    let fixture = try StoreFixture()
    let desk = try desk(fixture)
    _ = try await desk.take([try mail(3, after: 0)])
    _ = try await desk.take([try mail(9, after: 3, acknowledged: 8, lost: "4-8")])
    let notices = try await fixture.store.notices()
    #expect(notices.map(\.kind) == [.gap] && notices.first?.from == cursor(4))
    #expect(notices.first?.through == cursor(8))
    #expect(try await stored(fixture) == [3, 9])
  }

  @Test func `another ledger is told, and what comes again of the one before moves nothing`()
    async throws
  {
    let fixture = try StoreFixture()
    let desk = try desk(fixture)
    _ = try await desk.take([try mail(3, after: 0)])
    _ = try await desk.take([try mail(1, after: 0, epoch: 8)])
    #expect(try await fixture.store.notices().map(\.kind) == [.replaced])
    let again = try await desk.take([try mail(3, after: 0)])
    #expect(again.taken == ["r3"])
    #expect(try await fixture.store.state(of: "ford").cursor == cursor(1, epoch: 8))
    #expect(try await stored(fixture) == [3, 1])
  }

  @Test(arguments: ["Vedette-After", "Vedette-Acknowledged"])
  func `a message without its place is none`(_ missing: String) {
    var headers = ["Vedette-After": "\(cursor(0))", "Vedette-Acknowledged": "\(cursor(0))"]
    headers[missing] = nil
    #expect(throws: PostClient.Malformed.self) {
      try HubMail(
        HubDelivery(
          subject: "rel.b.ford.crossing", headers: headers, payload: event(1).body, receipt: "r"))
    }
  }

  @Test func `proofs need a stretch of a ledger`() {
    for text in ["", "1-2", "\(cursor(1))", "\(cursor(5))-4", "\(cursor(0))-4"] {
      #expect(throws: PostClient.Malformed.self, "\(text)") {
        try HubMail(
          HubDelivery(
            subject: "rel.b.ford.proof",
            headers: ["Vedette-Proves": text, "Vedette-After": "\(cursor(1))"], payload: [],
            receipt: "r"))
      }
    }
  }
}
