import Glibc
import Model
import TestSupport
import Testing

@testable import Ledger

/// What a log says of itself, as text: epochs and erasures.
@Suite struct OwnRecordTests {
  private static let post = "river-2"
  private static let time = WallTime(unixNanos: 1_772_337_906_789_012_345)
  private static let old = NoteSigner(
    name: LogKey.origin(of: post, log: .ledger, epoch: 7), algorithm: .ed25519,
    seed: [UInt8](repeating: 3, count: 32))!
  private static let new = NoteSigner(
    name: LogKey.origin(of: post, log: .ledger, epoch: 8), algorithm: .ed25519,
    seed: [UInt8](repeating: 5, count: 32))!

  /// A record's header and payload.
  private typealias Written = (header: EventHeader, payload: [UInt8])

  private static var written: [Written] {
    let root = TreeHash.leaf([1, 2, 3])
    let checkpoint = Checkpoint(origin: old.key.name, size: 40, root: root)
    var note = SignedNote(text: checkpoint.description)!
    note.sign(with: old)
    let cited = EpochRecord.Citation(
      note: note, key: old.key, records: 41, root: .leaf([4]))
    let epochs = [
      EpochRecord(.begins(cited), origin: new.key.name, post: post, time: time),
      EpochRecord(.ends(next: new.key), origin: old.key.name, post: post, time: time),
    ]
    let erasure = ErasureRecord(
      from: 1, through: .max, rule: "storage.retention.age 100 s", origin: old.key.name,
      post: post, time: time)
    return epochs.map { ($0.header(at: time), $0.payload) }
      + [(erasure.header(at: time), erasure.payload)]
  }

  private static let validator = {
    let here = #filePath
    return here.prefix(upTo: here.lastIndex(of: "/")!) + "/Tools/validate_events.py"
  }()

  private static let hasPython =
    system("python3 -c 'import jsonschema, referencing' 2>/dev/null") == 0

  private static func isValid(_ lines: String, in folder: TemporaryFolder) throws -> Bool {
    let path = folder.path + "/records.jsonl"
    let file = try #require(fopen(path, "w"))
    fputs(lines, file)
    fclose(file)
    return system("python3 '\(validator)' --canonical '\(path)' >/dev/null 2>&1") == 0
  }

  @Test(
    "what a log says of itself follows the published schemas",
    .enabled(if: hasPython, "needs python3 with jsonschema"))
  func schemas() throws {
    let folder = TemporaryFolder()
    var lines = ""
    for (header, payload) in Self.written {
      let data = String(decoding: payload, as: UTF8.self)
      let line =
        #"{"data":\#(data),"datacontenttype":"application/geo+json","exercise":false,"#
        + #""handling":"TLP:AMBER","id":"\#(header.cloudEventID)","sequence":"1","#
        + #""source":"/posts/river-2","specversion":"1.0","time":"\#(header.timeText)","#
        + #""type":"\#(header.kind.typeName)"}"# + "\n"
      lines += line
      // Each property is asked for, and none is allowed beside them.
      for name in [#""log":"#, #""rule":"#, #""next_key":"#, #""cited_root":"#]
      where line.contains(name) {
        let parts = line.split(separator: name, maxSplits: 1)
        let other = parts[0] + #""x"# + name.dropFirst() + parts[1]
        #expect(try !Self.isValid(String(other), in: folder), "\(name)")
      }
    }
    #expect(try Self.isValid(lines, in: folder))
  }

  @Test("an erasure of nothing, or one that ends before it begins, is no record")
  func bounds() {
    func record(_ from: UInt64, _ through: UInt64) -> ErasureRecord {
      ErasureRecord(
        from: from, through: through, rule: "r", origin: Self.old.key.name, post: Self.post,
        time: Self.time)
    }
    #expect(ErasureRecord(record(5, 5).payload) == record(5, 5))
    #expect(ErasureRecord(record(6, 5).payload) == nil)
    #expect(ErasureRecord(record(0, 5).payload) == nil)
  }
}
