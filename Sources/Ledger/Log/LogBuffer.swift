import Glibc

/// A block of bytes with one owner, for groups on their way to the storage and chunks on their way
/// from it. All accesses are checked against its size.
///
/// Invariant for `@unchecked Sendable`: the memory belongs to this value, which cannot be copied.
@safe
struct LogBuffer: ~Copyable, @unchecked Sendable {
  // `@unchecked Sendable`: the block has one owner, which moves as a whole; no reference leaves.

  /// Its size in bytes.
  let capacity: Int
  private let base: UnsafeMutableRawPointer

  /// A block of zeros.
  init(capacity: Int) {
    self.capacity = capacity
    unsafe base = .allocate(byteCount: max(capacity, 1), alignment: 4096)
    unsafe memset(base, 0, capacity)
  }

  deinit { unsafe base.deallocate() }

  /// Little-endian value at `offset`.
  func load<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, at offset: Int
  ) -> Value {
    precondition(offset >= 0 && offset <= capacity - MemoryLayout<Value>.size)
    return unsafe Value(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  /// Puts a little-endian value at `offset`.
  mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
    precondition(offset >= 0 && offset <= capacity - MemoryLayout<Value>.size)
    unsafe base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
  }

  /// Puts `source` at `offset`.
  mutating func copy(_ source: RawSpan, at offset: Int) {
    let count = source.byteCount
    precondition(offset >= 0 && count <= capacity - offset)
    guard count > 0 else { return }
    let target = unsafe base + offset
    _ = unsafe source.withUnsafeBytes { unsafe memcpy(target, $0.baseAddress!, count) }
  }

  /// Puts zeros at `range`.
  mutating func clear(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
    unsafe memset(base + range.lowerBound, 0, range.count)
  }

  /// Lends the bytes of `range`.
  func withBytes<Result, Failure: Error>(
    _ range: Range<Int>, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
    let bytes = unsafe UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    return try unsafe body(bytes.bytes)
  }

  /// Whether all bytes of `range` are zero.
  func isZero(_ range: Range<Int>) -> Bool {
    withBytes(range) { bytes in
      for place in 0..<bytes.byteCount
      where unsafe bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self) != 0 { return false }
      return true
    }
  }

  /// Fills `range` from `file` and returns how many bytes there were.
  mutating func fill<Storage: LogStorage>(
    _ range: Range<Int>, from file: Storage.File, at offset: UInt64, of storage: Storage
  ) throws(StorageFailure) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
    return try unsafe storage.read(
      file, at: offset,
      into: UnsafeMutableRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Writes the bytes of `range` to `file`.
  func write<Storage: LogStorage>(
    _ range: Range<Int>, to file: Storage.File, at offset: UInt64, of storage: Storage
  ) throws(StorageFailure) {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
    try unsafe storage.write(
      file, at: offset,
      from: UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }
}
