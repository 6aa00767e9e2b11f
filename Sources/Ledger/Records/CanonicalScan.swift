import Digests

/// Passes over JSON text in canonical form (RFC 8785) without allocation: places in the text are all
/// that is handed out. The text is marked (``MarkBuffer``), so that strings and numbers are passed in
/// one step.
///
/// Reads what the post itself wrote. Anything that is not of that form is refused: white space,
/// names with escapes, names out of order or twice, brackets that do not match.
///
/// Lent by a ``MarkBuffer``: all accesses are checked against the size of the text, which must stay.
@safe
struct CanonicalScan: BitwiseCopyable {
  /// The deepest nesting that is followed.
  static let depthMax = 32

  /// Bytes of the text.
  let count: Int
  private let text: UnsafeRawPointer
  private let marks: UnsafePointer<UInt64>
  /// Whether any byte is a backslash or above 0x7F.
  private let isStrange: Bool

  /// The text of `count` bytes that `marks` are about.
  @unsafe
  init(text: UnsafeRawPointer, count: Int, marks: UnsafePointer<UInt64>, isStrange: Bool) {
    unsafe self.text = unsafe text
    self.count = count
    unsafe self.marks = unsafe marks
    self.isStrange = isStrange
  }

  /// The byte at `place`, which is inside of the text.
  @inline(__always)
  private func byte(_ place: Int) -> UInt8 {
    unsafe text.load(fromByteOffset: place, as: UInt8.self)
  }

  /// What of a text is marked: the words of ``TextMarks``.
  private enum Mark: Int {
    case stop
    case notWord
    case structure
  }

  /// The first place from `place` on with that mark; the end of the text, or a place behind it, when there
  /// is none.
  ///
  /// - Precondition: `place` is at most the end of the text.
  @inline(__always)
  private func next(_ mark: Mark, from place: Int) -> Int {
    var word = (place &>> 6) &* TextMarks.wordsPerBlock &+ mark.rawValue
    let left = unsafe marks[word] &>> UInt64(truncatingIfNeeded: place & 63)
    if left != 0 { return place &+ left.trailingZeroBitCount }
    var start = place & ~63
    while true {
      word &+= TextMarks.wordsPerBlock
      start &+= 64
      // Behind the end all bits are set.
      let bits = unsafe marks[word]
      if bits != 0 { return start &+ bits.trailingZeroBitCount }
    }
  }

  /// Passes the string at `place` and gives what stands between its quotes.
  @inline(__always)
  func passString(_ place: inout Int, _ end: Int) -> Range<Int>? {
    precondition(end <= count && place >= 0)
    guard place < end, byte(place) == UInt8(ascii: "\"") else { return nil }
    let start = place &+ 1
    var at = start
    while at < end {
      at = next(.stop, from: at)
      guard at < end else { return nil }
      let found = byte(at)
      if found == UInt8(ascii: "\"") {
        place = at &+ 1
        return start..<at
      }
      if found < 0x20 { return nil }
      at &+= 2
    }
    return nil
  }

  /// Passes a value of any kind, which stands inside of `depth` others. What stands in brackets is not looked at
  /// but for its strings and brackets.
  @inline(__always)
  func passValue(_ place: inout Int, _ end: Int, depth: Int = 0) -> Bool {
    precondition(end <= count && place >= 0 && depth <= Self.depthMax)
    guard place < end else { return false }
    switch byte(place) {
    case UInt8(ascii: "\""): return passString(&place, end) != nil
    case UInt8(ascii: "{"), UInt8(ascii: "["): return passBrackets(&place, end, depth: depth)
    default:
      let start = place
      place = min(next(.notWord, from: place), end)
      return place > start
    }
  }

  /// Passes an object or an array with all that is inside.
  private func passBrackets(_ place: inout Int, _ end: Int, depth: Int) -> Bool {
    // One bit for each open bracket, the innermost lowest: 1 for an object, 0 for an array.
    var kinds: UInt64 = 0
    var open = depth
    repeat {
      place = next(.structure, from: place)
      guard place < end else { return false }
      let found = byte(place)
      switch found {
      case UInt8(ascii: "\""):
        guard passString(&place, end) != nil else { return false }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard open < Self.depthMax else { return false }
        open &+= 1
        kinds = kinds &<< 1 | (found == UInt8(ascii: "{") ? 1 : 0)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard open > depth, kinds & 1 == (found == UInt8(ascii: "}") ? 1 : 0) else { return false }
        open &-= 1
        kinds = kinds &>> 1
      default: return false
      }
      place &+= 1
    } while open > depth
    return true
  }

  /// The content of the JSON string that `range` holds, without escapes; `nil` for anything else.
  func plainString(_ range: Range<Int>) -> Range<Int>? {
    var place = range.lowerBound
    guard let content = passString(&place, range.upperBound), place == range.upperBound,
      !contains(UInt8(ascii: "\\"), content)
    else { return nil }
    return content
  }

  /// The number in `range` times 10^`places`, exactly; `nil` when it is no plain decimal number, has
  /// more digits behind the point, or does not fit.
  func scaled(_ range: Range<Int>, places: Int) -> Int64? {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    let isNegative = !range.isEmpty && byte(range.lowerBound) == UInt8(ascii: "-")
    var value: Int64 = 0
    // Digits before the point.
    var point: Int?
    var digits = 0
    // So many digits cannot overflow.
    let isShort = range.count <= 18
    var place = range.lowerBound &+ (isNegative ? 1 : 0)
    while place < range.upperBound {
      let next = byte(place)
      place &+= 1
      if next == UInt8(ascii: "."), point == nil, digits > 0 {
        point = digits
        continue
      }
      guard next >= 0x30, next <= 0x39 else { return nil }
      let digit = Int64(next &- 0x30)
      if isShort {
        value = value &* 10 &+ digit
      } else {
        let (tens, isOver) = value.multipliedReportingOverflow(by: 10)
        let (sum, isOverToo) = tens.addingReportingOverflow(digit)
        guard !isOver, !isOverToo else { return nil }
        value = sum
      }
      digits &+= 1
    }
    let behind = point.map { digits - $0 }
    guard digits > 0, behind != 0, (behind ?? 0) <= places else { return nil }
    for _ in (behind ?? 0)..<places {
      let (tens, isOver) = value.multipliedReportingOverflow(by: 10)
      guard !isOver else { return nil }
      value = tens
    }
    return isNegative ? -value : value
  }

  /// Whether the bytes of `range`, whose key is `key`, are `word`.
  @inline(__always)
  func matches(_ range: Range<Int>, _ key: UInt64, _ word: StaticString) -> Bool {
    guard range.count == word.utf8CodeUnitCount, key == Self.key(word) else { return false }
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    var place = 8
    while place < range.count {
      if byte(range.lowerBound &+ place) != (unsafe word.utf8Start[place]) { return false }
      place &+= 1
    }
    return true
  }

  /// The key of a word of ours.
  @inline(__always)
  static func key(_ word: StaticString) -> UInt64 {
    var key: UInt64 = 0
    for place in 0..<8 {
      let byte = place < word.utf8CodeUnitCount ? (unsafe word.utf8Start[place]) : 0
      key = key << 8 | UInt64(byte)
    }
    return key
  }

  /// The first eight bytes of `range`, which order as they do; zeros where it is shorter.
  @inline(__always)
  func key(_ range: Range<Int>) -> UInt64 {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    guard range.lowerBound &+ 8 <= count else {
      var key: UInt64 = 0
      for place in 0..<8 {
        key = key << 8 | (place < range.count ? UInt64(byte(range.lowerBound + place)) : 0)
      }
      return key
    }
    let word = unsafe text.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self)
    return word.bigEndian & ~(UInt64.max >> UInt64(8 * min(range.count, 8)))
  }

  /// The order of the bytes of two ranges: negative, 0 or positive.
  func order(_ a: Range<Int>, _ b: Range<Int>) -> Int {
    precondition(
      a.lowerBound >= 0 && b.lowerBound >= 0 && a.upperBound <= count && b.upperBound <= count)
    for place in 0..<min(a.count, b.count) {
      let difference = Int(byte(a.lowerBound &+ place)) &- Int(byte(b.lowerBound &+ place))
      if difference != 0 { return difference }
    }
    return a.count - b.count
  }

  private func contains(_ wanted: UInt8, _ range: Range<Int>) -> Bool {
    for place in range where byte(place) == wanted { return true }
    return false
  }

  /// Whether a member's name is ASCII without escapes.
  private func isPlain(_ name: Range<Int>) -> Bool {
    guard isStrange else { return true }
    for place in name where byte(place) >= 0x80 || byte(place) == UInt8(ascii: "\\") {
      return false
    }
    return true
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
    /// Its ``CanonicalScan/key(_:)``.
    private(set) var key: UInt64 = 0

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
    mutating func next(in scan: CanonicalScan) -> Step {
      precondition(end <= scan.count && place >= 0)
      let closing = UInt8(ascii: isObject ? "}" : "]")
      guard place < end else { return .wrong }
      let mark = scan.byte(place)
      if isInside {
        place += 1
        if mark == closing { return .end }
        guard mark == UInt8(ascii: ","), place < end else { return .wrong }
      } else {
        guard mark == UInt8(ascii: isObject ? "{" : "[") else { return .wrong }
        place += 1
        isInside = true
        guard place < end else { return .wrong }
        if scan.byte(place) == closing {
          place += 1
          return .end
        }
      }
      return isObject ? passName(scan) : .value
    }

    /// Passes a name, which stands in order behind the one before.
    @inline(__always)
    private mutating func passName(_ scan: CanonicalScan) -> Step {
      guard let found = scan.passString(&place, end), scan.isPlain(found), place < end,
        scan.byte(place) == UInt8(ascii: ":")
      else { return .wrong }
      let newKey = scan.key(found)
      if let name, newKey <= key, newKey < key || scan.order(name, found) >= 0 { return .wrong }
      place += 1
      name = found
      key = newKey
      return .value
    }
  }
}
