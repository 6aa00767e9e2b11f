import Glibc
import Model
import TestSupport
import Testing

@testable import Ledger

/// Whole records with proofs, checked by libraries of others: rfc8785, pymerkle, sd-jwt and
/// cryptography from PyPI, where the Python that runs has them.
@Suite struct OutsideTests {
  private static let hasLibraries =
    system("python3 -c 'import rfc8785, pymerkle, sd_jwt, cryptography' 2>/dev/null") == 0

  @Test("libraries of others read records, proofs and disclosures", .enabled(if: hasLibraries))
  func outsideLibraries() throws {
    var random = SeededGenerator(seed: 300)
    var encoder = EventEncoder(
      site: FixtureSite.site(exercise: "Aurora"), captureEpoch: 1, softwareVersion: "1")
    let signer = NoteSigner(name: "river-2/ledger/1", algorithm: .ed25519, seed: Array(1...32))!
    var tree = MerkleTree()
    var records: [EventRecord] = []
    for _ in 0..<100 {
      let header = encoder.encode(FixtureSite.event(&random))
      let salts = (0..<EventRecord.saltBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
      records.append(
        EventRecord(
          header: header, salts: salts, payload: encoder.withPayload { [UInt8](copying: $0) }))
      tree.append(records[records.count - 1].leaf)
    }
    var lines = [
      #"{"key":"\#(signer.key)"}"#,
      #"{"records":["#
        + records.map { Self.quoted(String(decoding: $0.bytes, as: UTF8.self)) }
        .joined(separator: ",") + "]}",
    ]
    for size in stride(from: UInt64(1), through: 100, by: 3) {
      let checkpoint = Checkpoint(
        origin: signer.key.name, size: size, root: tree.root(size: size))
      var note = SignedNote(text: checkpoint.description)!
      note.sign(with: signer)
      let index = UInt64.random(in: 0..<size, using: &random)
      let record = records[Int(index)]
      let chosen = record.disclosures.filter { _ in Bool.random(using: &random) }
      let bundle = ReleaseBundle(
        record: String(decoding: record.bytes, as: UTF8.self), disclosures: chosen.map(\.text),
        proof: LogProof(
          index: index, hashes: tree.inclusionProof(of: index, size: size), note: note))
      let names = chosen.map { Self.quoted($0.name) }.joined(separator: ",")
      let json = String(decoding: bundle.json.dropLast(), as: UTF8.self)
      lines.append(json + #","names":[\#(names)]}"#)
    }
    let folder = "/tmp/vedette-outside-\(getpid())"
    mkdir(folder, 0o700)
    defer { system("rm -rf \(folder)") }
    let file = try #require(fopen("\(folder)/in", "w"))
    fputs(lines.joined(separator: "\n") + "\n", file)
    fclose(file)
    let here = #filePath
    let tool = here.prefix(upTo: here.lastIndex(of: "/")!) + "/Tools/outside.py"
    let status = system("python3 \(tool) < \(folder)/in > \(folder)/out 2>&1")
    let output = try #require(fopen("\(folder)/out", "r"))
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = fread(&buffer, 1, buffer.count, output)
    fclose(output)
    let said = String(decoding: buffer[..<count], as: UTF8.self)
    #expect(status == 0 && said == "ok 204\n", "\(said)")
  }

  private static func quoted(_ text: String) -> String {
    String(decoding: CanonicalString.quoted(text), as: UTF8.self)
  }
}
