import Ledger
import Model
import Testing

@testable import Receiving

@Suite struct QuickCheckTests {
  /// An event of post "ford" with its proof, all of it consistent.
  private struct Sample {
    var event: String
    var bundle: [UInt8]
    var note: SignedNote
    var checkpoint: Checkpoint

    init(released: [String], isRetracted: Bool = false) throws {
      let id = EventID(high: 0x42f7_a685_f844_876d, low: 0xa6fc_27ba_6a06_2e3c)
      let disposition = isRetracted ? "retracted" : "reported"
      let payload =
        #"{"geometry":{"coordinates":[9.5001647,47.1234545],"type":"Point"},"properties":{"class":"person","#
        + #""classes":{"animal":0.0625,"person":0.9375},"confidence":0.9375,"disposition":"\#(disposition)","#
        + #""event_id":"\#(id)","exercise":false,"from":"Österland","post":"ford","#
        + #""time":"2026-03-01T04:05:06.789012Z","version":2},"type":"Feature"}"#
      let record = EventRecord(
        header: EventHeader(
          kind: .crossing, id: id, version: 2, time: WallTime(unixNanos: 0), isExercise: false),
        salts: (0..<EventRecord.saltBytes).map { UInt8(truncatingIfNeeded: $0 * 7) },
        payload: Array(payload.utf8))
      try #require(!record.disclosures.isEmpty)
      let chosen = record.disclosures.filter { released.contains($0.name) }
      let signer = NoteSigner(name: "ford/ledger/7", algorithm: .ed25519, seed: Array(1...32))!
      let (left, leaf) = (TreeHash.leaf([1]), record.leaf)
      checkpoint = Checkpoint(origin: signer.key.name, size: 2, root: .node(left, leaf))
      note = SignedNote(text: checkpoint.description)!
      note.sign(with: signer)
      let whole = ReleaseBundle(
        record: String(decoding: record.bytes, as: UTF8.self), disclosures: chosen.map(\.text),
        proof: LogProof(index: 1, hashes: [left], note: note))
      bundle = whole.json
      guard case .sound(_, let fields) = whole.verdict(under: checkpoint) else {
        throw PostClient.Malformed(description: "the sample is not sound")
      }
      var members = fields.map { ($0.name, String(decoding: $0.value, as: UTF8.self)) }
      members += [
        ("event_id", #""\#(id)""#), ("version", "2"), ("post", #""ford""#), ("exercise", "false"),
        ("disposition", #""\#(disposition)""#),
      ]
      members.sort { $0.0 < $1.0 }
      let properties = members.map { #""\#($0)":\#($1)"# }.joined(separator: ",")
      let place = ["lat_lon", "lat_lon_1km", "lat_lon_10km"].lazy.compactMap { name in
        fields.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
      }.first
      let geometry = place.map { #"{"coordinates":\#($0),"type":"Point"}"# } ?? "null"
      let time = ["time", "time_min", "time_hour"].lazy.compactMap { name in
        fields.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
      }.first
      event =
        #"{"data":{"geometry":\#(geometry),"properties":{\#(properties)},"type":"Feature"},"#
        + #""datacontenttype":"application/geo+json","exercise":false,"handling":"TLP:AMBER","#
        + #""id":"\#(id)/2","sequence":"2","source":"/posts/ford","specversion":"1.0","#
        + (time.map { #""time":\#($0),"# } ?? "") + #""type":"org.vedette.crossing.v1"}"#
    }

    /// What both checks find of `text`: nothing of what is no event.
    func verdicts(on text: [UInt8], post: String = "ford") -> (quick: Bool, whole: Bool)? {
      guard let event = ReceivedEvent(text[...]), let read = ReleaseBundle(bundle) else {
        return nil
      }
      var quick = QuickCheck(post: post, note, checkpoint)
      return (
        quick.isSound(event, bundle[...]),
        EventCheck.verdict(on: event, of: post, bundle: read, under: checkpoint) == .sound
      )
    }
  }

  private static let releases = [
    [], ["class"], ["class", "confidence", "from", "lat_lon", "time"],
    ["classes", "lat_lon_1km", "lat_lon_10km", "time_hour", "time_min"],
  ]

  @Test(arguments: releases)
  func `what is proven is found so at once`(released: [String]) throws {
    for isRetracted in [false, true] {
      let sample = try Sample(released: released, isRetracted: isRetracted)
      let found = try #require(sample.verdicts(on: Array(sample.event.utf8)))
      #expect(found.quick && found.whole)
      let other = try #require(sample.verdicts(on: Array(sample.event.utf8), post: "fort"))
      #expect(!other.quick && !other.whole)
    }
  }

  @Test(arguments: releases)
  func `what the whole check refuses is never found sound at once`(released: [String]) throws {
    let sample = try Sample(released: released)
    let text = Array(sample.event.utf8)
    var refused = 0
    for place in text.indices {
      for mask: UInt8 in [1, 2, 0x10, 0x20] {
        var changed = text
        changed[place] ^= mask
        guard let found = sample.verdicts(on: changed) else { continue }
        if found.quick, !found.whole { Issue.record("byte \(place)") }
        if !found.whole { refused += 1 }
      }
    }
    #expect(refused > 100)
  }

  @Test func `a property more or less, or one of another event, is not found sound`() throws {
    let sample = try Sample(released: ["class", "confidence", "lat_lon", "time"])
    for (old, new) in [
      (#""class":"person","#, ""), (#""class":"person","#, #""class":"person","colour":1,"#),
      (#""confidence":0.9375,"#, #""confidence":0.937,"#), (#""sequence":"2""#, #""sequence":"1""#),
      (#","time":"2026-03-01T04:05:06.789012Z","type":"org"#, #","type":"org"#),
      (#"{"coordinates":[9.5001647,47.1234545],"type":"Point"}"#, "null"),
    ] {
      let text = sample.event.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
        .joined(separator: new)
      let found = try #require(sample.verdicts(on: Array(text.utf8)))
      #expect(!found.quick || found.whole, "\(new)")
    }
  }
}
