import Ledger
import Model
import Sharing

extension ReleaseDesk {
  /// Which partner has a version of which event, as the log in `directory` says behind what is signed.
  static func read(
    unsignedOf directory: String, into held: inout PartnerHoldings, _ feeds: FeedRecords?
  ) throws(LedgerError) {
    let reader = try EventLogReader(directory: directory)
    let newest = try reader.newestSequence()
    var next = max(try reader.oldestSequence(), try signedSize(of: directory) + 1)
    var found: [(line: GivenLine, id: EventID)] = []
    while next <= newest {
      let reading = try reader.read(from: next, durable: newest) { record, payload in
        guard let line = GivenLine(payload) else { return }
        found.append((line, record.header.id))
      }
      switch reading {
      case .events(_, let following): next = following
      case .gone(let oldest): next = oldest
      }
    }
    for (line, id) in found {
      held.insert(line.feed.partner, id)
      feeds?.noteGiven(line.sequence, in: line.feed)
    }
  }

  private static func signedSize(of directory: String) throws(LedgerError) -> UInt64 {
    do throws(LedgerError) {
      return try LedgerProver(directory: directory).checkpoint.size
    } catch {
      guard error.code == .missing else { throw error }
      return 0
    }
  }
}
