public import Logging
public import SiteConfiguration

/// A center's receiver: follows the feeds of posts, keeps what they give with its proofs, acts as
/// witness, and hands on what is settled.
///
/// It may be killed at any moment: what it has acknowledged or handed on is in the store, and it goes on
/// from there.
public struct Receiver: Sendable {
  /// Seconds between two looks for what is to be erased.
  static let eraseSeconds = 60

  private let configuration: ReceiverConfiguration
  private let store: ReceiverStore
  private let followers: [SourceFollower]
  private let hubs: [HubFollower]
  private var outlets: [Outlet] = []
  private let logger: Logger

  /// A receiver that hands on by JSON lines on standard output, by a command, or both.
  ///
  /// - Throws: ``ReceivingError`` when the store, a key or a certificate cannot be used.
  public init(
    _ configuration: ReceiverConfiguration, printsLines: Bool, command: String?, logger: Logger
  ) throws {
    self.configuration = configuration
    self.logger = logger
    let store = try ReceiverStore(path: configuration.storePath)
    self.store = store
    let signer = try configuration.witness.map { try WitnessKey.signer(of: $0) }
    let all = try configuration.sources.map {
      // A certificate that cannot be used is told at once, not tried again for ever.
      try SourceFollower($0, store: store, signer: signer, logger: logger)
    }
    followers = all.filter { $0.source.hub == nil }
    hubs = configuration.hubs.map { hub in
      HubFollower(
        hub, feeds: all.filter { $0.source.hub == hub.name }, store: store, logger: logger)
    }
    if printsLines { outlets.append(.printing(store, logger)) }
    if let command { outlets.append(.running(command, store, logger)) }
  }

  /// Receives until the task is cancelled.
  ///
  /// - Throws: ``ReceivingError``, and what the store throws when it cannot be written.
  public func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for follower in followers { group.addTask { await follower.run() } }
      for hub in hubs { group.addTask { await hub.run() } }
      for outlet in outlets { group.addTask { try await outlet.run() } }
      if let address = configuration.listen {
        let server = ReceiverServer(
          address: address, store: store, sources: configuration.sources, logger: logger)
        group.addTask { try await server.run() }
      }
      group.addTask { [store] in
        while !Task.isCancelled {
          let count = try await store.erase(before: ReceiverStore.now())
          if count > 0 { logger.notice("\(count) events were erased: their time is over") }
          try await Task.sleep(for: .seconds(Self.eraseSeconds))
        }
      }
      logger.notice(
        "receiving \(configuration.sources.count) feeds into \(configuration.storePath)")
      do {
        while try await group.next() != nil {}
      } catch is CancellationError {
        group.cancelAll()
      } catch {
        group.cancelAll()
        throw error
      }
    }
  }
}
