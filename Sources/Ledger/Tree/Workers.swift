import Glibc

/// Threads for work that blocks on the storage and takes whole cores for a while.
enum Workers {
  /// Cores of this machine, 1 ... 16.
  static var coreCount: Int { min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 16) }

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Runs `body` on `count` threads at once, the caller's among them, and returns when all have ended.
  /// A thread that the system refuses is done without.
  static func run(_ count: Int, _ body: @escaping @Sendable () -> Void) {
    var threads: [pthread_t] = []
    for _ in 1..<max(count, 1) {
      var thread = pthread_t()
      let context = unsafe Unmanaged.passRetained(Body(body))
      let code = unsafe pthread_create(
        &thread, nil,
        { context in
          guard let context = unsafe context else { return nil }
          unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
          return nil
        }, context.toOpaque())
      guard code == 0 else {
        unsafe context.release()
        break
      }
      threads.append(thread)
    }
    body()
    for thread in threads { _ = pthread_join(thread, nil) }
  }
}
