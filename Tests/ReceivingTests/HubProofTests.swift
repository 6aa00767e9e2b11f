import Ledger
import Testing

@testable import Receiving

@Suite struct HubProofTests {
  private func events(
    _ range: ClosedRange<UInt64>, of post: PostSample, lying: UInt64? = nil
  ) -> HubMail {
    HubMail(
      epoch: 7,
      content: .events(
        range.map { post.event($0, as: $0 == lying ? "animal" : "person") },
        after: range.lowerBound - 1, acknowledged: 0, lost: nil),
      receipt: "e\(range.lowerBound)")
  }

  private func proofs(
    _ range: ClosedRange<UInt64>, of post: PostSample, size: UInt64, from old: UInt64,
    secondsAgo: Int = 0
  ) -> HubMail {
    HubMail(
      epoch: 7,
      content: .proofs(
        post.proofs(of: range, size: size, from: old), of: range, last: range.upperBound),
      receipt: "p\(range.lowerBound)", came: .now - .seconds(secondsAgo))
  }

  private func states(_ fixture: borrowing StoreFixture) async throws -> [EventState] {
    var query = RowQuery()
    query.isComplete = true
    return try await fixture.store.rows(query).map(\.state)
  }

  @Test func `events and their proofs are stored together, in whichever order they came`()
    async throws
  {
    let fixture = try StoreFixture()
    let post = try PostSample(count: 9)
    let desk = try hubDesk(fixture)
    let found = try await desk.take([
      proofs(5...9, of: post, size: 9, from: 6), events(5...9, of: post), events(1...4, of: post),
      proofs(1...4, of: post, size: 6, from: 0),
    ])
    #expect(Set(found.taken) == ["e1", "e5", "p1", "p5"] && found.waiting.isEmpty)
    #expect(try await states(fixture) == Array(repeating: .proven, count: 9))
    #expect(try await fixture.store.rows(RowQuery()).map(\.row) == Array(1...9))
    #expect(try await fixture.store.state(of: "ford").note == post.note(9))
    #expect(try await fixture.store.notices().isEmpty)
    for row in Int64(1)...9 { #expect(try await fixture.store.bundle(at: row) != nil) }
  }

  @Test func `proofs wait for their events, and for those of the events before`() async throws {
    let fixture = try StoreFixture()
    let post = try PostSample(count: 6)
    let desk = try hubDesk(fixture)
    let early = try await desk.take([proofs(1...3, of: post, size: 3, from: 0)])
    #expect(early.taken.isEmpty && early.waiting.count == 1)
    let second = try await desk.take([
      events(1...6, of: post), proofs(4...6, of: post, size: 6, from: 3),
    ])
    #expect(second.taken == ["e1"] && second.waiting.map(\.receipt) == ["p4"])
    #expect(try await states(fixture) == Array(repeating: .pending, count: 6))
    let third = try await desk.take(second.waiting + early.waiting)
    #expect(third.taken == ["p1", "p4"])
    #expect(try await states(fixture) == Array(repeating: .proven, count: 6))
  }

  @Test func `events and proofs that come again together, long settled, are passed over`()
    async throws
  {
    let fixture = try StoreFixture()
    let post = try PostSample(count: 6)
    let desk = try hubDesk(fixture)
    let first = [events(1...4, of: post), proofs(1...4, of: post, size: 4, from: 0)]
    _ = try await desk.take(first)
    _ = try await desk.take([events(5...6, of: post), proofs(5...6, of: post, size: 6, from: 4)])
    let again = try await desk.take(first)
    #expect(again.taken == ["e1", "p1"] && again.waiting.isEmpty)
    #expect(try await states(fixture) == Array(repeating: .proven, count: 6))
    #expect(try await fixture.store.notices().isEmpty)
    #expect(try await fixture.store.state(of: "ford").note == post.note(6))
  }

  @Test func `what is on its way into the store is gone on from`() async throws {
    let fixture = try StoreFixture()
    let post = try PostSample(count: 8)
    let desk = try hubDesk(fixture)
    let mails = [
      [events(1...3, of: post)],
      [events(4...6, of: post), proofs(1...3, of: post, size: 4, from: 0)],
      [proofs(4...6, of: post, size: 8, from: 4), events(7...8, of: post)],
    ]
    var before: HubTurn?
    for mails in mails {
      let turns = try await desk.look(at: mails, after: before)
      // Only now is what was looked at before stored.
      if let part = before?.part { #expect(try await fixture.store.store([part]) == [0]) }
      #expect(turns.count == 1 && turns[0].waiting.isEmpty)
      before = turns.last
    }
    _ = try await fixture.store.store([#require(before?.part)])
    #expect(
      try await states(fixture)
        == Array(repeating: .proven, count: 6) + [.pending, .pending])
    #expect(try await fixture.store.rows(RowQuery()).map(\.cursor.sequence) == Array(1...6))
    #expect(try await fixture.store.state(of: "ford").note == post.note(8))
    #expect(try await fixture.store.notices().isEmpty)
  }

  @Test func `what was on its way and is in the store by now is gone on from as well`()
    async throws
  {
    let fixture = try StoreFixture()
    let post = try PostSample(count: 6)
    let desk = try hubDesk(fixture)
    let first = try await desk.look(
      at: [events(1...4, of: post), proofs(1...2, of: post, size: 2, from: 0)], after: nil)
    _ = try await fixture.store.store([#require(first[0].part)])
    let second = try await desk.look(
      at: [proofs(3...4, of: post, size: 6, from: 2), events(5...6, of: post)], after: first[0])
    _ = try await fixture.store.store([#require(second[0].part)])
    #expect(
      try await states(fixture) == Array(repeating: .proven, count: 4) + [.pending, .pending])
  }

  @Test func `what must be told or compared waits until all before it is stored`() async throws {
    let fixture = try StoreFixture()
    let post = try PostSample(count: 9)
    let desk = try hubDesk(fixture)
    let before = try await desk.look(
      at: [events(1...4, of: post), proofs(1...4, of: post, size: 4, from: 0)], after: nil)[0]
    var lost = events(8...9, of: post)
    lost.content = .events(
      [post.event(8), post.event(9)], after: 4, acknowledged: 4, lost: 5...7)
    var other = post.proofs(of: 5...6, size: 6, from: 4)
    other.consistency.hashes = [.leaf([1])]
    let cases = [
      [lost], [events(5...7, of: post), events(6...9, of: post)],
      [
        events(5...6, of: post),
        HubMail(epoch: 7, content: .proofs(other, of: 5...6, last: 6), receipt: "x"),
      ],
    ]
    for mails in cases {
      await #expect(throws: HubTurn.MustWait.self) {
        try await desk.look(at: mails, after: before)
      }
    }
    var next = events(1...2, of: post)
    next.epoch = 8
    await #expect(throws: HubTurn.MustWait.self) { try await desk.look(at: [next], after: before) }
    #expect(try await states(fixture).isEmpty)
  }

  @Test func `an event that its proof contradicts is refused, those beside it are proven`()
    async throws
  {
    let fixture = try StoreFixture()
    let post = try PostSample(count: 5)
    let desk = try hubDesk(fixture)
    let found = try await desk.take([
      events(1...5, of: post, lying: 3), proofs(1...5, of: post, size: 5, from: 0),
    ])
    #expect(found.taken == ["e1", "p1"])
    #expect(try await states(fixture) == [.proven, .proven, .refused, .proven, .proven])
    #expect(try await fixture.store.rows(RowQuery()).map(\.cursor.sequence) == [1, 2, 4, 5])
    #expect(try await fixture.store.notices().map(\.kind) == [.refused])
  }

  @Test func `a message whose proofs are none is told, and the others of its lot are taken`()
    async throws
  {
    let fixture = try StoreFixture()
    let post = try PostSample(count: 6)
    let desk = try hubDesk(fixture)
    var broken = post.proofs(of: 3...4, size: 6, from: 2)
    broken.bundles = [Array("{}".utf8)[...], Array("{}".utf8)[...]]
    let found = try await desk.take([
      events(1...6, of: post), proofs(1...2, of: post, size: 2, from: 0),
      HubMail(epoch: 7, content: .proofs(broken, of: 3...4, last: 4), receipt: "b"),
      proofs(5...6, of: post, size: 6, from: 6),
    ])
    #expect(Set(found.taken) == ["e1", "p1", "b", "p5"])
    #expect(
      try await states(fixture) == [.proven, .proven, .pending, .pending, .proven, .proven])
    #expect(try await fixture.store.notices().map(\.kind) == [.refused])
    #expect(try await fixture.store.rows(RowQuery()).map(\.cursor.sequence) == [1, 2])
  }

  @Test func `two histories of one size bar the post, and what was proven before is kept`()
    async throws
  {
    let fixture = try StoreFixture()
    let post = try PostSample(count: 4)
    let desk = try hubDesk(fixture)
    let checkpoint = Checkpoint(origin: PostSample.signer.key.name, size: 4, root: .leaf([1]))
    var note = try #require(SignedNote(text: checkpoint.description))
    note.sign(with: PostSample.signer)
    let other = PostClient.Proofs(
      consistency: ConsistencyProof(old: 4, hashes: [], note: note), bundles: [])
    _ = try await desk.take([
      events(1...4, of: post), proofs(1...2, of: post, size: 4, from: 0),
      HubMail(epoch: 7, content: .proofs(other, of: 3...4, last: 4), receipt: "x"),
    ])
    #expect(try await fixture.store.state(of: "ford").isBarred)
    #expect(try await states(fixture) == [.proven, .proven, .pending, .pending])
    #expect(try await fixture.store.notices().map(\.kind) == [.equivocation])
  }
}
