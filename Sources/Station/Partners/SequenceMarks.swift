/// Which events of the ledger are marked: a bit for each, of the newest about four million.
struct SequenceMarks {
  /// Events of a piece; 8 KiB.
  private static let pieceEvents: UInt64 = 65_536
  /// Pieces that are kept; when there are more the one of the oldest events goes.
  static let piecesMax = 64

  private var pieces: [UInt64: [UInt64]] = [:]

  /// Whether event `sequence` is marked.
  func contains(_ sequence: UInt64) -> Bool {
    let (piece, rest) = sequence.quotientAndRemainder(dividingBy: Self.pieceEvents)
    guard let words = pieces[piece] else { return false }
    return words[Int(rest / 64)] & (1 << (rest % 64)) != 0
  }

  /// Marks event `sequence`.
  mutating func insert(_ sequence: UInt64) {
    let (piece, rest) = sequence.quotientAndRemainder(dividingBy: Self.pieceEvents)
    pieces[piece, default: [UInt64](repeating: 0, count: Int(Self.pieceEvents / 64))][
      Int(rest / 64)] |= 1 << (rest % 64)
    if pieces.count > Self.piecesMax, let oldest = pieces.keys.min() { pieces[oldest] = nil }
  }
}
