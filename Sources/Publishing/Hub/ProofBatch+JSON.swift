import Ledger

extension ProofBatch {
  /// The form of `GET /v1/proofs` and of the hub's messages; `nil` when the checkpoint is smaller than
  /// the tree that the client has seen.
  var json: [UInt8]? {
    guard let consistency else { return nil }
    var body = Array(#"{"bundles":["#.utf8)
    body += bundles.joined(separator: [UInt8(ascii: ",")])
    body += Array(#"],"consistency":"#.utf8) + CanonicalString.quoted(consistency)
    body.append(UInt8(ascii: "}"))
    return body
  }
}
