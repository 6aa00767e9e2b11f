/// Growable bytes with one owner, for records under construction and records that were read.
///
/// Growing doubles and never shrinks, so that steady work allocates nothing.
/// Invariant for `@unchecked Sendable`: the memory belongs to this value, which cannot be copied.
@safe
struct ByteBuffer: ~Copyable, @unchecked Sendable {
  // `@unchecked`: the memory has one owner, this value, which cannot be copied.
  private var base: UnsafeMutableRawPointer
  /// Bytes that hold something.
  private(set) var count = 0
  /// Bytes that can be held before the memory grows.
  private(set) var capacity: Int

  /// An empty buffer with room for `capacity` bytes, at least 64.
  init(capacity: Int = 64) {
    self.capacity = max(capacity, 64)
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: self.capacity, alignment: 64)
  }

  deinit { unsafe base.deallocate() }

  /// Forgets the bytes and keeps the memory.
  mutating func clear() { count = 0 }

  /// Makes room for `additional` further bytes.
  @inline(__always)
  mutating func reserve(_ additional: Int) {
    if capacity &- count < additional { grow(additional) }
  }

  @inline(never)
  private mutating func grow(_ additional: Int) {
    precondition(additional >= 0)
    let wanted = max(capacity * 2, count + additional)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 64)
    unsafe larger.copyMemory(from: base, byteCount: count)
    unsafe base.deallocate()
    unsafe base = larger
    capacity = wanted
  }

  /// Appends one byte.
  mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  /// Appends an integer, least significant byte first.
  mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(little value: Value) {
    let size = MemoryLayout<Value>.size
    reserve(size)
    unsafe base.storeBytes(of: value.littleEndian, toByteOffset: count, as: Value.self)
    count &+= size
  }

  /// Appends `bytes`.
  mutating func append(_ bytes: RawSpan) {
    reserve(bytes.byteCount)
    unsafe bytes.withUnsafeBytes { source in
      if let start = source.baseAddress {
        unsafe (base + count).copyMemory(from: start, byteCount: source.count)
      }
    }
    count &+= bytes.byteCount
  }

  /// Appends the bytes of an array.
  mutating func append(_ bytes: [UInt8]) { unsafe append(bytes.span.bytes) }

  /// Appends the characters of a literal.
  mutating func append(_ literal: StaticString) {
    let length = literal.utf8CodeUnitCount
    reserve(length)
    unsafe (base + count).copyMemory(from: literal.utf8Start, byteCount: length)
    count &+= length
  }

  /// Appends a string as MCAP has it: its length in bytes (32 bits), then UTF-8.
  mutating func append(prefixed text: String) {
    var text = text
    text.withUTF8 { source in
      append(little: UInt32(source.count))
      unsafe append(source.span.bytes)
    }
  }

  /// Appends `count` zero bytes, to be filled later by `put`.
  mutating func appendZeros(_ length: Int) {
    reserve(length)
    unsafe (base + count).initializeMemory(as: UInt8.self, repeating: 0, count: length)
    count &+= length
  }

  /// Overwrites bytes at `offset`, which must lie within what was appended.
  mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(
    little value: Value, at offset: Int
  ) {
    precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= count)
    unsafe base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
  }

  /// Lends all bytes.
  @inline(__always)
  func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let bytes = unsafe UnsafeRawBufferPointer(start: base, count: count)
    return try unsafe body(bytes.bytes)
  }

  /// Lends the bytes of `range`, which must lie within what was appended.
  @inline(__always)
  func withBytes<Result, Failure: Error>(
    in range: Range<Int>, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    let bytes = unsafe UnsafeRawBufferPointer(
      start: base + range.lowerBound, count: range.count)
    return try unsafe body(bytes.bytes)
  }

  /// Lets `body` fill memory of `room` bytes; the bytes it says it wrote are all that holds then.
  mutating func replace<Failure: Error>(
    room: Int, unsafeFill body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) {
    count = 0
    reserve(room)
    let target = unsafe UnsafeMutableRawBufferPointer(start: base, count: room)
    let written = try unsafe body(target)
    precondition(written >= 0 && written <= room)
    count = written
  }
}
