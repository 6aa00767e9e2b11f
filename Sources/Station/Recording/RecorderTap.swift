import Model
import Rings

/// What a tap hands to the recorder: small samples whole, large ones as the place of their copy.
enum RecorderItem: BitwiseCopyable, Sendable {
  case edge(GPIOEdge)
  case health(HealthReport)
  case clock(ClockMap)
  case arrival(Arrival)
  /// A frame whose bytes lie in slot `slot`.
  case frame(FrameHeader, slot: Int32, count: Int32)
  /// A serial chunk whose bytes lie in slot `slot`.
  case chunk(Instant, slot: Int32, count: Int32)
}

/// Memory for the bytes of the items in one tap's ring; as many slots as the ring has places, so
/// that a place in the ring is a slot of one's own.
///
/// Invariant for `@unchecked Sendable`: a slot is written by the reader before its item is pushed
/// and read by the recorder before the item is released, never at once.
@safe
final class RecorderSlots: @unchecked Sendable {
  let slotBytes: Int
  let count: Int
  private let memory: UnsafeMutableRawBufferPointer

  init(count: Int, slotBytes: Int) {
    self.count = count
    self.slotBytes = slotBytes
    unsafe memory = .allocate(byteCount: max(1, count * slotBytes), alignment: 64)
  }

  deinit { unsafe memory.deallocate() }

  /// Copies `bytes` into `slot`; false when they do not fit.
  func fill(_ slot: Int, with bytes: RawSpan) -> Bool {
    guard bytes.byteCount <= slotBytes else { return false }
    unsafe bytes.withUnsafeBytes { source in
      guard source.count > 0 else { return }
      unsafe memory.baseAddress!.advanced(by: slot * slotBytes)
        .copyMemory(from: source.baseAddress!, byteCount: source.count)
    }
    return true
  }

  /// Lends the first `count` bytes of `slot`.
  func read<Failure>(
    _ slot: Int, count: Int, _ body: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    let bytes = unsafe UnsafeRawBufferPointer(
      rebasing: memory[slot * slotBytes..<slot * slotBytes + count])
    try body(unsafe bytes.bytes)
  }
}

/// A reader's way to the recorder: copies samples while recording, does nothing otherwise.
///
/// A full tap drops the sample and counts it: recording never holds up the post. A capture with
/// dropped samples says so.
struct RecorderTap: ~Copyable {
  private var producer: RingProducer<RecorderItem>?
  private let slots: RecorderSlots?
  private let doorbell: Doorbell?
  private let cells: MetricCells?
  private var pushed = 0

  /// A tap that records nothing.
  init() {
    producer = nil
    slots = nil
    doorbell = nil
    cells = nil
  }

  /// A tap into the recorder behind `producer`; `cells` place 0 counts drops.
  init(
    producer: consuming RingProducer<RecorderItem>, slots: RecorderSlots, doorbell: Doorbell,
    cells: MetricCells
  ) {
    self.producer = consume producer
    self.slots = slots
    self.doorbell = doorbell
    self.cells = cells
  }

  mutating func record(_ edge: GPIOEdge) { push(.edge(edge)) }
  mutating func record(_ report: HealthReport) { push(.health(report)) }
  mutating func record(_ map: ClockMap) { push(.clock(map)) }
  mutating func record(_ arrival: Arrival) { push(.arrival(arrival)) }

  mutating func record(_ header: FrameHeader, _ bytes: RawSpan) {
    guard let slot = slot(for: bytes) else { return }
    push(.frame(header, slot: Int32(slot), count: Int32(bytes.byteCount)))
  }

  /// Records a frame and lends the recorded copy to `body`, or `bytes` themselves when nothing is
  /// recorded.
  ///
  /// What is looked at is what is recorded, even of a driver that goes on writing into a buffer it
  /// has handed out, as v4l2loopback does when its reader is late.
  mutating func record(_ header: FrameHeader, _ bytes: RawSpan, thenWith body: (RawSpan) -> Void) {
    guard let slots, let slot = slot(for: bytes) else { return body(bytes) }
    slots.read(slot, count: bytes.byteCount, body)
    push(.frame(header, slot: Int32(slot), count: Int32(bytes.byteCount)))
  }

  mutating func record(_ bytes: RawSpan, at time: Instant) {
    guard let slot = slot(for: bytes) else { return }
    push(.chunk(time, slot: Int32(slot), count: Int32(bytes.byteCount)))
  }

  /// Wakes the recorder.
  func flush() { doorbell?.ring() }

  private mutating func slot(for bytes: RawSpan) -> Int? {
    guard let slots, let room = producer?.freeSlots() else { return nil }
    let slot = pushed % slots.count
    guard room > 0, slots.fill(slot, with: bytes) else {
      cells?.add(0, 1)
      return nil
    }
    return slot
  }

  private mutating func push(_ item: RecorderItem) {
    guard producer != nil else { return }
    if producer!.push(item) {
      pushed += 1
    } else {
      cells?.add(0, 1)
    }
  }
}

/// Fusion's tap: arrivals and clock maps in one ring, events (much larger) in another.
struct FusionTap: ~Copyable {
  private var items: RecorderTap
  private var events: RingProducer<PostEvent>?
  private let cells: MetricCells?

  /// A tap that records nothing.
  init() {
    items = RecorderTap()
    events = nil
    cells = nil
  }

  /// A tap into the recorder behind both rings; `cells` place 0 counts drops.
  init(items: consuming RecorderTap, events: consuming RingProducer<PostEvent>, cells: MetricCells)
  {
    self.items = items
    self.events = consume events
    self.cells = cells
  }

  mutating func record(_ arrival: Arrival) { items.record(arrival) }
  mutating func record(_ map: ClockMap) { items.record(map) }

  mutating func record(_ event: PostEvent) {
    guard events != nil else { return }
    if !events!.push(event) { cells?.add(0, 1) }
  }

  func flush() { items.flush() }
}
