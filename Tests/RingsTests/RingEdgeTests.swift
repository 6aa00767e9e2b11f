import Rings
import Testing

@Suite("Ring edges") struct RingEdgeTests {
  @Test("A new ring is empty, with every slot free", arguments: [1, 2, 64, 4096])
  func startsEmpty(capacity: Int) {
    let ends = Ring<UInt64>.make(capacity: capacity)
    var producer = ends.producer
    var consumer = ends.consumer
    let isEmpty = consumer.isEmpty
    #expect(isEmpty)
    let popped = consumer.pop()
    #expect(popped == nil)
    let free = producer.freeSlots()
    #expect(free == capacity)
    let capacities = [producer.capacity, consumer.capacity]
    #expect(capacities == [capacity, capacity])
  }

  @Test("A full ring refuses one more and keeps what it has", arguments: [1, 2, 8, 128])
  func refusesWhenFull(capacity: Int) {
    let ends = makeRing(of: Int.self, capacity: capacity)
    var producer = ends.producer
    var consumer = ends.consumer
    for number in 0..<capacity {
      let pushed = producer.push(number)
      #expect(pushed)
    }
    let refused = !producer.push(-1)
    #expect(refused)
    let free = producer.freeSlots()
    #expect(free == 0)
    for number in 0..<capacity {
      let popped = consumer.pop()
      #expect(popped == number)
    }
    let isEmpty = consumer.isEmpty
    #expect(isEmpty)
  }

  @Test("One pop makes room for exactly one push")
  func onePopOnePush() {
    let ends = Ring<Int>.make(capacity: 4)
    var producer = ends.producer
    var consumer = ends.consumer
    for number in 0..<4 { _ = producer.push(number) }
    for number in 4..<1000 {
      let popped = consumer.pop()
      #expect(popped == number - 4)
      let fits = producer.push(number)
      let overflows = producer.push(-1)
      #expect(fits && !overflows)
    }
  }

  @Test("Pushing a span that runs past the ring's last slot wraps to the first")
  func spanWraps() {
    let ends = Ring<Payload20>.make(capacity: 8)
    var producer = ends.producer
    var consumer = ends.consumer
    var next: UInt64 = 0
    var expected: UInt64 = 0
    for lap in 0..<100 {
      let count = 1 + lap % 7
      let scan = (0..<count).map { Payload20(number: next + UInt64($0)) }
      let pushed = producer.push(contentsOf: scan.span)
      #expect(pushed == count)
      next += UInt64(count)
      let drained = consumer.drain(upTo: 8) { element in
        #expect(element.number == expected && element.isWhole)
        expected += 1
      }
      #expect(drained == count)
    }
  }

  @Test("A span longer than the room is pushed up to the room")
  func spanIsCut() {
    let ends = Ring<Int>.make(capacity: 8)
    var producer = ends.producer
    var consumer = ends.consumer
    _ = producer.push(0)
    let more = Array(1..<100)
    let pushed = producer.push(contentsOf: more.span)
    #expect(pushed == 7)
    let none = producer.push(contentsOf: more.span)
    #expect(none == 0)
    var seen: [Int] = []
    let drained = consumer.drain(upTo: .max) { seen.append($0) }
    #expect(drained == 8)
    #expect(seen == Array(0..<8))
  }

  @Test("A scan is pushed whole or not at all")
  func scanIsNeverSplit() {
    let ends = Ring<Int>.make(capacity: 8)
    var producer = ends.producer
    var consumer = ends.consumer
    let scan = Array(0..<5)
    let first = producer.pushAll(scan.span)
    #expect(first)
    let second = producer.pushAll(scan.span)
    #expect(!second)
    let free = producer.freeSlots()
    #expect(free == 3)
    let three = producer.pushAll(scan.span.extracting(first: 3))
    #expect(three)
    let empty = producer.pushAll(scan.span.extracting(first: 0))
    #expect(empty, "no elements fit into a full ring")
    var seen: [Int] = []
    _ = consumer.drain(upTo: 100) { seen.append($0) }
    #expect(seen == [0, 1, 2, 3, 4, 0, 1, 2])
    let longerThanRing = producer.pushAll(Array(0..<9).span)
    #expect(!longerThanRing)
    let isEmpty = consumer.isEmpty
    #expect(isEmpty)
  }

  @Test("A drain takes no more than asked and frees what it took", arguments: [-1, 0, 1, 3, 8, 99])
  func drainIsBounded(countMax: Int) {
    let ends = Ring<Int>.make(capacity: 8)
    var producer = ends.producer
    var consumer = ends.consumer
    for number in 0..<8 { _ = producer.push(number) }
    var seen: [Int] = []
    let drained = consumer.drain(upTo: countMax) { seen.append($0) }
    let expected = max(0, min(8, countMax))
    #expect(drained == expected)
    #expect(seen == Array(0..<expected))
    let free = producer.freeSlots()
    #expect(free == expected)
  }

  @Test("An end outlives the other and stays usable")
  func endsAreIndependent() {
    let ends = Ring<Int>.make(capacity: 4)
    var producer = ends.producer
    do {
      let consumer = ends.consumer
      _ = consumer.isEmpty
    }
    for number in 0..<4 {
      let pushed = producer.push(number)
      #expect(pushed)
    }
    let refused = !producer.push(4)
    #expect(refused)
  }

  @Test("A handed-over end arrives on the other thread")
  func handover() {
    let ends = Ring<Int>.make(capacity: 4)
    var consumer = ends.consumer
    let handover = Handover(ends.producer)
    TestThread.runTogether {
      var producer = handover.take()
      _ = producer.push(7)
    }
    let popped = consumer.pop()
    #expect(popped == 7)
  }

  @Test(
    "A capacity that is no power of two stops the program",
    arguments: [0, -1, 3, 100, (1 << 24) + 1, 1 << 25])
  func capacityIsChecked(capacity: Int) async {
    await #expect(processExitsWith: .failure) { [capacity = capacity as Int] in
      let ends = Ring<UInt8>.make(capacity: capacity)
      _ = ends.producer
    }
  }

  @Test("A ring of more bytes than the limit stops the program")
  func bytesAreChecked() async {
    await #expect(processExitsWith: .failure) {
      let ends = Ring<Payload128>.make(capacity: 1 << 24)
      _ = ends.producer
    }
  }
}
