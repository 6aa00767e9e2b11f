import Model
import Rings
import Testing

@testable import Station

@Suite struct RecorderTapTests {
  private static let frameBytes = 16

  private let header = FrameHeader(
    sensor: SensorID(0), sequence: 1, time: Instant(monotonicNanos: 1), width: 4, height: 4,
    stride: 4, format: .grey)

  /// Records a frame whose buffer the driver overwrites at once; what was lent afterwards.
  private func lent(by tap: inout RecorderTap) -> [UInt8] {
    var driver = [UInt8](repeating: 1, count: Self.frameBytes)
    var seen: [UInt8] = []
    unsafe driver.withUnsafeMutableBytes { buffer in
      let span = unsafe UnsafeRawBufferPointer(buffer).bytes
      tap.record(header, span) { frame in
        unsafe buffer.storeBytes(of: 9, toByteOffset: 3, as: UInt8.self)
        seen = unsafe frame.withUnsafeBytes { unsafe Array($0) }
      }
    }
    return seen
  }

  @Test func `what is looked at is what is recorded, even if the driver goes on writing`() throws {
    let ends = makeRing(of: RecorderItem.self, capacity: 1)
    let slots = RecorderSlots(count: 1, slotBytes: Self.frameBytes)
    let cells = MetricCells(["dropped"])
    var tap = RecorderTap(
      producer: ends.producer, slots: slots, doorbell: try Doorbell(), cells: cells)
    #expect(lent(by: &tap) == [UInt8](repeating: 1, count: Self.frameBytes))

    var consumer = ends.consumer
    var recorded: [[UInt8]] = []
    _ = consumer.drain(upTo: 2) { item in
      guard case .frame(_, let slot, let count) = item else { return }
      slots.read(Int(slot), count: Int(count)) { bytes in
        recorded.append(unsafe bytes.withUnsafeBytes { unsafe Array($0) })
      }
    }
    #expect(recorded == [[UInt8](repeating: 1, count: Self.frameBytes)] && cells[0] == 0)
  }

  @Test func `a frame that finds no room is looked at all the same, and counted`() throws {
    let ends = makeRing(of: RecorderItem.self, capacity: 1)
    let cells = MetricCells(["dropped"])
    var tap = RecorderTap(
      producer: ends.producer, slots: RecorderSlots(count: 1, slotBytes: Self.frameBytes),
      doorbell: try Doorbell(), cells: cells)
    _ = lent(by: &tap)
    #expect(lent(by: &tap)[3] == 9 && cells[0] == 1)
    _ = ends.consumer
  }

  @Test func `without a recorder the driver's own bytes are looked at`() {
    var tap = RecorderTap()
    #expect(lent(by: &tap)[3] == 9)
  }
}
