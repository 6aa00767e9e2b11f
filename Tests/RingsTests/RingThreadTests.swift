import Glibc
import Rings
import Synchronization
import TestSupport
import Testing

/// Producer and consumer on threads of their own; run under the thread sanitizer as well.
@Suite("Ring between two threads") struct RingThreadTests {
  /// Elements a run sends: enough for thousands of laps, few enough for the sanitizers.
  static let count: UInt64 = 200_000

  @Test("Every 64-byte element arrives once, in order, whole", arguments: [1, 2, 64, 1024])
  func singles64(capacity: Int) { sendSingly(Payload64.self, capacity: capacity) }

  @Test("Every 128-byte element arrives once, in order, whole", arguments: [1, 8, 1024])
  func singles128(capacity: Int) { sendSingly(Payload128.self, capacity: capacity) }

  @Test("Every 20-byte element arrives once, in order, whole", arguments: [4, 256])
  func singles20(capacity: Int) { sendSingly(Payload20.self, capacity: capacity) }

  @Test("Batches of any size arrive once, in order, whole", arguments: UInt64(1)...4)
  func batches(seed: UInt64) {
    let capacity = 128
    let ends = Ring<Payload64>.make(capacity: capacity)
    let producing = Handover(ends.producer)
    let consuming = Handover(ends.consumer)
    let wrong = Atomic<Int>(0)
    TestThread.runTogether(
      {
        var producer = producing.take()
        var random = SeededGenerator(seed: seed)
        var next: UInt64 = 0
        while next < Self.count {
          let size = min(Self.count - next, UInt64.random(in: 1...200, using: &random))
          let scan = (next..<next + size).map(Payload64.init(number:))
          var sent = 0
          while sent < scan.count {
            let pushed = producer.push(contentsOf: scan.span.extracting(sent...))
            if pushed == 0 { sched_yield() }
            sent += pushed
          }
          next += size
        }
      },
      {
        var consumer = consuming.take()
        var random = SeededGenerator(seed: ~seed)
        var expected: UInt64 = 0
        while expected < Self.count {
          let countMax = Int.random(in: 1...200, using: &random)
          let drained = consumer.drain(upTo: countMax) { element in
            if element.number != expected || !element.isWhole { wrong.add(1, ordering: .relaxed) }
            expected += 1
          }
          if drained == 0 { sched_yield() }
        }
        if !consumer.isEmpty { wrong.add(1, ordering: .relaxed) }
      })
    let faults = wrong.load(ordering: .relaxed)
    #expect(faults == 0, "seed \(seed)")
  }

  @Test("A consumer never sees a part of a scan", arguments: [16, 64])
  func scansAreWhole(capacity: Int) {
    let scanLength = 10
    let scans: UInt64 = 20_000
    let ends = Ring<Payload64>.make(capacity: capacity)
    let producing = Handover(ends.producer)
    let consuming = Handover(ends.consumer)
    let wrong = Atomic<Int>(0)
    TestThread.runTogether(
      {
        var producer = producing.take()
        for scan in 0..<scans {
          let elements = [Payload64](repeating: Payload64(number: scan), count: scanLength)
          while !producer.pushAll(elements.span) { sched_yield() }
        }
      },
      {
        var consumer = consuming.take()
        var scan: UInt64 = 0
        while scan < scans {
          // All that is there at one instant must be whole scans.
          var seen = 0
          let drained = consumer.drain(upTo: .max) { element in
            let expected = scan + UInt64(seen / scanLength)
            if element.number != expected || !element.isWhole { wrong.add(1, ordering: .relaxed) }
            seen += 1
          }
          if drained % scanLength != 0 { wrong.add(1, ordering: .relaxed) }
          if drained == 0 { sched_yield() }
          scan += UInt64(drained / scanLength)
        }
      })
    let faults = wrong.load(ordering: .relaxed)
    #expect(faults == 0)
  }

  @Test("Both ends may end at the same moment, on different threads")
  func endsEndTogether() {
    for _ in 0..<500 {
      let ends = Ring<Payload64>.make(capacity: 16)
      let producing = Handover(ends.producer)
      let consuming = Handover(ends.consumer)
      TestThread.runTogether(
        {
          var producer = producing.take()
          for number in 0..<20 { _ = producer.push(Payload64(number: UInt64(number))) }
        },
        {
          var consumer = consuming.take()
          for _ in 0..<20 { _ = consumer.pop() }
        })
    }
  }

  private func sendSingly<Element: NumberedPayload>(_ type: Element.Type, capacity: Int) {
    // A ring of one slot hands over the core for each element: fewer will do.
    let count = capacity < 8 ? Self.count / 10 : Self.count
    let ends = Ring<Element>.make(capacity: capacity)
    let producing = Handover(ends.producer)
    let consuming = Handover(ends.consumer)
    let wrong = Atomic<Int>(0)
    TestThread.runTogether(
      {
        var producer = producing.take()
        for number in 0..<count {
          while !producer.push(Element(number: number)) { sched_yield() }
        }
      },
      {
        var consumer = consuming.take()
        var expected: UInt64 = 0
        while expected < count {
          guard let element = consumer.pop() else {
            sched_yield()
            continue
          }
          if element.number != expected || !element.isWhole { wrong.add(1, ordering: .relaxed) }
          expected += 1
        }
        if !consumer.isEmpty { wrong.add(1, ordering: .relaxed) }
      })
    let faults = wrong.load(ordering: .relaxed)
    #expect(faults == 0)
  }
}
