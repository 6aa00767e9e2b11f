import BenchSupport
import CAllocationCounter
import CBenchThread
import Rings
import Synchronization

/// What one round of the Swift ring came to.
struct SwiftRound {
  var nanos: UInt64
  var checksum: UInt64
  /// Allocations of the whole program from the start line to the last element taken.
  var allocations: UInt64
}

/// Whole rounds with the product's ring: two threads on two cores, as the references have it.
enum SwiftRing {
  static let capacity = 1024
  static let batchSize = 64

  static func single<Element: BenchElement>(_ type: Element.Type, count: UInt64) -> SwiftRound {
    let ends = Ring<Element>.make(capacity: capacity)
    return runTogether(
      ends.producer, ends.consumer,
      produce: { producer in
        for number in 0..<count {
          let element = Element(number: number)
          while !producer.push(element) { vdt_bench_wait() }
        }
      },
      consume: { consumer in
        var sum: UInt64 = 0
        var taken: UInt64 = 0
        while taken < count {
          guard let element = consumer.pop() else {
            vdt_bench_wait()
            continue
          }
          sum &+= element.sum
          taken &+= 1
        }
        return sum
      })
  }

  static func batch<Element: BenchElement>(_ type: Element.Type, count: UInt64) -> SwiftRound {
    let ends = Ring<Element>.make(capacity: capacity)
    return runTogether(
      ends.producer, ends.consumer,
      produce: { producer in
        var elements = InlineArray<64, Element>(repeating: Element(number: 0))
        var number: UInt64 = 0
        while number < count {
          for place in 0..<batchSize {
            elements[place] = Element(number: number &+ UInt64(truncatingIfNeeded: place))
          }
          while !producer.pushAll(elements.span) { vdt_bench_wait() }
          number &+= UInt64(batchSize)
        }
      },
      consume: { consumer in
        var sum: UInt64 = 0
        var taken: UInt64 = 0
        while taken < count {
          let drained = consumer.drain(upTo: batchSize) { sum &+= $0.sum }
          if drained == 0 { vdt_bench_wait() }
          taken &+= UInt64(truncatingIfNeeded: drained)
        }
        return sum
      })
  }

  static func roundtrip8(count: UInt64) -> SwiftRound {
    let there = Ring<Element8>.make(capacity: capacity)
    let back = Ring<Element8>.make(capacity: capacity)
    let answering = Handover(there.consumer)
    let asking = Handover(there.producer)
    return runTogether(
      back.producer, back.consumer,
      produce: { producer in
        var questions = answering.take()
        for _ in 0..<count {
          let element = take(&questions)
          while !producer.push(element) { vdt_bench_wait() }
        }
      },
      consume: { consumer in
        var questions = asking.take()
        var sum: UInt64 = 0
        for number in 0..<count {
          while !questions.push(Element8(number: number)) { vdt_bench_wait() }
          sum &+= take(&consumer).word
        }
        return sum
      })
  }

  @inline(__always)
  private static func take(_ consumer: inout RingConsumer<Element8>) -> Element8 {
    while true {
      if let element = consumer.pop() { return element }
      vdt_bench_wait()
    }
  }

  /// Moves the ends to two pinned threads, lets both start at once and times the consumer.
  @inline(__always)
  private static func runTogether<Element: BenchElement>(
    _ producer: consuming RingProducer<Element>, _ consumer: consuming RingConsumer<Element>,
    produce: @escaping @Sendable (inout RingProducer<Element>) -> Void,
    consume: @escaping @Sendable (inout RingConsumer<Element>) -> UInt64
  ) -> SwiftRound {
    let producing = Handover(producer)
    let consuming = Handover(consumer)
    let arrived = Atomic<Int>(0)
    let nanos = Atomic<UInt64>(0)
    let checksum = Atomic<UInt64>(0)
    let allocations = Atomic<UInt64>(0)
    let first = BenchThread(core: 0) {
      var producer = producing.take()
      arrived.add(1, ordering: .acquiringAndReleasing)
      while arrived.load(ordering: .acquiring) < 2 { vdt_bench_pause() }
      produce(&producer)
    }
    let second = BenchThread(core: 1) {
      var consumer = consuming.take()
      let allocationsBefore = vdt_allocations()
      arrived.add(1, ordering: .acquiringAndReleasing)
      while arrived.load(ordering: .acquiring) < 2 { vdt_bench_pause() }
      let start = vdt_bench_nanos()
      let sum = consume(&consumer)
      nanos.store(vdt_bench_nanos() - start, ordering: .releasing)
      allocations.store(vdt_allocations() - allocationsBefore, ordering: .releasing)
      checksum.store(sum, ordering: .releasing)
    }
    first.join()
    second.join()
    return SwiftRound(
      nanos: nanos.load(ordering: .acquiring), checksum: checksum.load(ordering: .acquiring),
      allocations: allocations.load(ordering: .acquiring))
  }
}
