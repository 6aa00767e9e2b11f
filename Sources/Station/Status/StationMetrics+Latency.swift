import Publishing

extension StationMetrics {
  /// How long crossings took until they were on the disk.
  func latencies(_ out: inout PrometheusText) {
    let latencies = pipeline.latencies
    out.histogram(
      "vedette_edge_to_ledger_seconds",
      help: "From the newest observation of a crossing's first report until it was durable.",
      latencies.edge.reading)
    out.histogram(
      "vedette_decision_to_ledger_seconds",
      help: "From fusion's decision on a crossing until it was durable.",
      latencies.decision.reading)
  }
}
