import Publishing

extension StationMetrics {
  /// What publishing to a hub did, and where each partner's stream stands.
  func hub(_ out: inout PrometheusText) {
    out.family("vedette_hub_connected", .gauge, help: "1 when the hub takes events.")
    out.sample("vedette_hub_connected", UInt64(hub.isConnected ? 1 : 0))
    let counts = hub.counts
    let counters: [(String, UInt64, String)] = [
      ("connections_total", counts.connected, "Connections to the hub."),
      ("lost_total", counts.lost, "Connections to the hub that ended."),
      ("refused_total", counts.refused, "Attempts that led to no connection that can be used."),
      ("published_total", counts.published, "Messages sent to the hub."),
      ("retried_total", counts.retried, "Messages not acknowledged in time, sent again."),
      ("acknowledged_total", counts.acknowledged, "Messages that the hub has stored."),
      ("repeated_total", counts.repeated, "Of those, the ones that it had before."),
      ("events_total", counts.events, "Events in those: one in a message, or many to catch up."),
      ("proofs_total", counts.proofs, "Of those, the ones with proofs."),
    ]
    for (name, value, help) in counters {
      out.family("vedette_hub_\(name)", .counter, help: help)
      out.sample("vedette_hub_\(name)", value)
    }
    out.family(
      "vedette_hub_acknowledged_sequence", .gauge,
      help: "The hub has acknowledged what a partner gets up to this event.")
    for (word, sequence) in hub.places {
      out.sample("vedette_hub_acknowledged_sequence", labels: [("partner", word)], sequence)
    }
  }
}
