/// Passes over JSON text in canonical form (RFC 8785) without allocation: places in the text are all
/// that is handed out.
///
/// Reads what the post itself wrote. Anything that is not of that form is refused: white space,
/// names with escapes, names out of order or twice, brackets that do not match.
enum CanonicalScan {
  /// The deepest nesting that is followed.
  static let depthMax = 32

  /// What a byte can be a part of.
  @inline(__always)
  private static func classes(_ byte: UInt8) -> UInt8 { byteClasses[Int(byte)] }

  /// The byte at `place`, which is inside of `text`.
  @inline(__always)
  private static func byte(_ text: RawSpan, _ place: Int) -> UInt8 {
    unsafe text.unsafeLoad(fromByteOffset: place, as: UInt8.self)
  }

  /// Passes the string at `place` and gives what stands between its quotes.
  static func passString(_ text: RawSpan, _ place: inout Int, _ end: Int) -> Range<Int>? {
    precondition(end <= text.byteCount)
    guard place < end, byte(text, place) == UInt8(ascii: "\"") else { return nil }
    let start = place &+ 1
    var at = start
    while at < end {
      let next = byte(text, at)
      guard classes(next) & ByteClass.stops != 0 else {
        at &+= 1
        continue
      }
      if next == UInt8(ascii: "\"") {
        place = at &+ 1
        return start..<at
      }
      if next < 0x20 { return nil }
      at &+= 2
    }
    return nil
  }

  /// Passes a value of any kind, which stands inside of `depth` others.
  static func passValue(_ text: RawSpan, _ place: inout Int, _ end: Int, depth: Int = 0) -> Bool {
    precondition(end <= text.byteCount && depth <= depthMax)
    // One bit for each open bracket, the innermost lowest: 1 for an object, 0 for an array.
    var kinds: UInt64 = 0
    var open = depth
    repeat {
      guard place < end else { return false }
      let next = byte(text, place)
      switch next {
      case UInt8(ascii: "\""):
        guard passString(text, &place, end) != nil else { return false }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard open < depthMax else { return false }
        open += 1
        kinds = kinds << 1 | (next == UInt8(ascii: "{") ? 1 : 0)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard open > depth, kinds & 1 == (next == UInt8(ascii: "}") ? 1 : 0) else { return false }
        open -= 1
        kinds >>= 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        guard open > depth else { return false }
      default:
        let start = place
        while place < end, classes(byte(text, place)) & ByteClass.word != 0 { place &+= 1 }
        guard place > start else { return false }
        continue
      }
      place += 1
    } while open > depth
    return true
  }

  /// The content of the JSON string that `range` holds, without escapes; `nil` for anything else.
  static func plainString(_ text: RawSpan, _ range: Range<Int>) -> Range<Int>? {
    var place = range.lowerBound
    guard let content = passString(text, &place, range.upperBound), place == range.upperBound,
      !contains(UInt8(ascii: "\\"), text, content)
    else { return nil }
    return content
  }

  /// The number in `range` times 10^`places`, exactly; `nil` when it is no plain decimal number, has
  /// more digits behind the point, or does not fit.
  static func scaled(_ text: RawSpan, _ range: Range<Int>, places: Int) -> Int64? {
    precondition(range.upperBound <= text.byteCount)
    let isNegative = !range.isEmpty && byte(text, range.lowerBound) == UInt8(ascii: "-")
    var value: Int64 = 0
    var behind: Int?
    var count = 0
    for place in range.dropFirst(isNegative ? 1 : 0) {
      let next = byte(text, place)
      if next == UInt8(ascii: "."), behind == nil, count > 0 {
        behind = 0
        continue
      }
      guard next >= 0x30, next <= 0x39 else { return nil }
      let (tens, isOver) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOverToo) = tens.addingReportingOverflow(Int64(next - 0x30))
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

  /// Whether the bytes of `range` are `word`.
  static func matches(_ text: RawSpan, _ range: Range<Int>, _ word: StaticString) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    precondition(range.upperBound <= text.byteCount)
    for place in 0..<range.count
    where byte(text, range.lowerBound + place) != (unsafe word.utf8Start[place]) { return false }
    return true
  }

  /// The order of the bytes of two ranges: negative, 0 or positive.
  static func order(_ text: RawSpan, _ a: Range<Int>, _ b: Range<Int>) -> Int {
    precondition(a.upperBound <= text.byteCount && b.upperBound <= text.byteCount)
    for place in 0..<min(a.count, b.count) {
      let difference =
        Int(byte(text, a.lowerBound &+ place)) &- Int(byte(text, b.lowerBound &+ place))
      if difference != 0 { return difference }
    }
    return a.count - b.count
  }

  private static func contains(_ wanted: UInt8, _ text: RawSpan, _ range: Range<Int>) -> Bool {
    for place in range where byte(text, place) == wanted { return true }
    return false
  }

  /// Whether a member's name is ASCII without escapes and stands in order behind `before`.
  private static func isNext(_ text: RawSpan, _ name: Range<Int>, _ before: Range<Int>?) -> Bool {
    for place in name where classes(byte(text, place)) & ByteClass.strange != 0 { return false }
    return before.map { order(text, $0, name) < 0 } ?? true
  }

  /// What stands at a walk's place.
  enum Step {
    /// A value, which the walker passes before the next step.
    case value
    /// What is behind the closing bracket.
    case end
    /// No object or array in canonical form.
    case wrong
  }

  /// A walk over an object's members or an array's elements, one value a step.
  struct Walk {
    /// Where the walk stands.
    var place: Int
    private let end: Int
    private let isObject: Bool
    private var isInside = false
    /// Name of the member whose value stands at `place`.
    private(set) var name: Range<Int>?

    /// Over the members of the object at `place`.
    static func object(at place: Int, end: Int) -> Walk {
      Walk(place: place, end: end, isObject: true)
    }

    /// Over the elements of the array at `place`.
    static func array(at place: Int, end: Int) -> Walk {
      Walk(place: place, end: end, isObject: false)
    }

    private init(place: Int, end: Int, isObject: Bool) {
      self.place = place
      self.end = end
      self.isObject = isObject
    }

    /// Goes to the next value.
    mutating func next(in text: RawSpan) -> Step {
      precondition(end <= text.byteCount)
      let closing = UInt8(ascii: isObject ? "}" : "]")
      guard place < end else { return .wrong }
      let mark = byte(text, place)
      if isInside {
        place += 1
        if mark == closing { return .end }
        guard mark == UInt8(ascii: ","), place < end else { return .wrong }
      } else {
        guard mark == UInt8(ascii: isObject ? "{" : "[") else { return .wrong }
        place += 1
        isInside = true
        guard place < end else { return .wrong }
        if byte(text, place) == closing {
          place += 1
          return .end
        }
      }
      return isObject ? passName(text) : .value
    }

    private mutating func passName(_ text: RawSpan) -> Step {
      guard let found = passString(text, &place, end), isNext(text, found, name), place < end,
        byte(text, place) == UInt8(ascii: ":")
      else { return .wrong }
      place += 1
      name = found
      return .value
    }
  }
}

/// Bits of a byte's classes.
private enum ByteClass {
  /// Can stand in a number, `true`, `false` or `null`.
  static let word: UInt8 = 1
  /// Ends a string, or is more than itself in one, or cannot stand in one.
  static let stops: UInt8 = 2
  /// Cannot stand in a name of ours.
  static let strange: UInt8 = 4
}

/// The classes of all bytes, in rows of sixteen.
private let byteClasses: InlineArray<256, UInt8> = [
  2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
  2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
  0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0,
  0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
]
