import Glibc
import Synchronization

/// The writer's process.
struct Writer {
  private let process: pid_t

  /// Starts this program again as the writer.
  init(folder: String, page: String, seed: UInt64) throws {
    let words = ["LedgerCrash", "--write", folder, page, "\(seed)"]
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var process = pid_t()
    let code = posix_spawn(&process, "/proc/self/exe", nil, nil, &arguments, &environment)
    guard code == 0 else { throw CrashError("the writer does not start: \(code)") }
    self.process = process
  }

  /// Kills it with SIGKILL and waits; how it ended, if not by that.
  func kill() -> String? {
    Glibc.kill(process, SIGKILL)
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == SIGKILL ? nil : "signal \(signal), exit code \((status >> 8) & 0xFF)"
  }
}

/// Says that it is time to end.
final class StopFlag: Sendable {
  private let flag = Atomic(false)

  var isSet: Bool { flag.load(ordering: .acquiring) }

  func set() { flag.store(true, ordering: .releasing) }
}

/// A thread of its own.
struct Thread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  init(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(body)).toOpaque()
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context)
    precondition(code == 0, "pthread_create failed: \(code)")
    self.thread = thread
  }

  func join() { pthread_join(thread, nil) }
}
