import Model
import Publishing

/// The post's counters as Prometheus text. Every drop, gap and refusal has a name here.
struct StationMetrics {
  var pipeline: Pipeline
  var board: HealthBoard
  var publishing: PublishingCounters
  var releases: ReleaseDesk
  var hub: HubCounters
  var webhooks: WebhookCounters
  var durable: UInt64
  var clockSteps: UInt64

  var text: String {
    var out = PrometheusText()
    out.family("vedette_info", .gauge, help: "Version of the software.")
    out.sample("vedette_info", labels: [("version", SoftwareVersion.text)], UInt64(1))
    sensors(&out)
    lanes(&out)
    clocks(&out)
    group("vedette_fusion_", pipeline.fusionCells, "fusion", &out)
    group("vedette_ledger_", pipeline.ledgerCells, "the ledger", &out)
    group("vedette_recorder_", pipeline.recorderCells, "the recorder", &out)
    group("vedette_fusion_", pipeline.fusionTapCells, "fusion's tap", &out)
    group("vedette_captures_", pipeline.keeperCells, "kept captures", &out)
    latencies(&out)
    out.family("vedette_ledger_refused_total", .counter, help: "Status events not kept.")
    out.sample("vedette_ledger_refused_total", pipeline.desk.refusedCount)
    out.family("vedette_ledger_durable_sequence", .gauge, help: "Newest durable event.")
    out.sample("vedette_ledger_durable_sequence", durable)
    out.family("vedette_clock_steps_total", .counter, help: "Steps of the wall clock.")
    out.sample("vedette_clock_steps_total", clockSteps)
    refusals(&out)
    acknowledgements(&out)
    streams(&out)
    partners(&out)
    hub(&out)
    return out.text
  }

  private func sensors(_ out: inout PrometheusText) {
    let name = "vedette_sensor_up"
    out.family(name, .gauge, help: "1 when the sensor delivers.")
    for sensor in board.sensors {
      out.sample(
        name,
        labels: [("sensor", sensor.name), ("state", sensor.state), ("reason", sensor.reason)],
        UInt64(sensor.state == "ok" ? 1 : 0))
    }
  }

  private func lanes(_ out: inout PrometheusText) {
    let site = pipeline.site
    let names = site.sources.dropFirst().map { $0.laneName(in: site) }
    var families: [String: [(lane: String, value: UInt64)]] = [:]
    for (lane, cells) in zip(names, pipeline.lanes) {
      let link = cells.link.map { [$0.counts] } ?? []
      for group in [cells.samples, cells.sink, cells.tap, cells.perception] + link {
        for (place, name) in group.names.enumerated() {
          families["vedette_source_\(name)", default: []].append((lane, group[place]))
        }
      }
    }
    for (name, samples) in families.sorted(by: { $0.key < $1.key }) {
      out.family(name, .counter, help: "Count of a sample source since the start.")
      for sample in samples {
        out.sample(name, labels: [("source", sample.lane)], sample.value)
      }
    }
  }

  /// Clocks of vehicles that answer.
  private func clocks(_ out: inout PrometheusText) {
    var known: [(name: String, offset: Double, uncertainty: Double)] = []
    for cells in pipeline.lanes {
      cells.link?.forEachClock { known.append(($0, $1, $2)) }
    }
    let offset = "vedette_vehicle_clock_offset_seconds"
    out.family(offset, .gauge, help: "Monotonic time minus the vehicle's time since boot.")
    for clock in known { out.sample(offset, labels: [("vehicle", clock.name)], clock.offset) }
    let uncertainty = "vedette_vehicle_clock_uncertainty_seconds"
    out.family(uncertainty, .gauge, help: "Bound on the error of that offset.")
    for clock in known {
      out.sample(uncertainty, labels: [("vehicle", clock.name)], clock.uncertainty)
    }
  }

  private func group(
    _ prefix: String, _ cells: MetricCells, _ part: String, _ out: inout PrometheusText
  ) {
    for (place, name) in cells.names.enumerated() {
      let isCounter = "\(name)".hasSuffix("_total")
      out.family(prefix + "\(name)", isCounter ? .counter : .gauge, help: "Count of \(part).")
      out.sample(prefix + "\(name)", cells[place])
    }
  }

  private func partners(_ out: inout PrometheusText) {
    out.family("vedette_releases_total", .counter, help: "Lines of the release log by outcome.")
    for (outcome, count) in releases.counts {
      out.sample("vedette_releases_total", labels: [("outcome", outcome)], count)
    }
    let counters: [(String, UInt64, String)] = [
      ("vedette_release_log_failures_total", releases.failures, "Releases not put on record."),
      ("vedette_releases_unreadable_total", releases.unreadable, "Withheld as unreadable."),
      ("vedette_requests_failed_total", publishing.requestsFailed, "Ended in a fault."),
    ]
    for (name, value, help) in counters {
      out.family(name, .counter, help: help)
      out.sample(name, value)
    }
    called(&out)
  }

  private func called(_ out: inout PrometheusText) {
    let all = webhooks.all
    func family(
      _ name: String, _ kind: PrometheusText.Kind, help: String,
      _ value: (WebhookCounters.Counts) -> UInt64
    ) {
      out.family("vedette_webhook_" + name, kind, help: help)
      for (partner, counts) in all {
        out.sample("vedette_webhook_" + name, labels: [("partner", partner)], value(counts))
      }
    }
    family("delivered_total", .counter, help: "Events that a called center has taken.") {
      $0.delivered
    }
    family("failures_total", .counter, help: "Calls that failed.") { $0.failed }
    family("gaps_total", .counter, help: "Places that were not kept any more.") { $0.gaps }
    family("sequence", .gauge, help: "The called center has all up to this event.") { $0.through }
  }

  private func refusals(_ out: inout PrometheusText) {
    out.family("vedette_requests_refused_total", .counter, help: "Clients refused, by reason.")
    for (kind, count) in publishing.refusals {
      out.sample("vedette_requests_refused_total", labels: [("reason", kind.rawValue)], count)
    }
    let name = "vedette_connections_refused_total"
    out.family(name, .counter, help: "Connections refused before any request, by reason.")
    for (reason, count) in publishing.connections.refusals {
      out.sample(name, labels: [("reason", reason.rawValue)], count)
    }
    out.family("vedette_connections_open", .gauge, help: "Connections to the endpoint open now.")
    out.sample("vedette_connections_open", UInt64(max(0, publishing.connections.open)))
  }

  private func acknowledgements(_ out: inout PrometheusText) {
    out.family(
      "vedette_partner_acknowledged_sequence", .gauge,
      help: "Newest event up to which a partner said it has stored one of its feeds.")
    for (feed, sequence) in releases.acknowledgements {
      out.sample(
        "vedette_partner_acknowledged_sequence",
        labels: [
          ("partner", feed.partner), ("purpose", feed.purpose), ("exercise", "\(feed.isExercise)"),
        ], sequence)
    }
  }

  private func streams(_ out: inout PrometheusText) {
    out.family("vedette_streams_open", .gauge, help: "Event streams open now.")
    out.sample("vedette_streams_open", UInt64(max(0, publishing.streamsOpen)))
    let counters: [(String, UInt64, String)] = [
      ("vedette_streams_opened_total", publishing.streamsOpened, "Event streams opened."),
      ("vedette_streams_refused_total", publishing.streamsRefused, "Refused: all in use."),
      ("vedette_streams_cut_total", publishing.streamsCut, "Cut: the client took nothing."),
      ("vedette_events_delivered_total", publishing.eventsDelivered, "Events written to streams."),
    ]
    for (name, value, help) in counters {
      out.family(name, .counter, help: help)
      out.sample(name, value)
    }
  }
}

extension Pipeline {
  /// Samples and observations dropped by all readers since the start.
  var samplesDropped: UInt64 { lanes.reduce(0) { $0 + $1.sink[1] } }

  /// Samples that the recorder's taps dropped, of a recording only.
  var recorderDropped: UInt64 { lanes.reduce(fusionTapCells[0]) { $0 + $1.tap[0] } }
}
