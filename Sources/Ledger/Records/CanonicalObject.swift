/// The members of a JSON object in canonical form (RFC 8785), as they stand in its text: values are
/// kept as their bytes, so that what is hashed or passed on is what was stored.
///
/// Reads what the post itself wrote. Anything that is not of that form gives `nil`: white space,
/// names with escapes, names out of order or twice, brackets that do not match.
public struct CanonicalObject: Sendable {
  /// A name with its value.
  public struct Member: Sendable, Equatable {
    /// The name, ASCII without escapes.
    public var name: String
    /// The value's JSON text.
    public var value: ArraySlice<UInt8>
  }

  /// The deepest nesting that is followed.
  private static let depthMax = 32

  /// The members in the order of their names.
  public private(set) var members: [Member] = []

  /// The object that `text` holds, all of it.
  public init?(_ text: ArraySlice<UInt8>) {
    var place = text.startIndex
    func next() -> UInt8? { place < text.endIndex ? text[place] : nil }
    guard next() == UInt8(ascii: "{") else { return nil }
    place += 1
    if next() == UInt8(ascii: "}") {
      guard place + 1 == text.endIndex else { return nil }
      return
    }
    var before: [UInt8]?
    while true {
      guard let name = Self.string(text, &place), !name.contains(UInt8(ascii: "\\")),
        name.allSatisfy({ $0 < 0x80 }), before.map({ $0.lexicographicallyPrecedes(name) }) ?? true,
        next() == UInt8(ascii: ":")
      else { return nil }
      place += 1
      let start = place
      guard Self.skipValue(text, &place) else { return nil }
      members.append(
        Member(name: String(decoding: name, as: UTF8.self), value: text[start..<place]))
      before = Array(name)
      let mark = next()
      place += 1
      if mark == UInt8(ascii: "}") { break }
      guard mark == UInt8(ascii: ",") else { return nil }
    }
    guard place == text.endIndex else { return nil }
  }

  /// The value of `name`.
  public subscript(name: String) -> ArraySlice<UInt8>? {
    members.first { $0.name == name }?.value
  }

  /// The elements of a canonical JSON array; `nil` when `text` is none.
  public static func elements(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
    var place = text.startIndex
    guard place < text.endIndex, text[place] == UInt8(ascii: "[") else { return nil }
    place += 1
    var elements: [ArraySlice<UInt8>] = []
    if place < text.endIndex, text[place] == UInt8(ascii: "]") {
      return place + 1 == text.endIndex ? [] : nil
    }
    while place < text.endIndex {
      let start = place
      guard skipValue(text, &place), place < text.endIndex else { return nil }
      elements.append(text[start..<place])
      let mark = text[place]
      place += 1
      if mark == UInt8(ascii: "]") { return place == text.endIndex ? elements : nil }
      guard mark == UInt8(ascii: ",") else { return nil }
    }
    return nil
  }

  /// The content of a JSON string without escapes; `nil` for anything else.
  public static func plainString(_ text: ArraySlice<UInt8>) -> String? {
    var place = text.startIndex
    guard let content = string(text, &place), place == text.endIndex,
      !content.contains(UInt8(ascii: "\\"))
    else { return nil }
    return String(decoding: content, as: UTF8.self)
  }

  /// The number in `text` times 10^`places`, exactly; `nil` when it is no plain decimal number, has
  /// more digits behind the point, or does not fit.
  public static func scaled(_ text: ArraySlice<UInt8>, places: Int) -> Int64? {
    var digits = text
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits = digits.dropFirst() }
    var value: Int64 = 0
    var behind: Int?
    var count = 0
    for byte in digits {
      if byte == UInt8(ascii: "."), behind == nil, count > 0 {
        behind = 0
        continue
      }
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      let (tens, isOver) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOverToo) = tens.addingReportingOverflow(Int64(byte - 0x30))
      guard !isOver, !isOverToo else { return nil }
      value = sum
      count += 1
      if let known = behind { behind = known + 1 }
    }
    guard count > 0, behind != 0, (behind ?? 0) <= places else { return nil }
    for _ in (behind ?? 0)..<places {
      let (tens, isOver) = value.multipliedReportingOverflow(by: 10)
      guard !isOver else { return nil }
      value = tens
    }
    return isNegative ? -value : value
  }

  /// Passes a string and gives what stands between its quotes.
  private static func string(_ text: ArraySlice<UInt8>, _ place: inout Int) -> ArraySlice<UInt8>? {
    guard place < text.endIndex, text[place] == UInt8(ascii: "\"") else { return nil }
    place += 1
    let start = place
    while place < text.endIndex {
      switch text[place] {
      case UInt8(ascii: "\""):
        place += 1
        return text[start..<place - 1]
      case UInt8(ascii: "\\"): place += 2
      case 0..<0x20: return nil
      default: place += 1
      }
    }
    return nil
  }

  /// Passes a value of any kind.
  private static func skipValue(_ text: ArraySlice<UInt8>, _ place: inout Int) -> Bool {
    var open: [UInt8] = []
    repeat {
      guard place < text.endIndex else { return false }
      switch text[place] {
      case UInt8(ascii: "\""):
        guard string(text, &place) != nil else { return false }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard open.count < depthMax else { return false }
        open.append(text[place] + 2)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        // The closing bracket of a kind is two above the opening one in ASCII.
        guard open.popLast() == text[place] else { return false }
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        guard !open.isEmpty else { return false }
      default:
        let start = place
        while place < text.endIndex, isWord(text[place]) { place += 1 }
        guard place > start else { return false }
        continue
      }
      place += 1
    } while !open.isEmpty
    return true
  }

  /// Whether `byte` can stand in a number, `true`, `false` or `null`.
  private static func isWord(_ byte: UInt8) -> Bool {
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7A) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "E")
  }
}
