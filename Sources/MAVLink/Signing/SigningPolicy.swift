/// What a link makes of signatures.
public enum SigningPolicy: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// Signatures are not looked at.
  case ignore = 0
  /// Unsigned frames are taken; signed ones only if their signature holds.
  case accept = 1
  /// Only frames whose signature holds are taken.
  case require = 2

  /// The word in the site file.
  public var name: StaticString {
    switch self {
    case .ignore: "ignore"
    case .accept: "accept"
    case .require: "require"
    }
  }
}

/// The clock of signatures: steps of ten microseconds since 2015-01-01 UTC, 48 bits.
///
/// Source: MAVLink guide, "Message Signing", "Timestamp Handling".
public enum SigningClock {
  /// Zero of the clock, in seconds of Unix time.
  public static let epochUnixSeconds: Int64 = 1_420_070_400
  /// Steps in a minute: how far behind a new stream's time may be.
  public static let minute: UInt64 = 6_000_000
  /// The largest time.
  public static let max: UInt64 = 0xFFFF_FFFF_FFFF

  /// The signing time at `unixNanos`, zero before the clock's zero.
  public static func timestamp(unixNanos: Int64) -> UInt64 {
    let since = unixNanos &- epochUnixSeconds * 1_000_000_000
    return since > 0 ? min(UInt64(since) / 10_000, max) : 0
  }
}
