import CThreads

/// How urgently a thread runs, as far as the kernel permits: all that the post has of it stands here.
///
/// What is on an event's road from the sensor to the disk comes before all else. Vision takes what that
/// leaves. What catches up with partners or looks after files takes what both leave: a post that was away for
/// a week has seconds of work for it, during which something may cross the border.
enum ThreadPlacement: Sendable, Equatable, CaseIterable {
  /// GPIO, serial lines and fusion: each sample takes microseconds. SCHED_FIFO 10.
  case sensors
  /// The ledger's thread while it stores: microseconds and a sync. SCHED_FIFO 5.
  case storing
  /// Cameras, the recorder and all that is not named here.
  case ordinary
  /// Hubs, webhooks and the release log: nice 5.
  case publishing
  /// Work that nobody waits for: waking up, it yields to whoever runs. SCHED_BATCH.
  case keeping

  /// Its priority under SCHED_FIFO, 1 to 99.
  var realTimePriority: Int32? {
    switch self {
    case .sensors: 10
    case .storing: 5
    case .ordinary, .publishing, .keeping: nil
    }
  }

  /// Its nice value.
  var nice: Int32 { self == .publishing ? 5 : 0 }

  /// Gives the calling thread this urgency; what is not permitted is left out: the thread runs, only later.
  ///
  /// Threads that it makes have its nice value and not its priority.
  func apply() {
    if let realTimePriority {
      _ = vdt_set_thread_fifo(realTimePriority)
    } else if self == .keeping {
      _ = vdt_set_thread_batch()
    } else {
      _ = vdt_set_thread_ordinary()
    }
    _ = vdt_set_thread_nice(nice)
  }
}
