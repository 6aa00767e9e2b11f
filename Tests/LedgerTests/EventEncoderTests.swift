import Geodesy
import Glibc
import Model
import TestSupport
import Testing

@testable import Ledger

@Suite struct EventEncoderTests {
  private static let epoch: UInt64 = 0x1122_3344_5566_7788

  private func encoder(exercise: String? = nil) -> EventEncoder {
    EventEncoder(
      site: FixtureSite.site(exercise: exercise), captureEpoch: Self.epoch,
      softwareVersion: "0.1.0")
  }

  private func encode(
    _ event: PostEvent, _ encoder: inout EventEncoder
  ) -> (EventHeader, String) {
    let header = encoder.encode(event)
    let text = encoder.withPayload { payload in
      payload.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
    return (header, text)
  }

  @Test("the bytes of an event are frozen")
  func frozenEvents() {
    var live = encoder()
    var exercise = encoder(exercise: "Aurora")
    #expect(encode(.crossing(FixtureSite.crossing), &exercise).1 == Fixtures.crossing)
    #expect(encode(.crossing(FixtureSite.airCrossing), &live).1 == Fixtures.airCrossing)
    #expect(encode(.health(FixtureSite.health), &live).1 == Fixtures.health)
    #expect(encode(.status(FixtureSite.status), &live).1 == Fixtures.status)
  }

  @Test("ids are those that another SHA-256 gives, and carry version 8 and the RFC's variant")
  func ids() {
    var encoder = encoder()
    let crossing = encode(.crossing(FixtureSite.crossing), &encoder).0
    #expect(crossing.id.description == Fixtures.crossingID)
    #expect(crossing.cloudEventID == Fixtures.crossingID + "/2")
    #expect(crossing.timeText == "2026-03-01T04:05:06.789012Z")
    #expect(encode(.health(FixtureSite.health), &encoder).0.id.description == Fixtures.healthID)
    #expect(encode(.status(FixtureSite.status), &encoder).0.id.description == Fixtures.statusID)
    var random = SeededGenerator(seed: 11)
    for _ in 0..<500 {
      let text = Array(encode(FixtureSite.event(&random), &encoder).0.id.description.utf8)
      #expect(text.count == 36)
      #expect(text[14] == UInt8(ascii: "8"))
      #expect("89ab".utf8.contains(text[19]))
    }
  }

  @Test("a stranger's crossing is of a kind of its own, and says what it claims")
  func stranger() {
    var encoder = encoder()
    #expect(encode(.crossing(FixtureSite.crossing), &encoder).0.kind == .crossing)
    let (header, text) = encode(.crossing(FixtureSite.airCrossing), &encoder)
    #expect(header.kind == .airCrossing && EventKind(rawValue: 5) == .airCrossing)
    #expect("\(header.kind.typeName)" == "org.vedette.air-crossing.v1")
    #expect(text.contains(#""claims_to_be":"drone-1""#) && text.contains(#""seen_from":"beyond""#))
    var plane = FixtureSite.airCrossing
    plane.stranger = AirStranger(broadcast: .adsb)
    #expect(!encode(.crossing(plane), &encoder).1.contains("claims_to_be"))
  }

  @Test("an id depends on what names the event, and on nothing else")
  func idDependence() {
    var encoder = encoder()
    var exercise = self.encoder(exercise: "Aurora")
    let base = FixtureSite.crossing
    let id = encode(.crossing(base), &encoder).0.id
    #expect(encode(.crossing(base), &exercise).0.id == id)
    var other = base
    other.version = 9
    other.position.x += 1
    other.direction = .rightToLeft
    other.disposition = .retracted
    #expect(encode(.crossing(other), &encoder).0.id == id)
    let changes: [(inout CrossingIdentity) -> Void] = [
      { $0.line = LineID(1) }, { $0.birthSource = SourceID(3) }, { $0.birthSequence += 1 },
      { $0.birthBranch += 1 }, { $0.ordinal += 1 },
    ]
    var ids: Set<EventID> = [id]
    for change in changes {
      var event = base
      change(&event.identity)
      #expect(ids.insert(encode(.crossing(event), &encoder).0.id).inserted)
    }
    var elsewhere = EventEncoder(
      site: FixtureSite.site(), captureEpoch: Self.epoch + 1, softwareVersion: "0.1.0")
    #expect(ids.insert(encode(.crossing(base), &elsewhere).0.id).inserted)
  }

  @Test("an event that is no number anywhere is still an event")
  func notANumber() {
    var encoder = encoder()
    var event = FixtureSite.crossing
    event.position = SIMD2(.nan, .infinity)
    event.covariance = SIMD3(.nan, .infinity, -.infinity)
    event.velocity = SIMD2(.nan, .infinity)
    event.timeSigma = .nan
    event.confidence = .nan
    event.classes = ClassScores(lanes: SIMD8(repeating: .nan))
    event.path[0].position = SIMD2(.nan, .nan)
    event.clock.uncertaintyNanos = .max
    let (_, text) = encode(.crossing(event), &encoder)
    #expect(text.hasPrefix(#"{"geometry":null,"properties":{"#))
    #expect(!text.contains("nan") && !text.contains("inf"))
    #expect(!text.contains("heading_deg"))
  }

  @Test(
    "a number is written in its shortest form, never with an exponent",
    arguments: [
      (0, 0, "0"), (0, 7, "0"), (5, 0, "5"), (-5, 0, "-5"), (100, 0, "100"), (100, 2, "1"),
      (-150, 2, "-1.5"), (5, 1, "0.5"), (5, 3, "0.005"), (-1, 6, "-0.000001"),
      (95_000_000, 7, "9.5"), (471_234_567, 7, "47.1234567"), (10, 7, "0.000001"),
      (15, 7, "0.0000015"), (9, 7, "0.000001"), (5, 7, "0.000001"), (4, 7, "0"), (-4, 7, "0"),
      (-6, 7, "-0.000001"), (49, 8, "0"), (Int64.max, 0, "999999999999999"),
      (Int64.min, 3, "-999999999999.999"),
    ] as [(Int64, Int, String)])
  func decimals(scaled: Int64, places: Int, expected: String) {
    var text = CanonicalText(capacity: 64)
    text.decimal(scaled, places: places)
    #expect(
      text.withBytes { $0.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } } == expected)
  }

  @Test("numbers read back as the double they were rounded to")
  func numbersReadBack() {
    var random = SeededGenerator(seed: 21)
    var text = CanonicalText(capacity: 64)
    for _ in 0..<5000 {
      let places = Int.random(in: 0...7, using: &random)
      let value = Double.random(in: -1000...1000, using: &random)
      text.clear()
      text.number(value, places: places)
      let written = text.withBytes { $0.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
      let scale = pow(10, Double(places))
      let expected = (value * scale).rounded(.toNearestOrEven) / scale
      #expect(Double(written) == (expected == 0 ? 0 : expected))
      #expect("\(expected)" == written || "\(expected)" == written + ".0" || abs(expected) < 1e-4)
    }
  }

  @Test(
    "a heading is a compass's",
    arguments: [
      (SIMD2<Float>(0, 1), 0), (SIMD2(1, 0), 900), (SIMD2(0, -1), 1800), (SIMD2(-1, 0), 2700),
      (SIMD2(-0.00001, 1), 0), (SIMD2(0.05, 0), nil), (SIMD2(.nan, 1), nil),
    ] as [(SIMD2<Float>, Int64?)])
  func headings(velocity: SIMD2<Float>, expected: Int64?) {
    #expect(CompassHeading.tenths(of: velocity) == expected)
  }

  @Test("CRC-32C agrees with the catalogue's check value and with itself bit by bit")
  func crc() {
    #expect(CRC32C.of(Array("123456789".utf8).span.bytes) == 0xE306_9283)
    var random = SeededGenerator(seed: 41)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      var expected = UInt32.max
      for byte in bytes {
        expected ^= UInt32(byte)
        for _ in 0..<8 {
          expected = (expected >> 1) ^ (expected & 1 == 1 ? 0x82F6_3B78 : 0)
        }
      }
      #expect(CRC32C.of(bytes.span.bytes) == ~expected)
      #expect(CRC32C.byTables(bytes.span.bytes) == ~expected)
    }
  }

  private static let validator = {
    let here = #filePath
    return here.prefix(upTo: here.lastIndex(of: "/")!) + "/Tools/validate_events.py"
  }()

  private static let hasPython =
    system("python3 -c 'import jsonschema, referencing' 2>/dev/null") == 0

  @Test(
    "500 random events are canonical JSON and follow the published schemas",
    .enabled(if: hasPython, "needs python3 with jsonschema"))
  func schemas() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/events.jsonl"
    let file = try #require(fopen(path, "w"))
    var random = SeededGenerator(seed: 51)
    var live = encoder()
    var exercise = encoder(exercise: "Aurora")
    for sequence in 1...500 {
      let isExercise = Bool.random(using: &random)
      let event = FixtureSite.event(&random)
      let (header, data) = isExercise ? encode(event, &exercise) : encode(event, &live)
      #expect(header.isExercise == isExercise)
      let line =
        #"{"data":\#(data),"datacontenttype":"application/geo+json","exercise":\#(isExercise),"#
        + #""handling":"TLP:AMBER","id":"\#(header.cloudEventID)","sequence":"\#(sequence)","#
        + #""source":"/posts/river-2","specversion":"1.0","time":"\#(header.timeText)","#
        + #""type":"\#(header.kind.typeName)"}"#
      fputs(line + "\n", file)
    }
    fclose(file)
    #expect(system("python3 '\(Self.validator)' --canonical '\(path)'") == 0)
    // The validator itself must refuse: one more property, one less.
    for edit in ["s/\"confidence\"/\"confidense\"/", "s/\"track\":[0-9]*,//", "s/:\\[/: [/"] {
      let bad = folder.path + "/bad.jsonl"
      _ = system("sed '\(edit)' '\(path)' > '\(bad)'")
      #expect(system("python3 '\(Self.validator)' --canonical '\(bad)' >/dev/null 2>&1") != 0)
    }
  }
}
