import Logging
import Publishing

/// The tasks by which the post comes to its partners, rather than they to it: the hub and those that are
/// called. They run behind all that detects and stores (``PublishingExecutor``).
struct PartnerTasks: Sendable {
  /// How long a hub may take to let go at the end, of the five seconds that systemd gives.
  private static let hubTimeMax = Duration.seconds(3)

  private let executor: PublishingExecutor?
  private let pushing: Task<Void, Never>?
  private let calling: Task<Void, Never>?

  /// Starts them.
  init(hub: HubPublisher?, webhooks: WebhookDesk?) {
    let executor = hub != nil || webhooks != nil ? PublishingExecutor() : nil
    self.executor = executor
    pushing = hub.map { hub in Task(executorPreference: executor) { await hub.run() } }
    calling = webhooks.map { desk in Task(executorPreference: executor) { await desk.run() } }
  }

  /// Ends them; a hub that does not answer is left as it is.
  func end(_ logger: Logger) async {
    pushing?.cancel()
    calling?.cancel()
    await calling?.value
    guard await pushing?.ends(within: Self.hubTimeMax) ?? true else {
      return logger.warning("hub: it does not answer; the post ends without it")
    }
    executor?.stop()
  }
}
