import Model

extension EventDisposition {
  /// The word on the wire.
  var name: StaticString {
    switch self {
    case .reported: "reported"
    case .corrected: "corrected"
    case .retracted: "retracted"
    }
  }
}
