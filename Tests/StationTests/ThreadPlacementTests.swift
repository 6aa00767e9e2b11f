import CThreads
import Glibc
import Synchronization
import Testing

@testable import Station

@Suite struct ThreadPlacementTests {
  /// What the kernel says of a thread.
  private struct Found: Equatable {
    var policy: Int32
    var priority: Int32
    var nice: Int32

    static var now: Found {
      var priority: Int32 = 0
      let policy = unsafe vdt_thread_policy(&priority)
      return Found(policy: policy, priority: priority, nice: vdt_thread_nice())
    }
  }

  /// What a thread of that placement finds itself to be, and a thread that it makes.
  private func found(_ placement: ThreadPlacement) -> (own: Found, child: Found) {
    let results = Results()
    let thread = NamedThread("test", placement: placement) {
      results.own.withLock { $0 = .now }
      var made = pthread_t()
      unsafe pthread_create(
        &made, nil,
        { raw in
          let results = unsafe Unmanaged<Results>.fromOpaque(raw!).takeUnretainedValue()
          results.child.withLock { $0 = .now }
          return nil
        }, Unmanaged.passUnretained(results).toOpaque())
      pthread_join(made, nil)
    }
    thread.join()
    return (results.own.withLock { $0! }, results.child.withLock { $0! })
  }

  private final class Results: Sendable {
    let own = Mutex<Found?>(nil)
    let child = Mutex<Found?>(nil)
  }

  @Test func `what stores comes before what publishes, and sensors before both`() {
    let sensors = ThreadPlacement.sensors.realTimePriority!
    let storing = ThreadPlacement.storing.realTimePriority!
    #expect(sensors > storing && storing > 0)
    #expect(ThreadPlacement.publishing.nice > ThreadPlacement.ordinary.nice)
    #expect(ThreadPlacement.allCases.allSatisfy { $0.nice >= 0 })
  }

  @Test(arguments: ThreadPlacement.allCases)
  func `a thread has its placement where the kernel permits it, and hands no priority on`(
    _ placement: ThreadPlacement
  ) {
    let (own, child) = found(placement)
    let isPermitted = geteuid() == 0
    switch placement {
    case .sensors, .storing:
      if isPermitted {
        #expect(own.policy == SCHED_FIFO && own.priority == placement.realTimePriority)
      }
    case .ordinary, .publishing: #expect(own.policy == SCHED_OTHER)
    case .keeping: #expect(own.policy == 3)
    }
    #expect(own.nice == placement.nice)
    #expect(child.policy != SCHED_FIFO)
  }
}

@Suite struct PublishingExecutorTests {
  @Test func `tasks run on its threads, however many, and it ends after them`() async {
    let executor = PublishingExecutor()
    let found = await withTaskGroup(of: Int32.self) { group in
      for _ in 0..<200 {
        group.addTask(executorPreference: executor) {
          await Task.yield()
          return vdt_thread_nice()
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(found.count == 200 && found.allSatisfy { $0 == ThreadPlacement.publishing.nice })
    executor.stop()
  }

  @Test func `a task that does not end is waited for only so long`() async {
    let endless = Task<Void, Never> { try? await Task.sleep(for: .seconds(3_600)) }
    #expect(await !endless.ends(within: .milliseconds(20)))
    endless.cancel()
    #expect(await endless.ends(within: .seconds(60)))
  }
}
