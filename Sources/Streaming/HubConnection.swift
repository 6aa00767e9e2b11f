import Dispatch

/// A connection to a hub: NATS with JetStream. One that ended is not mended: its owner opens another,
/// with certificates read anew.
///
/// The calls wait on a queue of the connection's own, one after the other, never on the cooperative
/// pool. Any task may make them.
public final class HubConnection: Sendable {
  /// Messages that are under way unacknowledged at most.
  public static let underWayMax = 256
  /// Bytes of a message with its headers at most: what a server takes unless it is told otherwise.
  public static let messageBytesMax = 1_048_576

  /// Whether this build holds a client of NATS.
  public static var isSupported: Bool { HubCore.isSupported }

  private let core: HubCore
  private let queue: DispatchQueue

  private init(core: HubCore, queue: DispatchQueue) {
    self.core = core
    self.queue = queue
  }

  private static func wait<Value: Sendable>(
    on queue: DispatchQueue, _ body: @escaping @Sendable () throws(HubError) -> Value
  ) async throws(HubError) -> Value {
    let result = await withCheckedContinuation {
      (done: CheckedContinuation<Result<Value, HubError>, Never>) in
      queue.async {
        let result = Result<Value, HubError>(of: body)
        // By another block, as this one and what it holds are let go before that begins. Else the queue
        // could be the last to hold the connection, and end it while the program is ending already.
        queue.async { done.resume(returning: result) }
      }
    }
    return try result.get()
  }

  /// A connection to the first of the hub's servers that lets this client in, in an order of chance.
  public static func open(_ address: HubAddress) async throws(HubError) -> HubConnection {
    let queue = DispatchQueue(label: "hub")
    let core = try await wait(on: queue) { () throws(HubError) in try HubCore.open(address) }
    return HubConnection(core: core, queue: queue)
  }

  /// Whether it has ended.
  public var isClosed: Bool { core.isClosed }

  /// The server, for people.
  public var server: String { core.server }

  /// The stream `name`, of a hub that can be told to sync before it acknowledges.
  ///
  /// - Throws: ``HubError``, also when the server is older than ``HubVersion/durable`` or the stream
  ///   is not kept in files.
  public func stream(_ name: String) async throws(HubError) -> HubStream {
    let version = try await requireDurability()
    return try await Self.wait(on: queue) { [core] () throws(HubError) in
      try core.stream(name, version: version)
    }
  }

  /// The server's version; an older one than ``HubVersion/durable`` is refused.
  @discardableResult
  public func requireDurability() async throws(HubError) -> HubVersion {
    try await Self.wait(on: queue) { [core] () throws(HubError) in
      let version = try core.version()
      guard version >= .durable else {
        throw HubError(.tooOld, core.server, "nats-server \(version) \(HubVersion.reason)")
      }
      return version
    }
  }

  /// Makes a stream: in files, its messages neither deleted nor purged by anybody.
  public func makeStream(_ plan: HubStreamPlan) async throws(HubError) {
    try await Self.wait(on: queue) { [core] () throws(HubError) in try core.makeStream(plan) }
  }

  /// Publishes `messages`, at most ``underWayMax``, and waits until all are acknowledged, at most
  /// `milliseconds`, or until the task is cancelled.
  public func publish(
    _ messages: [HubMessage], milliseconds: Int
  ) async throws(HubError) -> HubReceipt {
    precondition(messages.count <= Self.underWayMax)
    let result: Result<HubReceipt, HubError> = await withTaskCancellationHandler {
      await Result(waitingFor: { () async throws(HubError) -> HubReceipt in
        try await Self.wait(on: queue) { [core] () throws(HubError) in
          try core.publish(messages, milliseconds: milliseconds)
        }
      })
    } onCancel: {
      core.interrupt()
    }
    return try result.get()
  }

  /// Binds to the durable consumer `name` of `stream`, which gets what `filter` matches; it is made
  /// when it is not there.
  ///
  /// - Parameter acknowledgeSeconds: what is not acknowledged so long is given again.
  public func consume(
    _ name: String, of stream: String, filter: String, acknowledgeSeconds: Int
  ) async throws(HubError) {
    try await Self.wait(on: queue) { [core] () throws(HubError) in
      try core.consume(name, of: stream, filter: filter, acknowledgeSeconds: acknowledgeSeconds)
    }
  }

  /// The next messages of the consumer, at most `count`; none when none came in `milliseconds`.
  public func fetch(
    _ count: Int, milliseconds: Int, headers: [String]
  ) async throws(HubError) -> [HubDelivery] {
    try await Self.wait(on: queue) { [core] () throws(HubError) in
      try core.fetch(count, milliseconds: milliseconds, headers: headers)
    }
  }

  /// What came with these receipts is stored; does not wait.
  public func acknowledge(_ receipts: [String]) throws(HubError) {
    for receipt in receipts { try core.answer(receipt, "+ACK") }
  }

  /// What came with these receipts is to be given again after `seconds`; does not wait.
  public func postpone(_ receipts: [String], seconds: Int) throws(HubError) {
    for receipt in receipts {
      try core.answer(receipt, #"-NAK {"delay":\#(seconds * 1_000_000_000)}"#)
    }
  }
}

extension Result where Success: Sendable {
  /// What `body` returns or throws.
  fileprivate init(waitingFor body: () async throws(Failure) -> Success) async {
    do throws(Failure) { self = .success(try await body()) } catch { self = .failure(error) }
  }

  /// What `body` returns or throws.
  fileprivate init(of body: () throws(Failure) -> Success) {
    do throws(Failure) { self = .success(try body()) } catch { self = .failure(error) }
  }
}
