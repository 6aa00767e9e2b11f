public import Synchronization

/// The one block of memory that both ends of a ring work on, and the count of ends that hold it.
///
/// Layout, in bytes from the start of the block, which is aligned to 128:
///
/// | offset | what | written by |
/// |---|---|---|
/// | 0 | number of ends that still exist | both, once each |
/// | 128 | tail: how many elements were ever published | producer |
/// | 256 | head: how many elements were ever released | consumer |
/// | 384 | slots, `capacity` times the element's stride | producer |
/// | after the slots | ``fetchAhead`` bytes, so that a fetch ahead stays in the block | nobody |
///
/// The cursors stand 128 bytes apart, not 64, because x86 fetches cache lines in adjacent pairs and
/// some arm64 cores have lines of 128 bytes: a store to one cursor must not take away the other.
///
/// The ends own the block through a count inside it instead of through a class instance: an end is
/// then plain pointers and numbers, and pushing and popping touch no reference count.
@frozen
@usableFromInline
@unsafe
struct RingMemory<Element: BitwiseCopyable & Sendable> {
  /// Start of the block.
  @usableFromInline let base: UnsafeMutableRawPointer

  /// Allocates a block for `capacity` elements, which must be a power of two, held by two ends.
  @usableFromInline
  init(capacity: Int) {
    let (slotBytes, overflow) = MemoryLayout<Element>.stride
      .multipliedReportingOverflow(by: capacity)
    precondition(
      !overflow && slotBytes <= Ring<Element>.bytesMax,
      "A ring holds at most \(Ring<Element>.bytesMax) bytes of elements; ask for fewer.")
    precondition(
      MemoryLayout<Element>.alignment <= 128,
      "A ring's slots are aligned to 128 bytes; this element asks for more.")
    let bytes = unsafe Self.slotsOffset + slotBytes + Self.fetchAhead
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 128)
    // Every page is touched here, so that the first lap of the hot path takes no page fault.
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    unsafe ends.initialize(to: Atomic(2))
    unsafe tail.initialize(to: Atomic(0))
    unsafe head.initialize(to: Atomic(0))
  }

  /// Gives up one end's hold; the second end to do so frees the block.
  ///
  /// Releasing, so that this end's last accesses come before the other end's freeing; acquiring, so
  /// that the end that frees comes after them.
  @usableFromInline
  func release() {
    let left = unsafe ends.pointee.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
    if left == 0 { unsafe base.deallocate() }
  }

  /// Bytes from the start of the block to the first slot.
  @inlinable
  static var slotsOffset: Int { 384 }

  /// Bytes from a slot being written to the memory that the producer fetches meanwhile.
  @inlinable
  static var fetchAhead: Int { 512 }

  /// Number of ends that still exist: 2, 1, then the block is gone.
  @usableFromInline
  var ends: UnsafeMutablePointer<Atomic<Int>> {
    unsafe base.assumingMemoryBound(to: Atomic<Int>.self)
  }

  /// The producer's cursor.
  @inlinable
  var tail: UnsafeMutablePointer<Atomic<Int>> {
    @inline(__always) get {
      unsafe (base + 128).assumingMemoryBound(to: Atomic<Int>.self)
    }
  }

  /// The consumer's cursor.
  @inlinable
  var head: UnsafeMutablePointer<Atomic<Int>> {
    @inline(__always) get {
      unsafe (base + 256).assumingMemoryBound(to: Atomic<Int>.self)
    }
  }

  /// The first slot.
  @inlinable
  var slots: UnsafeMutablePointer<Element> {
    @inline(__always) get {
      unsafe (base + Self.slotsOffset).assumingMemoryBound(to: Element.self)
    }
  }
}
