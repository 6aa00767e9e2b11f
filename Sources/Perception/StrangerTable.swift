import MAVLink
import Model

/// A number for the bytes of a name: FNV-1a, 64 bits. It tells aircraft apart and cannot be read back
/// to a name by looking at it; it is no secret.
struct NameNumber: BitwiseCopyable {
  /// What the bytes are, so that equal bytes of two kinds do not meet.
  enum Kind: UInt8 {
    case remoteID = 1
    case icaoAddress, transmitter, speaker
  }

  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  init(_ kind: Kind) { add(kind.rawValue) }

  mutating func add(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }

  /// Never 0, which stands for no name.
  var value: UInt64 { max(state, 1) }

  static func icao(_ address: UInt32) -> UInt64 {
    var number = NameNumber(.icaoAddress)
    for place in 0..<3 { number.add(UInt8(truncatingIfNeeded: address >> UInt32(16 - 8 * place))) }
    return number.value
  }

  static func remoteID(_ text: String) -> UInt64 {
    var number = NameNumber(.remoteID)
    for byte in text.utf8 { number.add(byte) }
    return number.value
  }

  /// The same of a message; 0 for an empty text.
  static func remoteID(_ text: WireText<20>) -> UInt64 {
    guard text[0] != 0 else { return 0 }
    var number = NameNumber(.remoteID)
    for index in 0..<20 {
      guard text[index] != 0 else { break }
      number.add(text[index])
    }
    return number.value
  }
}

/// A name under which a platform of ours flies, as a number.
struct OwnName: BitwiseCopyable {
  var number: UInt64 = 0
  var sensor = SensorID.none
}

/// What the drones around have said of themselves, by transmitter: Remote ID tells the identification,
/// the place and the group in messages of their own.
///
/// Of the identification only a number is kept, of the operator nothing.
struct StrangerTable: BitwiseCopyable {
  /// The most transmitters at a time; the one heard longest ago gives way.
  static let capacity = 64

  struct Entry: BitwiseCopyable {
    var sender: UInt64 = 0
    var identity: UInt64 = 0
    var claim = SensorID.none
    var count: UInt16 = 1
    /// Whether it says that it is no aircraft: an obstacle.
    var isObstacle = false
    var heard = Instant.distantPast
  }

  private var entries = InlineArray<64, Entry>(repeating: Entry())

  /// Changes what is known of `sender`.
  mutating func update(_ sender: UInt64, at time: Instant, _ change: (inout Entry) -> Void) {
    var place = 0
    for index in 0..<Self.capacity {
      if entries[index].sender == sender {
        place = index
        break
      }
      if entries[index].heard < entries[place].heard { place = index }
    }
    if entries[place].sender != sender {
      entries[place] = Entry()
      entries[place].sender = sender
    }
    entries[place].heard = time
    change(&entries[place])
  }

  /// What is known of `sender`.
  func entry(_ sender: UInt64) -> Entry {
    for index in 0..<Self.capacity where entries[index].sender == sender { return entries[index] }
    return Entry()
  }
}

extension OpenDroneIDLocation {
  /// Radius within which its place is true with 95 %, metres, by class; 0 where it does not say.
  ///
  /// Source: MAV_ODID_HOR_ACC of common.xml: 10, 4, 2, 1, 0.5, 0.3, 0.1, 0.05 nautical miles, then 30,
  /// 10, 3 and 1 m (ASTM F3411, table of horizontal accuracies).
  var radius95: Double {
    let classes: InlineArray<13, Double> = [
      0, 18_520, 7_408, 3_704, 1_852, 926, 555.6, 185.2, 92.6, 30, 10, 3, 1,
    ]
    return Int(horizontalAccuracy) < 13 ? classes[Int(horizontalAccuracy)] : 0
  }
}
