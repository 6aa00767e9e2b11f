import Glibc
import Ledger
import Model

/// Ledgers with their proofs, written down for the libraries of others to check, and the product's
/// own check of every changed byte.
///
///     LedgerSamples growing FOLDER         a ledger of 0 to 300 records, every proof at every size
///     LedgerSamples whole RECORDS FOLDER   one of so many, with proofs of some of its records
///     LedgerSamples changed FOLDER         a small one, byte by byte, and bundles of it
///     LedgerSamples paced RECORDS START MILLIS FOLDER [POST]
///                                          one of so many that begins START seconds after 1970 UTC,
///                                          events so far apart, of a post of that name; nothing else is
///                                          written down
///
/// FOLDER is made. The first two leave `tlog` (for Tools/tlogcheck) and `bundles` (for
/// Tools/outside.py) in it; all print "ok" or "FAILED" lines. Exit code 1 when something was wrong, 64
/// for wrong use.
@main
struct LedgerSamples {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    var isRight = false
    switch (arguments.first, arguments.count) {
    case ("growing", 2):
      isRight = try Samples.growing(arguments[1], to: 300)
    case ("whole", 3):
      guard let count = UInt64(arguments[1]), count > 0 else { wrongUse() }
      isRight = try Samples.whole(arguments[2], of: count)
    case ("changed", 2): isRight = try ChangedBytes.check(arguments[1])
    case ("paced", 5), ("paced", 6):
      guard let count = UInt64(arguments[1]), count > 0, let start = Int64(arguments[2]),
        let millis = Int64(arguments[3])
      else { wrongUse() }
      var ledger = try SampleLedger(
        folder: arguments[4],
        events: SampleEvents(
          seed: count, startNanos: start * 1_000_000_000, intervalNanos: millis * 1_000_000),
        post: arguments.count > 5 ? arguments[5] : SampleEvents.post)
      try ledger.grow(to: count)
      isRight = true
    default: wrongUse()
    }
    exit(isRight ? 0 : 1)
  }

  private static func wrongUse() -> Never {
    print(
      "usage: LedgerSamples growing FOLDER | whole RECORDS FOLDER | changed FOLDER"
        + " | paced RECORDS START MILLIS FOLDER [POST]")
    exit(64)
  }
}
