import Ledger
import Model
import TestSupport

/// 4,000 payloads, most of them frozen events with bytes changed, and the root over their leaves: what
/// the tree commits to must never change, not even for payloads that no version has written.
enum FrozenLeaves {
  /// The root, as the first version that salted records computed it.
  static let root = "8046467d14e0ceaf646013e1dc290969833557f7ae7b0f5154d60c8c276461fd"

  private static let events: [(EventKind, String)] = [
    (.crossing, Fixtures.crossing), (.airCrossing, Fixtures.airCrossing),
    (.sensorHealth, Fixtures.health), (.postStatus, Fixtures.status),
  ]

  /// The tree of the leaves that `leaf` makes of header, salts and payload.
  static func tree(_ leaf: (EventHeader, [UInt8], [UInt8]) -> TreeHash) -> TreeHash {
    var random = SeededGenerator(seed: 14)
    var tree = MerkleTree()
    for number in 0..<4_000 {
      let (kind, text) = events[number % 4]
      let header = EventHeader(
        kind: kind, id: EventID(high: random.next(), low: random.next()),
        version: .random(in: 1 ... .max, using: &random), time: WallTime(unixNanos: 0),
        isExercise: .random(using: &random))
      var payload = Array(text.utf8)
      if number >= 4 { damage(&payload, &random) }
      let salts = (0..<EventRecord.saltBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
      tree.append(leaf(header, salts, payload))
    }
    return tree.root(size: tree.size)
  }

  /// Changes up to three bytes, or leaves some out.
  private static func damage(_ payload: inout [UInt8], _ random: inout SeededGenerator) {
    let marks = Array(#"{}[]",:0123456789-.aegz\"#.utf8)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: 0..<payload.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: payload.remove(at: place)
      case 1: payload.insert(marks.randomElement(using: &random)!, at: place)
      case 2: payload[place] = UInt8.random(in: 0...0x7F, using: &random)
      default:
        // A digit for a digit, a letter for a letter: the form stays as it was.
        let byte = payload[place]
        if byte >= 0x30, byte <= 0x39 {
          payload[place] = .random(in: 0x30...0x39, using: &random)
        } else if byte >= 0x61, byte <= 0x7A {
          payload[place] = .random(in: 0x61...0x7A, using: &random)
        }
      }
    }
  }
}
