import Ledger
import Publishing

/// The ledger's proofs for the endpoint; opens the ledger's files anew for each request.
struct LedgerProofs: ProofSource {
  /// The ledger's folder.
  var directory: String
  var cosignatures: CosignatureBook

  func cosigned() -> [UInt8]? { cosignatures.note.map { Array($0.description.utf8) } }

  func checkpoint() throws -> [UInt8]? {
    guard let prover = try prover() else { return nil }
    return Array(prover.note.description.utf8)
  }

  func bundle(of sequence: UInt64, fields: [String]?) throws -> [UInt8]? {
    guard let prover = try prover() else { return nil }
    return try bundle(of: sequence, fields: fields, by: prover)
  }

  func batch(
    of events: [(sequence: UInt64, fields: [String]?)], from old: UInt64
  ) throws -> ProofBatch? {
    guard let prover = try prover() else { return nil }
    let size = prover.checkpoint.size
    guard old <= size else { return ProofBatch(size: size, consistency: nil, bundles: []) }
    let bundles = try events.compactMap {
      try bundle(of: $0.sequence, fields: $0.fields, by: prover)
    }
    return ProofBatch(
      size: size, consistency: try prover.growth(from: old).description, bundles: bundles)
  }

  private func bundle(
    of sequence: UInt64, fields: [String]?, by prover: LedgerProver
  ) throws(LedgerError) -> [UInt8]? {
    guard let (_, record) = try prover.record(at: sequence) else { return nil }
    let disclosures = record.disclosures.filter { fields?.contains($0.name) ?? true }
    return ReleaseBundle(
      record: String(decoding: record.bytes, as: UTF8.self),
      disclosures: disclosures.map(\.text), proof: try prover.proof(of: sequence)
    ).json
  }

  /// `nil` before anything is signed.
  private func prover() throws(LedgerError) -> LedgerProver? {
    do throws(LedgerError) { return try LedgerProver(directory: directory) } catch {
      if error.code == .missing { return nil }
      throw error
    }
  }
}
