import Ledger
import Publishing

/// The ledger's proofs for the endpoint; opens the ledger's files anew for each request.
struct LedgerProofs: ProofSource {
  /// Where the ledger and its earlier epochs stand.
  var folders: EpochFolders
  var cosignatures: CosignatureBook

  func cosigned() -> [UInt8]? { cosignatures.note.map { Array($0.description.utf8) } }

  func checkpoint() throws -> [UInt8]? {
    guard let prover = try prover() else { return nil }
    return Array(prover.note.description.utf8)
  }

  func bundle(of sequence: UInt64, fields: [String]?) throws -> [UInt8]? {
    try prover()?.bundles(of: [(sequence, fields)]).first
  }

  func batch(
    of events: [(sequence: UInt64, fields: [String]?)], from old: UInt64
  ) throws -> ProofBatch? {
    guard let prover = try prover() else { return nil }
    let size = prover.checkpoint.size
    guard old <= size else { return ProofBatch(size: size, consistency: nil, bundles: []) }
    return ProofBatch(
      size: size, consistency: try prover.growth(from: old).description,
      bundles: try prover.bundles(of: events))
  }

  func shared(
    of events: [(sequence: UInt64, fields: [String]?)], from old: UInt64
  ) throws -> SharedProofs? {
    guard let prover = try prover(), old <= prover.checkpoint.size else { return nil }
    return SharedProofs(
      size: prover.checkpoint.size,
      parts: try prover.sharedBundles(of: events, from: old).map {
        SharedProofs.Part(json: $0.json, last: $0.last)
      })
  }

  func succession(from epoch: UInt64, size: UInt64) throws -> [UInt8]? {
    try Succession(from: epoch, size: size, in: folders)?.json
  }

  /// `nil` before anything is signed.
  private func prover() throws(LedgerError) -> LedgerProver? {
    do throws(LedgerError) { return try LedgerProver(directory: folders.current) } catch {
      if error.code == .missing { return nil }
      throw error
    }
  }
}
