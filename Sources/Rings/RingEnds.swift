/// The two ends of a new ring, to be taken out and moved to the threads that use them.
///
/// Taking an end is a move: `var producer = ends.producer` can be written once, and the compiler
/// refuses a second time.
@frozen
public struct RingEnds<Element: BitwiseCopyable & Sendable>: ~Copyable, Sendable {
  /// The end that pushes.
  public let producer: RingProducer<Element>

  /// The end that pops.
  public let consumer: RingConsumer<Element>

  @usableFromInline
  init(producer: consuming RingProducer<Element>, consumer: consuming RingConsumer<Element>) {
    self.producer = producer
    self.consumer = consumer
  }
}
