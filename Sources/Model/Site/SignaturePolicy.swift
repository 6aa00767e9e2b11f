/// What a link makes of the signatures of its frames.
public enum SignaturePolicy: String, Sendable, CaseIterable {
  /// Signatures are not looked at.
  case ignore
  /// Unsigned frames are taken; signed ones only if their signature holds.
  case accept
  /// Only frames whose signature holds are taken.
  case require
}
