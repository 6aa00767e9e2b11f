import Glibc
import TestSupport
import Testing

@testable import Ledger

@Suite struct ReopeningTests {
  private let folder = TemporaryFolder()
  private var directory: String { folder.path + "/ledger" }

  /// Appends records up to `last`; the ledger's epoch.
  private func fill(upTo last: UInt64) throws -> UInt64 {
    var log = try EventLog(directory: directory, post: "river-2", options: smallOptions)
    while log.nextSequence <= last {
      let record = TestRecord(log.nextSequence)
      _ = try log.append(record.header, payload: record.payload.span.bytes)
    }
    try log.commit()
    let epoch = log.epoch
    try log.close()
    return epoch
  }

  private func refusal(epoch: UInt64, acknowledged: UInt64) -> LedgerError? {
    do throws(LedgerError) {
      _ = try EventLog.reopened(
        directory: directory, post: "river-2", epoch: epoch, acknowledged: acknowledged)
      return nil
    } catch {
      return error
    }
  }

  /// Names and sizes of everything below the folder.
  private func content() -> String {
    let list = folder.path + "/../\(folder.path.split(separator: "/").last!).list"
    defer { unlink(list) }
    _ = system("cd '\(folder.path)' && find . -type f -exec sha256sum {} + | sort >'\(list)'")
    guard let file = fopen(list, "r") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  @Test func `the same ledger is opened anew and numbering goes on`() throws {
    let epoch = try fill(upTo: 40)
    let log = try EventLog.reopened(
      directory: directory, post: "river-2", epoch: epoch, acknowledged: 40)
    #expect(log.nextSequence == 41 && log.epoch == epoch)
  }

  @Test func `where the disk is gone no new ledger is begun`() throws {
    let epoch = try fill(upTo: 40)
    _ = system("rm -rf '\(directory)'")
    #expect(refusal(epoch: epoch, acknowledged: 40)?.code == .missing)
    #expect(content().isEmpty)
    _ = system("mkdir '\(directory)'")
    #expect(refusal(epoch: epoch, acknowledged: 40)?.code == .noLedger)
    #expect(content().isEmpty)
  }

  @Test func `an older copy is refused and left as it is`() throws {
    let epoch = try fill(upTo: 30)
    _ = system("cp -r '\(directory)' '\(folder.path)/copy'")
    _ = try fill(upTo: 40)
    _ = system("rm -rf '\(directory)' && mv '\(folder.path)/copy' '\(directory)'")
    let before = content()
    #expect(!before.isEmpty)
    let refused = refusal(epoch: epoch, acknowledged: 40)
    #expect(refused?.code == .missing && refused?.reason.contains("ends at event 30") == true)
    #expect(content() == before)
  }

  @Test func `another ledger is refused, however long it is`() throws {
    let epoch = try fill(upTo: 30)
    _ = system("rm -rf '\(directory)'")
    let other = try fill(upTo: 50)
    #expect(other != epoch)
    #expect(refusal(epoch: epoch, acknowledged: 30)?.code == .missing)
  }
}
