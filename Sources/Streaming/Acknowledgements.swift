#if VEDETTE_NATS
  import CNATS
  import Dispatch
  import Synchronization

  /// Takes the acknowledgements of a connection's messages, on libnats's thread.
  ///
  /// libnats keeps a number, not a pointer: an answer that comes when the connection is gone finds
  /// nobody.
  final class Acknowledgements: Sendable {
    private struct State {
      var waiting: Set<String> = []
      var receipt = HubReceipt()
    }

    private static let all = Mutex((next: UInt(1), known: [UInt: Acknowledgements]()))

    private let number: UInt
    private let state = Mutex(State())
    private let isDone = DispatchSemaphore(value: 0)

    init() {
      number = Self.all.withLock { all in
        defer { all.next += 1 }
        return all.next
      }
      Self.all.withLock { $0.known[number] = self }
    }

    /// No more is to come.
    func forget() { Self.all.withLock { $0.known[number] = nil } }

    var closure: UnsafeMutableRawPointer? { unsafe UnsafeMutableRawPointer(bitPattern: number) }

    /// What libnats calls for each message; the message is ours then.
    static let handler: jsPubAckHandler = { _, message, acknowledged, refused, closure in
      guard let message = unsafe message else { return }
      defer { unsafe natsMsg_Destroy(message) }
      let number = UInt(bitPattern: closure)
      guard let owner = all.withLock({ $0.known[number] }) else { return }
      var id: UnsafePointer<CChar>?
      guard unsafe natsMsgHeader_Get(message, "Nats-Msg-Id", &id) == NATS_OK, let id = unsafe id
      else { return }
      var fault: String?
      if unsafe acknowledged == nil {
        let text = unsafe refused?.pointee.ErrText
        fault = unsafe text.map { unsafe String(cString: $0) } ?? "no reason was given"
      }
      owner.take(
        unsafe String(cString: id), fault: fault,
        isRepeated: unsafe acknowledged?.pointee.Duplicate ?? false)
    }

    private func take(_ id: String, fault: String?, isRepeated: Bool) {
      let isLast = state.withLock { state in
        guard state.waiting.remove(id) != nil else { return false }
        if let fault {
          state.receipt.fault = fault
        } else {
          state.receipt.acknowledged.insert(id)
          state.receipt.repeated += isRepeated ? 1 : 0
        }
        return state.waiting.isEmpty
      }
      if isLast { isDone.signal() }
    }

    /// Those with `ids` are published next.
    func expect(_ ids: [String]) {
      // A signal of a round that was given up must not end this one.
      while isDone.wait(timeout: .now()) == .success {}
      state.withLock { $0 = State(waiting: Set(ids), receipt: HubReceipt()) }
    }

    /// Lets who waits go, with what came by now.
    func interrupt() { isDone.signal() }

    /// Waits for all of them; what came.
    func collect(milliseconds: Int) -> HubReceipt {
      _ = isDone.wait(timeout: .now() + .milliseconds(milliseconds))
      return state.withLock { state in
        state.waiting = []
        return state.receipt
      }
    }
  }
#endif
