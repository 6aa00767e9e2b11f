/// How a consumer passes the time until there is work: a parameter of the wait, not a property of
/// the ring.
public enum WaitPolicy: Sendable, Equatable, CaseIterable {
  /// Look again and again: least latency, burns a core. Not for SCHED_FIFO threads, which the kernel
  /// throttles when they never sleep.
  case spin

  /// Look, then let other threads of this core run: for cores shared with the producer.
  case yield

  /// Sleep until a producer rings: no load while idle, some ten microseconds to wake.
  case park
}
