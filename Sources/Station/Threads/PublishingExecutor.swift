import Dispatch
import Synchronization

/// Runs the tasks that catch up with partners on threads of their own, behind whatever the post has to detect
/// and to store (``ThreadPlacement/publishing``); the cooperative pool stays free for the rest.
final class PublishingExecutor: TaskExecutor {
  /// One that works, and one that goes on with what came meanwhile.
  static let threadCount = 2

  private struct State {
    var jobs: [UnownedJob] = []
    /// How many of them were taken.
    var taken = 0

    mutating func next() -> UnownedJob? {
      guard taken < jobs.count else { return nil }
      let job = jobs[taken]
      taken += 1
      // What was taken is let go in one piece.
      if taken == jobs.count {
        jobs.removeAll(keepingCapacity: true)
        taken = 0
      }
      return job
    }
  }

  private let state = Mutex(State())
  private let waiting = DispatchSemaphore(value: 0)
  private let threads = Mutex<[NamedThread]>([])

  /// Starts the threads.
  init() {
    threads.withLock { threads in
      threads = (1...Self.threadCount).map { number in
        NamedThread("publish-\(number)", placement: .publishing) { [self] in run() }
      }
    }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
    waiting.signal()
  }

  private func run() {
    let executor = unsafe asUnownedTaskExecutor()
    while true {
      waiting.wait()
      // A signal without a job is the end.
      let job = state.withLock { $0.next() }
      guard let job else { return }
      unsafe job.runSynchronously(on: executor)
    }
  }

  /// Ends the threads, once no task runs on them any more.
  func stop() {
    for _ in 0..<Self.threadCount { waiting.signal() }
    for thread in threads.withLock({ $0 }) { thread.join() }
  }
}
