import MAVLink
import TestSupport
import Testing

@Suite("Questions for the time")
struct TimeQuestionTests {
  private func frames(_ question: TimeQuestion) -> [Frame] {
    var parser = FrameParser()
    var found: [Frame] = []
    question.withBytes { bytes in
      parser.parse(bytes) { found.append(Frame(header: $0, payload: $1)) }
    }
    return found
  }

  @Test("a question is one TIMESYNC frame with our marked time, and nothing else")
  func onlyTimeSync() throws {
    var asker = TimeAsker()
    var random = SeededGenerator(seed: 61)
    var now: Int64 = 0
    for number in 0..<300 {
      now += .random(in: 1_000_000_000...9_000_000_000_000, using: &random)
      let questionDue = asker.question(at: now)
      let question = try #require(questionDue)
      let found = frames(question)
      #expect(found.count == 1)
      let frame = try #require(found.first)
      let message = try #require(frame.decode(TimeSync.self))
      #expect(message.respondedNanos == 0 && TimeQuestion.isMarked(message.askedNanos))
      #expect(abs(message.askedNanos - now) < 65_536)
      #expect(frame.header.systemID == 254 && frame.header.sequence == UInt8(number & 255))
      #expect(question.count <= 28)
    }
  }

  @Test("it is asked once a second")
  func pace() {
    var asker = TimeAsker()
    var asked = 0
    for step in 0..<100 where asker.question(at: Int64(step) * 100_000_000) != nil { asked += 1 }
    #expect(asked == 10)
  }

  @Test("where the link has a key, questions bear signatures that hold")
  func signed() throws {
    let key = SigningKey(passphrase: "north ford")
    var asker = TimeAsker(signer: FrameSigner(key: key, linkID: 0, timestamp: 77))
    var parser = FrameParser(signing: LinkSigning(policy: .require, key: key))
    var taken = 0
    for second in 1...5 {
      let questionDue = asker.question(at: Int64(second) * 1_000_000_000)
      let question = try #require(questionDue)
      question.withBytes { parser.parse($0) { _, _ in taken += 1 } }
    }
    #expect(taken == 5 && parser.counters.signedFrames == 5)
  }

  @Test("other times bear the mark once in 65,536")
  func mark() {
    var random = SeededGenerator(seed: 62)
    var hits = 0
    for _ in 0..<655_360 {
      if TimeQuestion.isMarked(.random(in: 0 ... .max, using: &random)) { hits += 1 }
    }
    #expect(hits < 30)
    for nanos in [0, 1, 65_535, 65_536, Int64.max - 65_536, .max] {
      #expect(TimeQuestion.isMarked(TimeQuestion.marked(nanos)))
    }
  }
}
