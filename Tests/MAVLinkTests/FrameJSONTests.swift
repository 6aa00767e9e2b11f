import MAVLink
import Testing

@Suite("Frames as JSON lines") struct FrameJSONTests {
  private func line(hex: String, timeMicros: UInt64? = nil) throws -> String {
    var parser = FrameParser()
    _ = parser.append(bytes(hex: hex).span.bytes)
    let frame = parser.nextFrame()
    return try #require(frame).jsonLine(timeMicros: timeMicros)
  }

  @Test("A position shows its fields under their published names")
  func position() throws {
    let hex = "fe1c072a012160ea0000402c181d79fcbbfe40e20100a05b00006aff1301f6ff9f8c4b88"
    #expect(
      try line(hex: hex, timeMicros: 1_436_056_003_484_195)
        == #"{"time_us":1436056003484195,"version":1,"sequence":7,"system":42,"component":1,"#
        + #""id":33,"name":"GLOBAL_POSITION_INT","signed":false,"fields":{"#
        + #""time_boot_ms":60000,"lat":488123456,"lon":-21234567,"alt":123456,"#
        + #""relative_alt":23456,"vx":-150,"vy":275,"vz":-10,"hdg":35999}}"#)
  }

  @Test("A number that is not known is null")
  func notANumber() throws {
    let hex =
      "fd310000072a01140100402c181d79fcbbfe0000cb42000020400000c07f0000a03f000000bf"
      + "000000000000c07f0000af430000c03f0000c07f012946"
    let line = try line(hex: hex)
    #expect(line.hasPrefix(#"{"version":2,"#))
    #expect(line.contains(#""v_acc":null,"vel_n":1.25,"vel_e":-0.5,"vel_d":0.0,"#))
  }

  @Test("A text is quoted")
  func text() throws {
    let hex = "fd080000c80101fd00000656656465747465009a"
    let line = try line(hex: hex)
    #expect(line.hasSuffix(#""fields":{"severity":6,"text":"Vedette","id":0,"chunk_seq":0}}"#))
  }

  @Test("A message that is not typed shows its payload as on the wire")
  func untyped() throws {
    let hex = "fd0e0000c801010400000500000000000000060000000708bbd6"
    #expect(
      try line(hex: hex)
        == #"{"version":2,"sequence":200,"system":1,"component":1,"id":4,"#
        + #""name":"PING","signed":false,"payload":"0500000000000000060000000708"}"#)
  }

  @Test(
    "Every typed message shows fields",
    arguments: [
      ("fe09072a0100040000000203510403598b", #""custom_mode":4,"#),
      ("fe0c072a0102231af7d7151a050040e20100ef3b", #""time_unix_usec":1436056003484195,"#),
      (
        "fe1c072a011e54ec00000000003e000080be000040400ad7233c0ad7a3bc0000003f7a29",
        #""roll":0.125,"pitch":-0.25,"yaw":3.0,"rollspeed":0.01,"#
      ),
      (
        "fe34072a0118231af7d7151a0500402c181d79fcbbfe40e201007900ffff0002aa69030bcd810100"
          + "dc050000c40900002c01000020aa4400a08c12cf",
        #""eph":121,"epv":null,"vel":512,"cog":27050,"satellites_visible":11,"#
      ),
    ])
  func typed(hex: String, part: String) throws {
    #expect(try line(hex: hex).contains(part))
  }
}
