import Foundation
import Ledger
import Streaming
import Testing

@testable import Publishing

@Suite struct HubPlaceTests {
  private let place: HubPlace = {
    var place = HubPlace(epoch: 0xAB, oldest: 5)
    place.cursor.sequence = 1_000
    (place.given, place.proven, place.signed, place.lost) = (998, 900, 950, 3)
    return place
  }()

  @Test func `a ledger begins before its oldest event`() {
    #expect(HubPlace(epoch: 1, oldest: 5).cursor.sequence == 4)
    #expect(HubPlace(epoch: 1, oldest: 5).proven == 4)
    #expect(HubPlace(epoch: 1, oldest: 1).cursor.sequence == 0)
  }

  @Test func `a place is kept as it is, in a frozen form`() throws {
    #expect(place.text == "hub-place-1 00000000000000ab.1000 998 900 950 3\n")
    #expect(HubPlace(place.text) == place)
    let path = NSTemporaryDirectory() + "place-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try HubPlace.read(path) == nil)
    try place.write(path)
    #expect(try HubPlace.read(path) == place)
    var next = place
    next.cursor.sequence += 1
    try next.write(path)
    #expect(try HubPlace.read(path) == next)
  }

  @Test func `a file that was cut or changed is told, never believed`() throws {
    let path = NSTemporaryDirectory() + "place-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = Array(place.text.utf8)
    for count in 0..<bytes.count {
      try Data(bytes[..<count]).write(to: URL(fileURLWithPath: path))
      #expect(throws: HubPlace.Failure.self) { try HubPlace.read(path) }
    }
    #expect(HubPlace(place.text.replacing("900", with: "0900")) == nil)
    #expect(throws: HubPlace.Failure.self) { try place.write("/nowhere/place") }
  }

  private let settings = HubSettings.Feed(
    partner: "urn:b", word: "b", purpose: "x", isExercise: false)

  /// A turn after `place` in which nothing is yet; the hub has everything before.
  private var turn: HubLoad {
    HubLoad(of: settings, post: "ford", after: place, acknowledged: place.cursor)
  }

  @Test func `each event names the one before it, and what was let go`() throws {
    var load = turn
    let events = [1_001, 1_004].map { sequence in
      LabelledEvent(
        event: StoredEvent(
          sequence: sequence, type: "org.vedette.crossing.v1", id: "e\(sequence)/1", time: "",
          isExercise: false, data: Array("{}".utf8)), label: nil)
    }
    load.add(
      FeedBatch(events: events, through: 1_009), CloudEventText(source: "/posts/ford", handling: "")
    )
    #expect(load.messages.map(\.subject) == ["rel.b.ford.crossing", "rel.b.ford.crossing"])
    #expect(
      load.messages.map(\.id) == [
        "ford/00000000000000ab/1001/b", "ford/00000000000000ab/1004/b",
      ])
    let headers = load.messages.map { Dictionary($0.headers.map { ($0.name, $0.value) }) { $1 } }
    #expect(
      headers.map { $0["Vedette-After"] } == ["00000000000000ab.998", "00000000000000ab.1001"])
    #expect(headers.map { $0["Vedette-Lost"] } == ["3-1000", nil])
    #expect(headers.allSatisfy { $0["Vedette-Acknowledged"] == "00000000000000ab.1000" })
    #expect(load.next.cursor.sequence == 1_009 && load.next.given == 1_004)
    #expect(load.next.lost == 0 && load.next.proven == 900)
  }

  private func load(events count: Int, bytes: Int = 2) -> HubLoad {
    var load = turn
    let events = (0..<count).map { number in
      LabelledEvent(
        event: StoredEvent(
          sequence: 1_001 + 2 * UInt64(number), type: "org.vedette.crossing.v1",
          id: "e\(number)/1", time: "", isExercise: false,
          data: Array("\"\(String(repeating: "x", count: bytes))\"".utf8)), label: nil)
    }
    load.add(
      FeedBatch(events: events, through: 9_999), CloudEventText(source: "/posts/ford", handling: "")
    )
    return load
  }

  @Test func `a few events go each by itself, more of them many in one message`() throws {
    #expect(load(events: HubLoad.aloneMax).messages.count == HubLoad.aloneMax)
    let load = load(events: 2 * HubLoad.batchEventsMax + 1)
    #expect(
      load.messages.map(\.subject) == [
        "rel.b.ford.batch", "rel.b.ford.batch", "rel.b.ford.crossing",
      ])
    #expect(
      load.messages.map(\.id) == [
        "ford/00000000000000ab/1001-1255/b", "ford/00000000000000ab/1257-1511/b",
        "ford/00000000000000ab/1513/b",
      ])
    let headers = load.messages.map { Dictionary($0.headers.map { ($0.name, $0.value) }) { $1 } }
    #expect(
      headers.map { $0["Vedette-After"] } == [
        "00000000000000ab.998", "00000000000000ab.1255", "00000000000000ab.1511",
      ])
    #expect(headers.map { $0["Vedette-Lost"] } == ["3-1000", nil, nil])
    #expect(headers[0]["content-type"]?.hasPrefix("application/cloudevents-batch+json") == true)
    #expect(headers[2]["content-type"]?.hasPrefix("application/cloudevents+json") == true)
    let list = try JSONSerialization.jsonObject(with: Data(load.messages[0].payload))
    let sequences = (list as? [[String: Any]])?.map { $0["sequence"] as? String }
    #expect(sequences == (0..<HubLoad.batchEventsMax).map { "\(1_001 + 2 * $0)" })
    #expect(load.next.given == 1_513 && load.next.cursor.sequence == 9_999)
    #expect(load.events == 2 * HubLoad.batchEventsMax + 1)
  }

  @Test func `a message stays under what a server takes`() {
    let load = load(events: 60, bytes: 100_000)
    #expect(load.messages.allSatisfy { $0.payload.count < HubLoad.batchBytesMax + 101_000 })
    #expect(load.messages.map(\.subject).allSatisfy { $0 == "rel.b.ford.batch" })
    #expect(load.messages.count == 20)
  }

  @Test func `parts of proofs follow each other to the end of the stretch`() {
    var load = turn
    load.add(
      SharedProofs(
        size: 2_000,
        parts: [
          SharedProofs.Part(json: [1], last: 920), SharedProofs.Part(json: [2], last: 990),
        ]), through: 1_000)
    #expect(load.messages.map(\.subject) == ["rel.b.ford.proof", "rel.b.ford.proof"])
    #expect(
      load.messages.map(\.id) == [
        "ford/00000000000000ab/proof/920/b", "ford/00000000000000ab/proof/1000/b",
      ])
    let headers = load.messages.map { Dictionary($0.headers.map { ($0.name, $0.value) }) { $1 } }
    #expect(
      headers.map { $0["Vedette-Proves"] } == [
        "00000000000000ab.901-920", "00000000000000ab.921-1000",
      ])
    #expect(
      headers.map { $0["Vedette-After"] } == ["00000000000000ab.920", "00000000000000ab.990"])
    #expect(load.next.proven == 1_000 && load.next.signed == 2_000 && load.proofs == 2)
    #expect(load.next.cursor == place.cursor)
  }

  @Test func `what was decided under other agreements is dropped`() {
    var feed = HubFeed(settings, folder: "/nowhere")
    (feed.underWay, feed.ahead) = (turn, turn)
    feed.underWay?.sharing = "1"
    feed.drop(unless: "1")
    #expect(feed.underWay != nil && feed.ahead != nil)
    feed.drop(unless: "2")
    #expect(feed.underWay == nil && feed.ahead == nil)
  }
}
