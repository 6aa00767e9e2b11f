import Rings
import TestSupport
import Testing

/// The ring against the plainest queue there is: an array with a limit.
@Suite("Ring against a model") struct RingModelTests {
  @Test(
    "Any sequence of operations does what an array would do",
    arguments: [1, 2, 4, 16, 64], UInt64(1)...8)
  func matchesArray(capacity: Int, seed: UInt64) {
    var random = SeededGenerator(seed: seed &* 1000 &+ UInt64(capacity))
    let ends = Ring<Payload20>.make(capacity: capacity)
    var producer = ends.producer
    var consumer = ends.consumer
    var model: [UInt64] = []
    var next: UInt64 = 0
    for step in 0..<5_000 {
      let context: Comment = "seed \(seed), capacity \(capacity), step \(step)"
      let room = capacity - model.count
      switch Int.random(in: 0..<7, using: &random) {
      case 0, 1:
        let pushed = producer.push(Payload20(number: next))
        #expect(pushed == (room > 0), context)
        if pushed { model.append(next) }
        next += 1
      case 2:
        let scan = numbers(from: &next, count: Int.random(in: 0...capacity + 2, using: &random))
        let elements = scan.map(Payload20.init(number:))
        let count = producer.push(contentsOf: elements.span)
        #expect(count == min(scan.count, room), context)
        model += scan.prefix(count)
      case 3:
        let scan = numbers(from: &next, count: Int.random(in: 0...capacity + 2, using: &random))
        let elements = scan.map(Payload20.init(number:))
        let pushed = producer.pushAll(elements.span)
        #expect(pushed == (scan.count <= room), context)
        if pushed { model += scan }
      case 4, 5:
        let popped = consumer.pop()
        let expected = model.isEmpty ? nil : model.removeFirst()
        #expect(popped?.number == expected, context)
        #expect(popped?.isWhole ?? true, context)
      default:
        let countMax = Int.random(in: -1...capacity + 2, using: &random)
        var drained: [UInt64] = []
        let count = consumer.drain(upTo: countMax) { drained.append($0.number) }
        let expected = Array(model.prefix(max(0, countMax)))
        model.removeFirst(expected.count)
        #expect(drained == expected && count == expected.count, context)
      }
      let free = producer.freeSlots()
      let isEmpty = consumer.isEmpty
      #expect(free == capacity - model.count && isEmpty == model.isEmpty, context)
    }
  }

  private func numbers(from next: inout UInt64, count: Int) -> [UInt64] {
    defer { next += UInt64(count) }
    return (0..<count).map { next + UInt64($0) }
  }
}
