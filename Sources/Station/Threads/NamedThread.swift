import CThreads
import Glibc
import Synchronization

/// A thread of our own with a name that tools show: blocking calls and hot loops run on these, never
/// on the cooperative pool.
final class NamedThread: Sendable {
  private final class Start {
    let name: String
    let placement: ThreadPlacement
    let body: @Sendable () -> Void

    init(name: String, placement: ThreadPlacement, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.placement = placement
      self.body = body
    }
  }

  /// Stack of a thread, bytes: only what is touched becomes resident.
  private static let stackBytes = 1 << 20

  private let handle: Mutex<pthread_t?>

  /// Starts `body` on a new thread called `name` (the kernel keeps the first 15 bytes).
  ///
  /// A priority that is not permitted is left out: the thread runs, only later.
  init(_ name: String, placement: ThreadPlacement = .ordinary, body: @escaping @Sendable () -> Void)
  {
    let start = Start(name: name, placement: placement, body: body)
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setstacksize(&attributes, Self.stackBytes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread, &attributes,
      { raw in
        let start = unsafe Unmanaged<Start>.fromOpaque(raw!).takeRetainedValue()
        _ = unsafe String(start.name.prefix(15)).withCString { unsafe vdt_set_thread_name($0) }
        start.placement.apply()
        start.body()
        return nil
      }, Unmanaged.passRetained(start).toOpaque())
    precondition(status == 0, "the kernel gives no thread for \(name): errno \(status)")
    handle = Mutex(thread)
  }

  /// Waits until the thread has ended; further calls return at once.
  func join() {
    let thread = handle.withLock { handle -> pthread_t? in
      defer { handle = nil }
      return handle
    }
    if let thread { pthread_join(thread, nil) }
  }
}

/// Tells threads to end; set once.
final class StopFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  /// Whether the threads that look at it should end.
  var isSet: Bool { flag.load(ordering: .acquiring) }

  /// Tells them.
  func set() { flag.store(true, ordering: .releasing) }
}
