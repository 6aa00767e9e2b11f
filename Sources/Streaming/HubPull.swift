#if VEDETTE_NATS
  import CNATS

  /// Asks a pull consumer for messages, and takes them as they come.
  ///
  /// Some are asked for before they are needed: the hub then sends them while those before are stored. Not by
  /// the fetch of libnats 3.4, which gives back a message only when all that were asked for are there or its
  /// time is over, and counts wrongly when some are there before it asks.
  ///
  /// Used on the queue of the connection's owner only.
  @safe
  final class HubPull {
    /// Seconds that the hub keeps what it was asked for, and after which it has forgotten it, as one whose
    /// leader changed.
    private static let keptSeconds = 5, forgottenSeconds = 6
    /// Milliseconds that are waited for a message behind another.
    private static let lingerMillis: Int64 = 5
    /// Milliseconds after which a hub that refuses is asked again, and that are waited at once.
    private static let refusedMillis = 200, turnMillis: Int64 = 250

    private unowned let core: HubCore
    private let subscription: OpaquePointer
    private let requests: String
    private let inbox: String
    /// Messages that were asked for and have not come.
    private var expected = 0
    private var asked = ContinuousClock.now
    private var notBefore = ContinuousClock.now

    /// By messages to the subject `requests`.
    init(on core: HubCore, requests: String, consumer: String) throws(HubError) {
      self.core = core
      self.requests = requests
      inbox = "_INBOX.\(core.client).\(UInt64.random(in: 1...UInt64.max))"
      var made: OpaquePointer?
      let status = unsafe natsConnection_SubscribeSync(&made, core.connection, inbox)
      guard status == NATS_OK, let made = unsafe made else {
        throw HubError(.consumer, consumer, "it cannot be used: \(HubCore.text(status))")
      }
      unsafe subscription = unsafe made
      // Never more comes than was asked for: nothing is to be dropped.
      unsafe natsSubscription_SetPendingLimits(made, -1, -1)
    }

    deinit { unsafe natsSubscription_Destroy(subscription) }

    /// The next messages, `count` at most: returns when no further one follows at once; none when none came in
    /// `milliseconds`.
    func fetch(
      _ count: Int, milliseconds: Int, headers: [String]
    ) throws(HubError) -> [HubDelivery] {
      let end = ContinuousClock.now + .milliseconds(milliseconds)
      var found: [HubDelivery] = []
      while found.count < count {
        try ask(for: count)
        let rest = max(0, ContinuousClock.now.duration(to: end).milliseconds)
        let wait = found.isEmpty ? min(rest, Self.turnMillis) : Self.lingerMillis
        if let delivery = try next(wait, headers) {
          found.append(delivery)
        } else if !found.isEmpty || rest == 0 {
          break
        }
      }
      return found
    }

    /// Sees to it that more than half of `count` are asked for.
    private func ask(for count: Int) throws(HubError) {
      let now = ContinuousClock.now
      if asked.duration(to: now) > .seconds(Self.forgottenSeconds) { expected = 0 }
      guard expected <= count / 2, now >= notBefore else { return }
      let status = unsafe natsConnection_PublishRequestString(
        core.connection, requests, inbox,
        #"{"batch":\#(count),"expires":\#(Self.keptSeconds * 1_000_000_000)}"#)
      guard status == NATS_OK else { throw core.lost() }
      expected += count
      asked = now
    }

    /// The next message; `nil` when none came in `milliseconds`, or something else did.
    private func next(_ milliseconds: Int64, _ headers: [String]) throws(HubError) -> HubDelivery? {
      var made: OpaquePointer?
      let status = unsafe natsSubscription_NextMsg(&made, subscription, milliseconds)
      if status == NATS_TIMEOUT {
        guard !core.isClosed else { throw core.lost() }
        return nil
      }
      // A hub without a leader for a while is told by its silence or by nobody being there.
      if status == NATS_NO_RESPONDERS {
        refused(expected)
        return nil
      }
      guard status == NATS_OK, let message = unsafe made else {
        throw core.isClosed
          ? core.lost()
          : HubError(.lost, "consumer", "it gives nothing: \(HubCore.text(status))")
      }
      defer { unsafe natsMsg_Destroy(message) }
      guard let code = unsafe Self.header("Status", of: message) else {
        expected = max(0, expected - 1)
        return unsafe Self.delivery(of: message, headers)
      }
      // The time of what was asked for is over, or the hub does not give it; as far as it says how much.
      let left = unsafe Self.header("Nats-Pending-Messages", of: message).flatMap { Int($0) }
      expected = max(0, expected - (left ?? expected))
      if code != "408" { refused(0) }
      return nil
    }

    /// So many will not come, and no others are asked for at once.
    private func refused(_ count: Int) {
      expected -= count
      notBefore = .now + .milliseconds(Self.refusedMillis)
    }

    private static func header(_ name: String, of message: OpaquePointer) -> String? {
      var value: UnsafePointer<CChar>?
      guard unsafe natsMsgHeader_Get(message, name, &value) == NATS_OK, let value = unsafe value
      else { return nil }
      return unsafe String(cString: value)
    }

    private static func delivery(of message: OpaquePointer, _ names: [String]) -> HubDelivery {
      var headers: [String: String] = [:]
      for name in names { headers[name] = unsafe header(name, of: message) }
      return HubDelivery(
        subject: unsafe natsMsg_GetSubject(message).map { unsafe String(cString: $0) } ?? "",
        headers: headers, payload: unsafe HubCore.payload(of: message),
        receipt: unsafe natsMsg_GetReply(message).map { unsafe String(cString: $0) } ?? "")
    }
  }

  extension Duration {
    /// Whole milliseconds.
    fileprivate var milliseconds: Int64 {
      components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
  }
#endif
