import Glibc
import Rings

/// Pushes and pops elements on one thread, for an instruction counter to watch.
///
/// `RingInstructions 8|64 PAIRS`. The difference between two lengths, divided by the difference in
/// pairs, is what one push and one pop cost, with the loop around them.
@main
struct RingInstructions {
  /// 64 bytes whose words the compiler cannot drop: the last is checked, all are copied.
  struct Element64: BitwiseCopyable, Sendable {
    var words: SIMD8<UInt64>
  }

  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let pairs = UInt64(arguments[2]) else { usage() }
    let sum: UInt64
    switch arguments[1] {
    case "8": sum = run8(pairs)
    case "64": sum = run64(pairs)
    default: usage()
    }
    print(sum)
  }

  static func usage() -> Never {
    print("usage: RingInstructions 8|64 PAIRS")
    exit(64)
  }

  @inline(never)
  static func run8(_ pairs: UInt64) -> UInt64 {
    let ends = Ring<UInt64>.make(capacity: 1024)
    var producer = ends.producer
    var consumer = ends.consumer
    var sum: UInt64 = 0
    for number in 0..<pairs {
      guard producer.push(number), let popped = consumer.pop() else { return 0 }
      sum &+= popped
    }
    return sum
  }

  @inline(never)
  static func run64(_ pairs: UInt64) -> UInt64 {
    let ends = Ring<Element64>.make(capacity: 1024)
    var producer = ends.producer
    var consumer = ends.consumer
    var element = Element64(words: SIMD8(repeating: pairs))
    for _ in 0..<pairs {
      guard producer.push(element), let popped = consumer.pop() else { return 0 }
      element = popped
    }
    return element.words.wrappedSum()
  }
}
