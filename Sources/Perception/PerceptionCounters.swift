/// Counters of one perception, by name: for metrics.
public protocol PerceptionCounters: BitwiseCopyable, Sendable, Equatable {
  /// Names in the order of `values`: lower case, ending in `_total`.
  static var names: [StaticString] { get }
  /// Calls `body` with the place of each counter in `names` and its value.
  func forEach(_ body: (Int, UInt64) -> Void)
}
