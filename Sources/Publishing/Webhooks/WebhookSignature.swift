import Crypto
import Foundation
import Ledger

/// The signature of a call: HTTP Message Signatures (RFC 9421) with Ed25519 over method, target, type
/// and digest of the content (RFC 9530).
///
/// The key is the one that signs the post's ledger, which partners have; what a checkpoint signs begins
/// with the log's name and never with a quote, so that neither is ever taken for the other.
struct WebhookSignature {
  /// `Content-Digest`.
  let digest: String
  /// `Signature-Input`.
  let input: String
  /// `Signature`.
  let value: String

  /// The signature of a call made `seconds` after 1970 UTC.
  init(
    method: String, url: String, contentType: String, body: [UInt8], seconds: Int64,
    signer: NoteSigner
  ) {
    digest = "sha-256=:\(Data(SHA256.hash(data: body)).base64EncodedString()):"
    let parameters =
      #"("@method" "@target-uri" "content-type" "content-digest");created=\#(seconds)"#
      + #";keyid="\#(signer.key.name)";alg="ed25519""#
    let base =
      "\"@method\": \(method)\n\"@target-uri\": \(url)\n\"content-type\": \(contentType)\n"
      + "\"content-digest\": \(digest)\n\"@signature-params\": \(parameters)"
    input = "post=\(parameters)"
    value = "post=:\(Data(signer.signature(of: Array(base.utf8))).base64EncodedString()):"
  }
}
