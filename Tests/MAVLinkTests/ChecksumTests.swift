import TestSupport
import Testing

@testable import MAVLink

@Suite("Checksum") struct ChecksumTests {
  @Test(
    "Gives the known answers of CRC-16/MCRF4XX",
    arguments: [
      (Array("123456789".utf8), 0x6F91), ([], 0xFFFF), ([0], 0x0F87), (Array(0...255), 0xCFC3),
    ] as [([UInt8], UInt16)])
  func knownAnswers(bytes: [UInt8], expected: UInt16) {
    var checksum = Checksum()
    checksum.update(bytes.span.bytes)
    #expect(checksum.value == expected)
  }

  @Test("Agrees with the bit by bit form at every length and alignment")
  func agreesWithBitwise() {
    var random = SeededGenerator(seed: 1)
    let data = random.bytes(300)
    for start in 0..<9 {
      for end in stride(from: start, through: data.count, by: start % 2 == 0 ? 1 : 7) {
        var checksum = Checksum()
        checksum.update(data.span.bytes.extracting(start..<end))
        #expect(checksum.value == bitwiseChecksum(data[start..<end]), "\(start)..<\(end)")
      }
    }
  }

  @Test("Gives the same by tables as by products")
  func bothWays() {
    var random = SeededGenerator(seed: 3)
    let data = random.bytes(300)
    let slices = LookupTables.shared.slices
    for count in 0...280 {
      let crc = UInt16(truncatingIfNeeded: random.next())
      data.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return }
        let byTables = Checksum.extendByTables(crc, over: start, count: count, slices: slices)
        let atAll = Checksum.extend(crc, over: start, count: count, tables: LookupTables.shared)
        #expect(byTables == atAll, "\(count) bytes")
      }
    }
  }

  @Test("Does not depend on how the bytes are handed in")
  func pieces() {
    var random = SeededGenerator(seed: 2)
    let data = random.bytes(64)
    for cut in 0...64 {
      var checksum = Checksum()
      checksum.update(data.span.bytes.extracting(0..<cut))
      for byte in data[cut...] { checksum.update(byte) }
      #expect(checksum.value == bitwiseChecksum(data))
    }
  }
}
