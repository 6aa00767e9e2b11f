import Foundation
import FoundationXML
import Model
import Testing

@Suite struct MarkupTextTests {
  @Test("any text is well-formed in an element and in an attribute, and is read back")
  func roundTrip() throws {
    let text = "a<b> & \"c\"\r\n\t'd' \u{301}\u{1F6C2}"
    let page = "<x y=\"\(markupText(text))\">\(markupText(text))</x>"
    let root = try #require(try XMLDocument(data: Data(page.utf8)).rootElement())
    #expect(root.stringValue == text)
    #expect(root.attribute(forName: "y")?.stringValue == text)
  }

  @Test(
    "what XML cannot hold is replaced",
    arguments: ["\u{0}", "\u{8}", "\u{1f}", "\u{fffe}", "\u{ffff}"])
  func control(_ text: String) { #expect(markupText(text) == "\u{fffd}") }
}
