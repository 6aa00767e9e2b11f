import Glibc

/// A thread of the test's own, so that a spinning end never holds a thread of the cooperative pool.
struct TestThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  /// Starts `body` on a new thread.
  init(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(body)).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context)
    precondition(result == 0, "pthread_create failed: \(result).")
    self.thread = thread
  }

  /// Waits for the thread's end.
  func join() { pthread_join(thread, nil) }

  /// Runs the bodies at the same time and returns when all have ended.
  static func runTogether(_ bodies: (@Sendable () -> Void)...) {
    let threads = bodies.map { TestThread($0) }
    for thread in threads { thread.join() }
  }
}
