/// The version of the MAVLink wire protocol.
public enum ProtocolVersion: UInt8, BitwiseCopyable, Sendable {
  /// Version 1: frames that begin with 0xFE and message ids up to 255.
  case v1 = 1
  /// Version 2: frames that begin with 0xFD, 24-bit message ids, trimmed payloads, signatures.
  case v2 = 2
}
