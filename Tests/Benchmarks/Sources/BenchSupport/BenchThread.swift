import CBenchThread
import Glibc

/// A thread pinned to a core for the length of its body.
public struct BenchThread {
  private final class Body {
    let core: CInt
    let run: @Sendable () -> Void
    init(core: Int, _ run: @escaping @Sendable () -> Void) {
      self.core = CInt(core)
      self.run = run
    }
  }

  private let thread: pthread_t

  /// Starts `body` on the `core`-th of the cores this program may use.
  public init(core: Int, _ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(core: core, body)).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
        vdt_bench_pin(body.core)
        body.run()
        return nil
      }, context)
    precondition(result == 0, "pthread_create failed: \(result).")
    self.thread = thread
  }

  /// Waits for the thread's end.
  public func join() { pthread_join(thread, nil) }
}
