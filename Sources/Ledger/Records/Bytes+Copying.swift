extension [UInt8] {
  /// The bytes of `span`.
  init(copying span: RawSpan) {
    self = unsafe span.withUnsafeBytes { unsafe Array($0) }
  }
}
