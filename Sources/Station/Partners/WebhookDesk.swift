import Foundation
import Ledger
import Logging
import Model
import Publishing
import SiteConfiguration

/// Calls the centers that their agreements say are to be called; looks once a second at what is in force.
struct WebhookDesk: Sendable {
  var gate: AgreementGate
  var settings: PublishingSettings
  var signer: NoteSigner
  /// Where the places are kept.
  var directory: String
  var counters: WebhookCounters
  var logger: Logger

  /// Calls until the task is cancelled.
  func run() async {
    var senders: [WebhookTarget: Task<Void, Never>] = [:]
    while !Task.isCancelled {
      let wanted = Set(gate.book.webhooks(at: wallNow()))
      for (target, sender) in senders where !wanted.contains(target) {
        sender.cancel()
        await sender.value
        senders[target] = nil
        logger.notice("\(target.partner) is not called any more")
      }
      for target in wanted where senders[target] == nil {
        logger.notice("\(target.partner) is called at \(target.url)")
        senders[target] = Task { await sender(to: target).run() }
      }
      try? await Task.sleep(for: .seconds(1))
    }
    for sender in senders.values { sender.cancel() }
    for sender in senders.values { await sender.value }
  }

  private func sender(to target: WebhookTarget) -> WebhookSender {
    try? FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    // Names are URNs: what a file name cannot hold is written as its number.
    let name = (target.partner + (target.isExercise ? " exercise" : "")).utf8.map { byte in
      let isPlain = byte >= 0x30 && byte <= 0x39 || byte >= 0x61 && byte <= 0x7A || byte == 0x2D
      return isPlain ? String(UnicodeScalar(byte)) : "_\(byte)_"
    }.joined()
    return WebhookSender(
      target,
      source: PartnerFeed(
        gate: gate, holder: .webhook(target), purpose: target.purpose,
        isExercise: target.isExercise),
      store: gate.store, feed: gate.feed, signer: signer, settings: settings,
      placePath: "\(directory)/\(name)", counters: counters, logger: logger)
  }
}

extension AgreementBook {
  /// Who is to be called at `time`.
  func webhooks(at time: WallTime) -> [WebhookTarget] {
    set.agreements.values.filter { $0.isInForce(at: time) }.compactMap { WebhookTarget($0) }
  }
}

extension WebhookTarget {
  /// Where the recipient of `agreement` is to be called; `nil` when it comes by itself.
  init?(_ agreement: Agreement) {
    guard let webhook = agreement.webhook else { return nil }
    self.init(
      partner: agreement.recipient, url: webhook.url, purpose: webhook.purpose,
      isExercise: agreement.scope == .exercise, eventsMax: webhook.eventsMax)
  }
}
