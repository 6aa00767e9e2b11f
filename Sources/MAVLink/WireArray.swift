/// A field of several numbers, as many as the dialect says.
public struct WireArray<let count: Int, Element: BitwiseCopyable & Sendable & Hashable>:
  BitwiseCopyable, Hashable, Sendable
{
  private var storage: InlineArray<count, Element>

  /// The same number everywhere.
  public init(repeating value: Element) { storage = InlineArray(repeating: value) }

  /// The numbers that `body` gives for the places 0, 1, ….
  public init(_ body: (Int) -> Element) { storage = InlineArray { body($0) } }

  /// Places of the numbers.
  public var indices: Range<Int> { 0..<count }

  /// The number at `index`, 0 ..< `count`.
  public subscript(index: Int) -> Element {
    get { storage[index] }
    set { storage[index] = newValue }
  }

  /// Whether all numbers are the same.
  public static func == (a: Self, b: Self) -> Bool {
    for index in a.indices where a[index] != b[index] { return false }
    return true
  }

  /// Feeds all numbers to `hasher`.
  public func hash(into hasher: inout Hasher) {
    for index in indices { hasher.combine(storage[index]) }
  }
}

extension WireArray where Element: FixedWidthInteger {
  /// The numbers of a payload from `offset` on.
  init(_ payload: RawSpan, at offset: Int) {
    self.init(repeating: 0)
    for index in indices {
      self[index] = payload.wireInteger(at: offset + index * MemoryLayout<Element>.size)
    }
  }
}

extension WireArray where Element == Float {
  /// The numbers of a payload from `offset` on.
  init(_ payload: RawSpan, at offset: Int) {
    self.init(repeating: 0)
    for index in indices { self[index] = payload.wireFloat(at: offset + index * 4) }
  }
}

extension WireArray {
  /// The numbers of a payload from `offset` on; nil where the sender does not know one.
  init<Value: FixedWidthInteger & BitwiseCopyable>(
    _ payload: RawSpan, at offset: Int, unknown: Value
  ) where Element == Value? {
    self.init(repeating: nil)
    for index in indices {
      self[index] = payload.wireInteger(
        at: offset + index * MemoryLayout<Value>.size, unknown: unknown)
    }
  }
}
