import FuzzSupport
import MAVLink

/// The fuzzer of everything that reads MAVLink. Its arguments are libFuzzer's.
@main
struct FuzzMAVLink {
  static func main() { unsafe fuzz(read) }
}

/// What libFuzzer calls with each input: the bytes go through the line's parser in two ways, through
/// the reader of telemetry logs, through the decoder of every message and back, and through the
/// check of signatures. What must hold for any bytes is checked; a failed check stops the program.
private func read(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start = unsafe start, count > 0 else { return 0 }
  let input = unsafe UnsafeRawBufferPointer(start: start, count: count)
  // The first byte says how the rest is cut, so that the fuzzer can choose.
  let step = unsafe 1 + Int(input[0])
  let bytes = unsafe input.bytes.extracting(droppingFirst: 1)

  let whole = parse(bytes, step: max(bytes.byteCount, 1))
  let cut = parse(bytes, step: step)
  precondition(whole == cut, "what is found depends on how the bytes are cut")

  // A record can stand inside what the line's parser takes for one long frame: the two find different
  // frames, but neither takes a byte twice.
  var reader = TelemetryLogReader()
  var taken = 0
  reader.read(bytes) { _, header, payload in
    precondition(payload.byteCount == Int(header.payloadLength))
    taken += 8 + payload.byteCount + (header.version == .v1 ? 8 : header.isSigned ? 25 : 12)
  }
  precondition(taken + Int(reader.counters.bytesSkipped) <= bytes.byteCount)
  _ = TelemetryLogReader.recognises(bytes)
  checkSignatures(bytes)
  return 0
}

/// What was found, as far as two ways of cutting must agree.
private struct Found: Equatable {
  var count: UInt64 = 0
  var skipped: UInt64 = 0
  var digest = Checksum().value
}

private func parse(_ bytes: RawSpan, step: Int) -> Found {
  var parser = FrameParser()
  var found = Found()
  var frameBytes: UInt64 = 0
  var start = 0
  func take(_ header: MAVLinkHeader, _ payload: RawSpan) {
    frameBytes += UInt64(
      payload.byteCount + (header.version == .v1 ? 8 : header.isSigned ? 25 : 12))
    var checksum = Checksum()
    checksum.update(payload)
    found.digest = found.digest &* 31 &+ checksum.value &+ UInt16(header.sequence)
    var visit = RoundTrip(header: header)
    _ = Frame(header: header, payload: payload).visitMessage(&visit)
  }
  while start < bytes.byteCount {
    let end = min(start + step, bytes.byteCount)
    parser.parse(bytes.extracting(start..<end), take)
    start = end
  }
  parser.finish(take)
  let counters = parser.counters
  precondition(parser.pendingCount == 0)
  precondition(counters.bytes == UInt64(bytes.byteCount))
  precondition(counters.bytes == frameBytes + counters.bytesSkipped, "a byte is unaccounted for")
  found.count = counters.frames
  found.skipped = counters.bytesSkipped
  return found
}

/// A message decoded from any payload, written and read again, is the same message.
private struct RoundTrip: MessageVisitor {
  let header: MAVLinkHeader

  mutating func visit<Message: MAVLinkMessage>(_ message: Message) {
    message.forEachField { _, _ in }
    var encoder = FrameEncoder(version: .v2, systemID: header.systemID, componentID: 1)
    var written: [UInt8] = []
    do {
      try encoder.append(message, to: &written)
    } catch {
      preconditionFailure("version 2 carries every message: \(error)")
    }
    var parser = FrameParser()
    unsafe parser.parse(written.span.bytes) { again, payload in
      precondition(again.messageID == header.messageID)
      var back = FrameEncoder(version: .v2, systemID: header.systemID, componentID: 1)
      var rewritten: [UInt8] = []
      do {
        try back.append(Message(payload: payload), to: &rewritten)
      } catch {
        preconditionFailure("version 2 carries every message: \(error)")
      }
      precondition(rewritten == written, "a message changes when it is written and read")
    }
    precondition(parser.counters.frames == 1)
  }
}

/// With a key that the sender does not know, no signed frame passes and no unsigned one is let in.
///
/// The key depends on the input: of a fixed one the fuzzer learns the right signature by watching it
/// being compared, and forges it.
private func checkSignatures(_ bytes: RawSpan) {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  unsafe bytes.withUnsafeBytes { all in
    for index in all.indices { hash = unsafe (hash ^ UInt64(all[index])) &* 0x100_0000_01B3 }
  }
  let key = SigningKey(passphrase: "nowhere in the corpus, \(hash)")
  var parser = FrameParser(signing: LinkSigning(policy: .require, key: key))
  parser.parse(bytes) { _, _ in preconditionFailure("a frame without the key's signature passed") }
  parser.finish { _, _ in preconditionFailure("a frame without the key's signature passed") }
  precondition(parser.counters.frames == 0)
}
