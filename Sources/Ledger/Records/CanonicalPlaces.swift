/// Where the members of a JSON object in canonical form (RFC 8785) stand in its text: what
/// ``CanonicalObject`` reads, without a copy of any name.
public struct CanonicalPlaces: Sendable, Equatable {
  /// Where a member stands, in the text's own indices.
  public struct Member: Sendable, Equatable {
    /// Its name, without quotation marks.
    public var name: Range<Int>
    /// Its value.
    public var value: Range<Int>
  }

  /// In the order of their names.
  public private(set) var members: [Member] = []

  /// Of the object that `text` holds, all of it; `nil` when it is none in canonical form.
  public init?(_ text: ArraySlice<UInt8>) {
    var members: [Member] = []
    members.reserveCapacity(20)
    let start = text.startIndex
    let isWhole = CanonicalObject.read(text) { scan in
      var walk = CanonicalScan.Walk.object(at: 0, end: scan.count)
      while true {
        switch walk.next(in: scan) {
        case .wrong: return false
        case .end: return walk.place == scan.count
        case .value:
          let value = walk.place
          guard let name = walk.name, scan.passValue(&walk.place, scan.count) else {
            return false
          }
          members.append(
            Member(
              name: start + name.lowerBound..<start + name.upperBound,
              value: start + value..<start + walk.place))
        }
      }
    }
    guard isWhole else { return nil }
    self.members = members
  }

  /// Where the value of `name` stands in the text that was read; `nil` when there is none.
  public func value(of name: StaticString, in text: [UInt8]) -> Range<Int>? {
    let count = name.utf8CodeUnitCount
    // Most names differ in their length.
    for member in members where member.name.count == count {
      let isSame = unsafe text.span.extracting(member.name).withUnsafeBufferPointer {
        unsafe $0.elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: count))
      }
      if isSame { return member.value }
    }
    return nil
  }
}
