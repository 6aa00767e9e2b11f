import Ledger
import Testing

@testable import Receiving

@Suite struct PostPageTests {
  private func page(_ events: [ReceivedEvent], next: String, caughtUp: Bool = true) -> [UInt8] {
    Array(#"{"caught_up":\#(caughtUp),"events":["#.utf8)
      + events.map(\.body).joined(separator: [UInt8(ascii: ",")])
      + Array(#"],"next":"\#(next)"}"#.utf8)
  }

  @Test("a page is read, and its events keep their bytes")
  func reading() throws {
    let sent = [event(4), event(6, disposition: "recalled", retention: 9)]
    let page = try #require(PostPage(page(sent, next: "0000000000000007.9")))
    #expect(page.events == sent)
    #expect(page.next == cursor(9) && page.isCaughtUp)
    #expect(page.events[0].eventID == "e4" && !page.events[0].isRecall)
    #expect(page.events[1].isRecall && page.events[1].retentionDays == 9)
  }

  @Test(
    "what is no page is refused",
    arguments: [
      "", "{}", "[]", #"{"caught_up":true,"events":[],"next":"7.9"}"#,
      #"{"caught_up":true,"events":[{}],"next":"0000000000000007.9"}"#,
      #"{"caught_up":true,"events":{},"next":"0000000000000007.9"}"#,
    ])
  func noPage(_ text: String) { #expect(PostPage(Array(text.utf8)) == nil) }

  @Test("a page that leads nowhere is not asked for again at once")
  func standing() throws {
    let body = page([], next: "0000000000000007.9", caughtUp: false)
    #expect(try #require(PostPage(body, after: cursor(9))).isCaughtUp)
    #expect(try !#require(PostPage(body, after: cursor(8))).isCaughtUp)
    let full = page([event(9)], next: "0000000000000007.9", caughtUp: false)
    #expect(try !#require(PostPage(full, after: cursor(8))).isCaughtUp)
  }

  @Test("no cut of a page is read as one")
  func cuts() {
    let whole = page([event(4)], next: "0000000000000007.9")
    for count in 0..<whole.count { #expect(PostPage(Array(whole.prefix(count))) == nil) }
  }

  @Test("a refusal is read with the post's words")
  func refusals() {
    let body = #"{"error":"gone","oldest":"0000000000000007.9","remedy":"note the gap"}"#
    let found = PostClient.Refusal(status: 410, body: Array(body.utf8))
    #expect(found.oldest == cursor(9))
    #expect(found.description == "410: gone; note the gap")
    #expect(PostClient.Refusal(status: 502, body: Array("<html>".utf8)).oldest == nil)
  }
}
