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

  @Test func `each event names the one before it, and what was let go`() throws {
    var feed = HubFeed(
      HubSettings.Feed(partner: "urn:b", word: "b", purpose: "x", isExercise: false), post: "ford",
      folder: "/nowhere")
    feed.place = place
    let events = [1_001, 1_004].map { sequence in
      LabelledEvent(
        event: StoredEvent(
          sequence: sequence, type: "org.vedette.crossing.v1", id: "e\(sequence)/1", time: "",
          isExercise: false, data: Array("{}".utf8)), label: nil)
    }
    feed.take(
      FeedBatch(events: events, through: 1_009), CloudEventText(source: "/posts/ford", handling: "")
    )
    #expect(feed.underWay.map(\.subject) == ["rel.b.ford.crossing", "rel.b.ford.crossing"])
    #expect(
      feed.underWay.map(\.id) == [
        "ford/00000000000000ab/1001/b", "ford/00000000000000ab/1004/b",
      ])
    let headers = feed.underWay.map { Dictionary($0.headers.map { ($0.name, $0.value) }) { $1 } }
    #expect(
      headers.map { $0["Vedette-After"] } == ["00000000000000ab.998", "00000000000000ab.1001"])
    #expect(headers.map { $0["Vedette-Lost"] } == ["3-1000", nil])
    #expect(headers.allSatisfy { $0["Vedette-Acknowledged"] == "00000000000000ab.1000" })
    #expect(feed.place == place)
    #expect(feed.next?.cursor.sequence == 1_009 && feed.next?.given == 1_004)
    #expect(feed.next?.lost == 0 && feed.next?.proven == 900)
  }

  private func feed(events count: Int, bytes: Int = 2) -> HubFeed {
    var feed = HubFeed(
      HubSettings.Feed(partner: "urn:b", word: "b", purpose: "x", isExercise: false), post: "ford",
      folder: "/nowhere")
    feed.place = place
    let events = (0..<count).map { number in
      LabelledEvent(
        event: StoredEvent(
          sequence: 1_001 + 2 * UInt64(number), type: "org.vedette.crossing.v1",
          id: "e\(number)/1", time: "", isExercise: false,
          data: Array("\"\(String(repeating: "x", count: bytes))\"".utf8)), label: nil)
    }
    feed.take(
      FeedBatch(events: events, through: 9_999), CloudEventText(source: "/posts/ford", handling: "")
    )
    return feed
  }

  @Test func `a few events go each by itself, more of them many in one message`() throws {
    #expect(feed(events: HubFeed.aloneMax).underWay.count == HubFeed.aloneMax)
    let feed = feed(events: 2 * HubFeed.batchEventsMax + 1)
    #expect(
      feed.underWay.map(\.subject) == [
        "rel.b.ford.batch", "rel.b.ford.batch", "rel.b.ford.crossing",
      ])
    #expect(
      feed.underWay.map(\.id) == [
        "ford/00000000000000ab/1001-1255/b", "ford/00000000000000ab/1257-1511/b",
        "ford/00000000000000ab/1513/b",
      ])
    let headers = feed.underWay.map { Dictionary($0.headers.map { ($0.name, $0.value) }) { $1 } }
    #expect(
      headers.map { $0["Vedette-After"] } == [
        "00000000000000ab.998", "00000000000000ab.1255", "00000000000000ab.1511",
      ])
    #expect(headers.map { $0["Vedette-Lost"] } == ["3-1000", nil, nil])
    #expect(headers[0]["content-type"]?.hasPrefix("application/cloudevents-batch+json") == true)
    #expect(headers[2]["content-type"]?.hasPrefix("application/cloudevents+json") == true)
    let list = try JSONSerialization.jsonObject(with: Data(feed.underWay[0].payload))
    let sequences = (list as? [[String: Any]])?.map { $0["sequence"] as? String }
    #expect(sequences == (0..<HubFeed.batchEventsMax).map { "\(1_001 + 2 * $0)" })
    #expect(feed.next?.given == 1_513 && feed.next?.cursor.sequence == 9_999)
    #expect(feed.events == 2 * HubFeed.batchEventsMax + 1)
  }

  @Test func `a message stays under what a server takes`() {
    let feed = feed(events: 60, bytes: 100_000)
    #expect(feed.underWay.allSatisfy { $0.payload.count < HubFeed.batchBytesMax + 101_000 })
    #expect(feed.underWay.map(\.subject).allSatisfy { $0 == "rel.b.ford.batch" })
    #expect(feed.underWay.count == 20)
  }
}
