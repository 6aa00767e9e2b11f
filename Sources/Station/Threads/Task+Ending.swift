import Synchronization

extension Task where Success == Void, Failure == Never {
  /// Waits for the task to end, at most so long; whether it has. It is not cancelled by that.
  func ends(within time: Duration) async -> Bool {
    await withCheckedContinuation { continuation in
      let first = FirstAnswer(continuation)
      let timer = Task {
        try? await Task<Never, Never>.sleep(for: time)
        first.give(false)
      }
      Task {
        await value
        first.give(true)
        timer.cancel()
      }
    }
  }
}

/// Resumes a continuation with the first of several answers.
private final class FirstAnswer: Sendable {
  private let continuation: Mutex<CheckedContinuation<Bool, Never>?>

  init(_ continuation: CheckedContinuation<Bool, Never>) { self.continuation = Mutex(continuation) }

  func give(_ answer: Bool) {
    let waiting = continuation.withLock { continuation in
      defer { continuation = nil }
      return continuation
    }
    waiting?.resume(returning: answer)
  }
}
