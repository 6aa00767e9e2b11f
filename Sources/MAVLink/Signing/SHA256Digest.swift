/// SHA-256 without allocation, for the signatures of frames.
///
/// The crypto library of the package allocates an object for every digest, which the hot path may
/// not; what is hashed here is short (a key and a frame, at most 312 bytes) and the tables are looked
/// up by round, never by secret. Source: FIPS 180-4, sections 5 and 6.2; tested with its examples and
/// against the signatures of another implementation.
struct SHA256Digest: BitwiseCopyable {
  private var state: SIMD8<UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  private var block = InlineArray<64, UInt8>(repeating: 0)
  private var blockCount = 0
  private var length: UInt64 = 0

  /// A digest of nothing yet.
  init() {}

  /// Takes in `bytes`.
  mutating func update(_ bytes: RawSpan) {
    length &+= UInt64(bytes.byteCount)
    var taken = 0
    while taken < bytes.byteCount {
      let count = min(64 - blockCount, bytes.byteCount - taken)
      for index in 0..<count {
        block[blockCount + index] = unsafe bytes.unsafeLoad(
          fromByteOffset: taken + index, as: UInt8.self)
      }
      blockCount += count
      taken += count
      if blockCount == 64 { compress() }
    }
  }

  /// The digest as eight big-endian words. Nothing may be taken in afterwards.
  mutating func finish() -> SIMD8<UInt32> {
    let bits = length &* 8
    block[blockCount] = 0x80
    blockCount += 1
    if blockCount > 56 {
      for index in blockCount..<64 { block[index] = 0 }
      compress()
    }
    for index in blockCount..<56 { block[index] = 0 }
    for index in 0..<8 {
      block[56 + index] = UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * index))
    }
    compress()
    return state
  }

  private mutating func compress() {
    var w = InlineArray<64, UInt32>(repeating: 0)
    for t in 0..<16 {
      let high = UInt32(block[4 * t]) << 24 | UInt32(block[4 * t + 1]) << 16
      w[t] = high | UInt32(block[4 * t + 2]) << 8 | UInt32(block[4 * t + 3])
    }
    for t in 16..<64 {
      let x = w[t - 15]
      let y = w[t - 2]
      let sigma0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >> 3)
      let sigma1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >> 10)
      w[t] = sigma1 &+ w[t - 7] &+ sigma0 &+ w[t - 16]
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in 0..<64 {
      let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      let choice = (e & f) ^ (~e & g)
      let t1 = h &+ sum1 &+ choice &+ Self.roundConstants[t] &+ w[t]
      let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
      let t2 = sum0 &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
    }
    state &+= SIMD8(a, b, c, d, e, f, g, h)
    blockCount = 0
  }

  @inline(__always)
  private func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 &- count)
  }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes
  /// (FIPS 180-4, section 4.2.2).
  private static let roundConstants: InlineArray<64, UInt32> = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  ]
}
