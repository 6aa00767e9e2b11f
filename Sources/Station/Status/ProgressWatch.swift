/// Notices that a thread stands still: its count of turns did not move for several looks.
struct ProgressWatch {
  /// Looks, a second apart, without progress that are one too many.
  private static let standstillMax = 5

  /// Looks so far, a second apart.
  var seconds = 0
  /// Samples that were dropped up to the last look.
  var dropped: UInt64 = 0

  private var last: (fusion: UInt64, ledger: UInt64) = (0, 0)
  private var standstill = (fusion: 0, ledger: 0)

  /// Whether both made progress within the last looks.
  mutating func look(fusion: UInt64, ledger: UInt64) -> Bool {
    standstill.fusion = fusion == last.fusion ? standstill.fusion + 1 : 0
    standstill.ledger = ledger == last.ledger ? standstill.ledger + 1 : 0
    last = (fusion, ledger)
    return standstill.fusion < Self.standstillMax && standstill.ledger < Self.standstillMax
  }
}
