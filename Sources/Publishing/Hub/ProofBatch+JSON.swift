import Ledger

extension ProofBatch {
  /// The form of `GET /v1/proofs` and of the hub's messages; `nil` when the checkpoint is smaller than
  /// the tree that the client has seen.
  var json: [UInt8]? {
    guard let consistency else { return nil }
    var body: [UInt8] = []
    body.reserveCapacity(bundles.reduce(4_096) { $0 + $1.count + 1 })
    body.append(contentsOf: #"{"bundles":["#.utf8)
    for (place, bundle) in bundles.enumerated() {
      if place > 0 { body.append(UInt8(ascii: ",")) }
      body.append(contentsOf: bundle)
    }
    body += Array(#"],"consistency":"#.utf8) + CanonicalString.quoted(consistency)
    body.append(UInt8(ascii: "}"))
    return body
  }
}
