import Glibc
import Rings
import Synchronization
import TestSupport
import Testing

@Suite("Doorbell") struct DoorbellTests {
  /// A wait this long means that a wake-up was lost; no test waits so long otherwise.
  static let lostMilliseconds = 20_000

  @Test("A wait without a ring ends when its time has passed")
  func timesOut() throws {
    let bell = try Doorbell()
    #expect(!bell.wait(timeoutMilliseconds: 0))
    #expect(!bell.wait(timeoutMilliseconds: 5))
  }

  @Test("A ring before the wait is remembered, once")
  func ringIsRemembered() throws {
    let bell = try Doorbell()
    bell.ring()
    bell.ring()
    #expect(bell.wait(timeoutMilliseconds: 0))
    #expect(!bell.wait(timeoutMilliseconds: 0))
    bell.ring()
    #expect(bell.wait(timeoutMilliseconds: Self.lostMilliseconds))
  }

  @Test("A ring ends a sleep on another thread")
  func ringWakes() throws {
    let bell = try Doorbell()
    let isWaiting = Atomic<Bool>(false)
    let wasWoken = Atomic<Bool>(false)
    TestThread.runTogether(
      {
        isWaiting.store(true, ordering: .releasing)
        let woken = bell.wait(timeoutMilliseconds: Self.lostMilliseconds)
        wasWoken.store(woken, ordering: .releasing)
      },
      {
        while !isWaiting.load(ordering: .acquiring) { sched_yield() }
        bell.ring()
      })
    let woken = wasWoken.load(ordering: .acquiring)
    #expect(woken)
  }

  @Test("With work at hand no policy waits", arguments: WaitPolicy.allCases)
  func workAtHand(policy: WaitPolicy) throws {
    let bell = try Doorbell()
    #expect(bell.wait(policy, timeoutMilliseconds: 0) { true })
  }

  @Test("Without work every policy gives up in time", arguments: WaitPolicy.allCases)
  func noWork(policy: WaitPolicy) throws {
    let bell = try Doorbell()
    bell.ring()
    #expect(!bell.wait(policy, timeoutMilliseconds: 3) { false })
  }

  @Test("Work that appears while arming is seen, and the late ring wakes nobody twice")
  func workWhileArming() throws {
    let bell = try Doorbell()
    var looks = 0
    let found = bell.wait(.park, timeoutMilliseconds: Self.lostMilliseconds) {
      looks += 1
      // The second look comes after arming: a producer publishes and rings just then.
      if looks == 2 { bell.ring() }
      return looks >= 2
    }
    #expect(found)
    #expect(!bell.wait(timeoutMilliseconds: 0))
  }

  @Test(
    "No wake-up is lost between two threads that wake each other", arguments: WaitPolicy.allCases)
  func pingPong(policy: WaitPolicy) throws {
    let rounds: UInt64 = 20_000
    let there = Ring<UInt64>.make(capacity: 2)
    let back = Ring<UInt64>.make(capacity: 2)
    let thereBell = try Doorbell()
    let backBell = try Doorbell()
    let thereProducer = Handover(there.producer)
    let thereConsumer = Handover(there.consumer)
    let backProducer = Handover(back.producer)
    let backConsumer = Handover(back.consumer)
    let lost = Atomic<Int>(0)
    let wrong = Atomic<Int>(0)
    TestThread.runTogether(
      {
        var producer = thereProducer.take()
        var answers = backConsumer.take()
        for round in 0..<rounds where lost.load(ordering: .relaxed) == 0 {
          _ = producer.push(round)
          thereBell.ring()
          let woken = backBell.wait(policy, timeoutMilliseconds: Self.lostMilliseconds) {
            !answers.isEmpty
          }
          if !woken { lost.add(1, ordering: .relaxed) }
          if answers.pop() != round { wrong.add(1, ordering: .relaxed) }
        }
      },
      {
        var producer = backProducer.take()
        var questions = thereConsumer.take()
        for round in 0..<rounds where lost.load(ordering: .relaxed) == 0 {
          let woken = thereBell.wait(policy, timeoutMilliseconds: Self.lostMilliseconds) {
            !questions.isEmpty
          }
          if !woken { lost.add(1, ordering: .relaxed) }
          if questions.pop() != round { wrong.add(1, ordering: .relaxed) }
          _ = producer.push(round)
          backBell.ring()
        }
      })
    let faults = [lost.load(ordering: .relaxed), wrong.load(ordering: .relaxed)]
    #expect(faults == [0, 0])
  }

  @Test("One doorbell serves three producers and loses no wake-up", arguments: UInt64(1)...3)
  func threeProducers(seed: UInt64) throws {
    let count: UInt64 = 20_000
    let first = Ring<UInt64>.make(capacity: 4)
    let second = Ring<UInt64>.make(capacity: 4)
    let third = Ring<UInt64>.make(capacity: 4)
    let bell = try Doorbell()
    let producers = [
      Handover(first.producer), Handover(second.producer), Handover(third.producer),
    ]
    let consumers = [
      Handover(first.consumer), Handover(second.consumer), Handover(third.consumer),
    ]
    let lost = Atomic<Int>(0)
    let wrong = Atomic<Int>(0)
    let produce: @Sendable (Int) -> Void = { index in
      var producer = producers[index].take()
      var random = SeededGenerator(seed: seed &* 10 &+ UInt64(index))
      for number in 0..<count {
        // A full ring means that the consumer was told and has yet to come.
        while !producer.push(number) {
          if lost.load(ordering: .relaxed) > 0 { return }
          sched_yield()
        }
        bell.ring()
        // Uneven gaps let the consumer reach every step of going to sleep.
        for _ in 0..<(random.next() % 64) { _ = bell }
      }
    }
    TestThread.runTogether(
      { produce(0) }, { produce(1) }, { produce(2) },
      {
        var one = consumers[0].take()
        var two = consumers[1].take()
        var three = consumers[2].take()
        var expected: (UInt64, UInt64, UInt64) = (0, 0, 0)
        func check(_ number: UInt64, _ expected: inout UInt64) {
          if number != expected { wrong.add(1, ordering: .relaxed) }
          expected += 1
        }
        while expected.0 + expected.1 + expected.2 < 3 * count {
          // The plain wait: all rings are drained first, then the doorbell alone decides.
          _ = one.drain(upTo: 4) { check($0, &expected.0) }
          _ = two.drain(upTo: 4) { check($0, &expected.1) }
          let drained = three.drain(upTo: 4) { check($0, &expected.2) }
          if drained > 0 { continue }
          if expected.0 + expected.1 + expected.2 == 3 * count { break }
          if !bell.wait(timeoutMilliseconds: Self.lostMilliseconds) {
            lost.add(1, ordering: .relaxed)
            return
          }
        }
      })
    let faults = [lost.load(ordering: .relaxed), wrong.load(ordering: .relaxed)]
    #expect(faults == [0, 0], "seed \(seed)")
  }

  @Test("No wake-up is lost when a push meets the consumer on its way to sleep")
  func pushMeetsParking() throws {
    let count: UInt64 = 60_000
    let ends = Ring<UInt64>.make(capacity: 2)
    let producing = Handover(ends.producer)
    let consuming = Handover(ends.consumer)
    let bell = try Doorbell()
    let taken = Atomic<UInt64>(0)
    let lost = Atomic<Int>(0)
    TestThread.runTogether(
      {
        var producer = producing.take()
        var random = SeededGenerator(seed: 7)
        for number in 0..<count {
          // An even element finds the consumer awake, so its ring is remembered. Before the odd one
          // the consumer notices that, looks and arms. The gap sweeps the odd push over these steps:
          // the look must see it, or the ring must find the doorbell changed.
          while taken.load(ordering: .acquiring) < number {
            if lost.load(ordering: .relaxed) > 0 { return }
          }
          for _ in 0..<(random.next() % 128) { _ = taken.load(ordering: .relaxed) }
          _ = producer.push(number)
          bell.ring()
        }
      },
      {
        var consumer = consuming.take()
        var next: UInt64 = 0
        while next < count {
          if consumer.pop() != nil {
            next += 1
            taken.store(next, ordering: .releasing)
          } else if next % 2 == 1, !bell.wait(timeoutMilliseconds: Self.lostMilliseconds) {
            lost.add(1, ordering: .relaxed)
            return
          }
        }
      })
    let faults = lost.load(ordering: .relaxed)
    #expect(faults == 0)
  }

  @Test("Running out of file descriptors is told with its remedy")
  func descriptorsExhausted() async {
    await #expect(processExitsWith: .success) {
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      var none = rlimit(rlim_cur: 3, rlim_max: limit.rlim_max)
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none)
      // Descriptors that are open already stay open; new ones are refused, until the end is near:
      // what runs at exit, such as a sanitizer's report, opens files.
      let result = Result { () throws(RingError) in _ = try Doorbell() }
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      guard case .failure(let error) = result else { exit(1) }
      let isRight =
        error.code == .doorbellUnavailable && error.operation == "eventfd"
        && error.description.contains("LimitNOFILE")
      exit(isRight ? 0 : 2)
    }
  }
}
