/// The members of a JSON object in canonical form (RFC 8785), as they stand in its text: values are
/// kept as their bytes, so that what is hashed or passed on is what was stored.
///
/// Reads what the post itself wrote; anything that is not of that form (``CanonicalScan``) gives `nil`.
public struct CanonicalObject: Sendable {
  /// A name with its value.
  public struct Member: Sendable, Equatable {
    /// The name, ASCII without escapes.
    public var name: String
    /// The value's JSON text.
    public var value: ArraySlice<UInt8>
  }

  /// The members in the order of their names.
  public private(set) var members: [Member] = []

  /// The object that `text` holds, all of it.
  public init?(_ text: ArraySlice<UInt8>) {
    guard let members = Self.read(text, { Self.members($0, text) }) else { return nil }
    self.members = members
  }

  private static func members(
    _ scan: CanonicalScan, _ text: ArraySlice<UInt8>
  ) -> [Member]? {
    var walk = CanonicalScan.Walk.object(at: 0, end: scan.count)
    var members: [Member] = []
    while true {
      switch walk.next(in: scan) {
      case .wrong: return nil
      case .end: return walk.place == scan.count ? members : nil
      case .value:
        let start = walk.place
        guard let name = walk.name, scan.passValue(&walk.place, scan.count) else { return nil }
        members.append(
          Member(
            name: String(decoding: slice(text, name), as: UTF8.self),
            value: slice(text, start..<walk.place)))
      }
    }
  }

  /// The value of `name`.
  public subscript(name: String) -> ArraySlice<UInt8>? {
    members.first { $0.name == name }?.value
  }

  /// The elements of a canonical JSON array; `nil` when `text` is none.
  public static func elements(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
    read(text) { scan in
      var walk = CanonicalScan.Walk.array(at: 0, end: scan.count)
      var elements: [ArraySlice<UInt8>] = []
      while true {
        switch walk.next(in: scan) {
        case .wrong: return nil
        case .end: return walk.place == scan.count ? elements : nil
        case .value:
          let start = walk.place
          guard scan.passValue(&walk.place, scan.count) else { return nil }
          elements.append(slice(text, start..<walk.place))
        }
      }
    }
  }

  /// The content of a JSON string without escapes; `nil` for anything else.
  public static func plainString(_ text: ArraySlice<UInt8>) -> String? {
    read(text) { scan in
      scan.plainString(0..<scan.count).flatMap {
        String(validating: slice(text, $0), as: UTF8.self)
      }
    }
  }

  /// The number in `text` times 10^`places`, exactly; `nil` when it is no plain decimal number, has
  /// more digits behind the point, or does not fit.
  public static func scaled(_ text: ArraySlice<UInt8>, places: Int) -> Int64? {
    read(text) { $0.scaled(0..<$0.count, places: places) }
  }

  /// Lends `text`, marked.
  static func read<Result>(
    _ text: ArraySlice<UInt8>, _ body: (CanonicalScan) -> Result
  ) -> Result {
    var marks = MarkBuffer(capacity: text.count)
    return unsafe text.withUnsafeBytes { unsafe body(marks.mark($0)) }
  }

  private static func slice(_ text: ArraySlice<UInt8>, _ range: Range<Int>) -> ArraySlice<UInt8> {
    text[text.startIndex + range.lowerBound..<text.startIndex + range.upperBound]
  }
}
