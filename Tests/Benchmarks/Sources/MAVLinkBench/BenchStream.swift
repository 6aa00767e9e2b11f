import MAVLink

/// A stream of valid frames and noise, the same for every contestant.
struct BenchStream {
  /// What stands in the results.
  let name: String
  /// The bytes.
  private(set) var bytes: [UInt8] = []
  /// Valid frames that no noise touched.
  private(set) var frames: UInt64 = 0

  /// How noise gets into a stream.
  enum Noise {
    /// Between the frames stand random bytes, a hundredth of all.
    case between
    /// A hundredth of all bytes is overwritten by random ones, wherever it stands.
    case over
  }

  private var random: BenchRandom

  /// About `length` bytes of frames of the messages `ids`, two of three of version 2, with payloads
  /// of random bytes, of which version 2 leaves some zeros out, and 1 % noise.
  init(name: String, ids: [UInt32], length: Int, noise: Noise, seed: UInt64) {
    self.name = name
    random = BenchRandom(state: seed)
    bytes.reserveCapacity(length + 1024)
    let definitions = MessageDefinition.all.filter { ids.contains($0.id) }
    var sequence: UInt8 = 0
    var starts: [Int] = []
    while bytes.count < length {
      starts.append(bytes.count)
      append(definitions[random.below(definitions.count)], sequence: sequence)
      sequence &+= 1
      // One time in ten, ten times the share: noise comes in bursts.
      if noise == .between && random.below(10) == 0 {
        let frame = bytes.count - starts[starts.count - 1]
        for _ in 0..<random.below(frame / 5 + 1) { bytes.append(random.byte()) }
      }
    }
    frames = UInt64(starts.count)
    if noise == .over { overwrite(starts) }
  }

  private mutating func append(_ definition: MessageDefinition, sequence: UInt8) {
    let isOld = definition.id <= 255 && random.below(3) == 0
    let full = Int(isOld ? definition.baseLength : definition.fullLength)
    let length = isOld || random.below(2) == 0 ? full : max(1, full - random.below(full / 2 + 1))
    let start = bytes.count + 1
    if isOld {
      bytes += [FrameFormat.magicV1, UInt8(length), sequence, 1, 1, UInt8(definition.id)]
    } else {
      bytes += [FrameFormat.magicV2, UInt8(length), 0, 0, sequence, 1, 1]
      for shift in [0, 8, 16] as [UInt32] {
        bytes.append(UInt8(truncatingIfNeeded: definition.id >> shift))
      }
    }
    for _ in 0..<length { bytes.append(random.byte()) }
    var checksum = Checksum()
    checksum.update(bytes.span.bytes.extracting(start..<bytes.count))
    checksum.update(definition.crcExtra)
    bytes.append(UInt8(truncatingIfNeeded: checksum.value))
    bytes.append(UInt8(truncatingIfNeeded: checksum.value >> 8))
  }

  private mutating func overwrite(_ starts: [Int]) {
    var damaged = Set<Int>()
    for _ in 0..<bytes.count / 100 {
      let place = random.below(bytes.count)
      let new = random.byte()
      if new == bytes[place] { continue }
      bytes[place] = new
      var low = 0
      var high = starts.count
      while high - low > 1 {
        let middle = (low + high) / 2
        if starts[middle] <= place { low = middle } else { high = middle }
      }
      damaged.insert(low)
    }
    frames -= UInt64(damaged.count)
  }
}

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
struct BenchRandom {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }

  mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next() >> 32) }
}
