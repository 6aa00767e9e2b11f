import Crypto
import Foundation
import FoundationXML
import Ledger
import Model
import Testing

@testable import Sharing

/// An event with its proof, signed, as JSON and as a page.
@Suite struct IncidentReportTests {
  private static let seed = [UInt8](repeating: 7, count: 32)
  private static let remarks = "seen at <the ford> & \"followed\"\n\u{301}\tto the mill \u{ffff}"

  /// A report on one of three events of a ledger, with two of its fields.
  private func report() throws -> IncidentReport {
    let folder = NSTemporaryDirectory() + "incident-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var source = RandomSharing(seed: 5)
    var log = try EventLog(directory: folder, post: "ford")
    for number in 1...3 {
      let (event, feature) = source.event(UInt64(number))
      let payload = Array(feature.utf8)
      try unsafe log.append(event.header, payload: payload.span.bytes)
    }
    try log.commit()
    let signer = LogKey.signer(of: "ford", log: .ledger, epoch: log.epoch, seed: Self.seed)
    var seal = try LedgerSeal(directory: folder, signer: signer, durable: 3)
    while try seal.take(through: 3) {}
    _ = try seal.sign()
    let prover = try LedgerProver(directory: folder)
    let (_, record) = try #require(try prover.record(at: 2))
    let bundle = ReleaseBundle(
      record: String(decoding: record.bytes, as: UTF8.self),
      disclosures: record.disclosures.prefix(2).map(\.text), proof: try prover.proof(of: 2))
    return IncidentReport(
      of: bundle, key: signer.key, post: "ford",
      made: WallTime(unixNanos: 1_772_337_906_000_000_000),
      author: "Lt. Åsa O'Neil, case 12", remarks: Self.remarks, seed: Self.seed)
  }

  @Test("a report is sound as JSON and as a page, and both are read back")
  func sound() throws {
    let report = try report()
    #expect(IncidentReport(report.json) == report)
    #expect(IncidentReport(page: report.page) == report)
    guard case .sound(let checkpoint, let fields) = report.verdict(key: report.key) else {
      Issue.record("\(report.verdict(key: report.key))")
      return
    }
    #expect(checkpoint.size == 3 && fields.count == 2)
    #expect(report.remarks.contains("\u{fffd}") && !report.remarks.contains("\u{ffff}"))
    // The page is XML, and its text is the JSON.
    let page = try XMLDocument(data: Data(report.page))
    let found = try page.nodes(forXPath: "//pre[@id='report']").first?.stringValue
    #expect(found.map { Array($0.utf8) } == report.json)
  }

  @Test("a changed byte of a report or of its page is refused")
  func changed() throws {
    let report = try report()
    var passed: [Int] = []
    for place in stride(from: 0, to: report.json.count, by: 13) {
      var json = report.json
      json[place] ^= 1
      if let read = IncidentReport(json), case .sound = read.verdict(key: report.key) {
        passed.append(place)
      }
    }
    #expect(passed.isEmpty)
    let page = report.page
    for place in stride(from: 0, to: page.count, by: 173) {
      var changed = page
      changed[place] ^= 1
      if let read = IncidentReport(page: changed), case .sound = read.verdict(key: report.key) {
        passed.append(place)
      }
    }
    #expect(passed.isEmpty)
  }

  @Test("another key, another post's name and another signature are told")
  func wrong() throws {
    let report = try report()
    let other = LogKey.key(of: "ford", log: .ledger, epoch: 1, seed: Self.seed)
    #expect(report.verdict(key: other) == .otherKey(report.key))
    let forged = IncidentReport(
      of: report.bundle, key: report.key, post: "ford", made: WallTime(unixNanos: 0), author: "",
      remarks: "", seed: [UInt8](repeating: 8, count: 32))
    #expect(forged.verdict(key: report.key) == .unsigned)
    let elsewhere = IncidentReport(
      of: report.bundle, key: report.key, post: "mill", made: WallTime(unixNanos: 0), author: "",
      remarks: "", seed: Self.seed)
    #expect(elsewhere.verdict(key: report.key) == .unsigned)
  }

  @Test("swift-crypto alone checks the signature, as Docs/Ledger.md tells it")
  func outside() throws {
    let report = try report()
    let text = String(decoding: report.json, as: UTF8.self)
    let member = ",\"signature\":\"\(report.signature)\"}"
    try #require(text.hasSuffix(member))
    let body = text.dropLast(member.count) + "}\n"
    let encoded = try #require(report.signature.split(separator: " ").last)
    let bytes = try #require(Data(base64Encoded: String(encoded)))
    let key = try Curve25519.Signing.PublicKey(rawRepresentation: report.key.publicKey)
    #expect(key.isValidSignature(bytes.dropFirst(4), for: Data(body.utf8)))
  }
}
