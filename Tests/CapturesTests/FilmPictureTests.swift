import Testing

@testable import Captures

@Suite struct FilmPictureTests {
  static let event =
    "1 2026-11-29T02:10:00.123Z crossing reported person in across north-fence confidence 0.97 "
    + "1.4 m/s by cam-west, fence-3"

  private func picture(_ width: Int, _ height: Int = 360) -> FilmPicture {
    FilmPicture(
      luma: [UInt8](repeating: 90, count: width * height), width: width, height: height)
  }

  /// The letters of a row whose upper left corner is at the left edge, read back from the dots.
  private func read(_ picture: FilmPicture, y: Int) -> String {
    let dot = picture.dot
    func isLit(_ x: Int, _ y: Int) -> Bool { picture.planes[y * picture.width + x] > 200 }
    var text = ""
    for place in 0..<picture.lettersMax {
      let x = dot + place * (Lettering.width + 1) * dot
      let rows = (0..<Lettering.height).map { row in
        (0..<Lettering.width).reduce(UInt8(0)) { bits, column in
          bits << 1 | (isLit(x + column * dot, y + (row + 1) * dot) ? 1 : 0)
        }
      }
      let signs = " !#%'()*+,-./0123456789:;=?ABCDEFGHIJKLMNOPQRSTUVWXYZ"
      text.append(signs.first { Lettering.rows(of: $0) == rows } ?? "?")
    }
    while text.last == " " { text.removeLast() }
    return text
  }

  @Test(
    "of a long line every word stands in the picture",
    arguments: [64, 160, 320, 640, 1280, 1920])
  func wrapping(width: Int) {
    let film = picture(width)
    let rows = film.rows(of: Self.event)
    #expect(rows.allSatisfy { $0.count <= film.lettersMax })
    let letters = { (text: String) in text.filter { $0 != " " } }
    #expect(letters(rows.joined()) == letters(Self.event))
    if film.lettersMax > 30 {
      let words = rows.joined(separator: " ").split(separator: " ")
      #expect(words == Self.event.split(separator: " "), "no word is broken")
    }
  }

  @Test("what is written can be read in the picture, row by row")
  func reading() {
    var film = picture(640)
    let rows = film.rows(of: Self.event)
    #expect(rows.count == 3)
    for (place, row) in rows.enumerated() {
      film.write(row, x: 0, y: place * film.rowHeight, .white)
    }
    for (place, row) in rows.enumerated() {
      #expect(read(film, y: place * film.rowHeight) == row.uppercased())
    }
  }

  @Test("what has no room ends in dots, and says so")
  func ellipsis() {
    var film = picture(160)
    #expect(film.lettersMax == 26)
    let rows = film.rows(of: Self.event, rowsMax: 2)
    #expect(rows.count == 2 && rows[1].hasSuffix("...") && rows[1].count <= 26)
    film.write("2026-11-29T02:10:00.123Z  camera-of-the-west", x: 0, y: 0, .white)
    #expect(read(film, y: 0) == "2026-11-29T02:10:00.123...")
    film.write("2026-11-29T02:10:00.123Z  ", x: 0, y: 40, .white)
    #expect(read(film, y: 40) == "2026-11-29T02:10:00.123Z")
    #expect(film.rows(of: "") == [""] && film.rows(of: "a  b") == ["a b"])
    #expect(picture(8, 8).rows(of: "abc").count == 3)
  }
}
