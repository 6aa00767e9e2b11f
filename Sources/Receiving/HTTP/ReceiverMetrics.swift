import Ledger
import SiteConfiguration

/// What the receiver tells of itself, as Prometheus reads it (text format 0.0.4).
enum ReceiverMetrics {
  /// Of one feed.
  struct Feed: Sendable {
    var name: String
    var state: FeedState
    /// Events that wait for their proof.
    var pending: Int
    /// Notices by their kind.
    var notices: [(kind: Notice.Kind, count: Int)]
  }

  /// The text about `feeds`, of whose events `settled` are settled.
  static func text(settled: Int64, _ feeds: [Feed]) -> String {
    var lines: [String] = []
    func family(
      _ name: String, _ type: String, _ help: String, _ value: (Feed) -> [(String, Int64)]
    ) {
      lines.append("# HELP vedette_receive_\(name) \(help)")
      lines.append("# TYPE vedette_receive_\(name) \(type)")
      for feed in feeds {
        for (label, value) in value(feed) {
          lines.append(
            "vedette_receive_\(name){source=\"\(escaped(feed.name))\"\(label)} \(value)")
        }
      }
    }
    lines.append("# HELP vedette_receive_settled_total Events that are settled, of all feeds.")
    lines.append("# TYPE vedette_receive_settled_total counter")
    lines.append("vedette_receive_settled_total \(settled)")
    family("sequence", "gauge", "Everything up to this event of the post is stored.") {
      $0.state.cursor.map { [("", Int64(clamping: $0.sequence))] } ?? []
    }
    family("signed_size", "gauge", "Records under the newest checkpoint that was taken.") {
      $0.state.note.flatMap { Checkpoint($0.text) }.map { [("", Int64(clamping: $0.size))] } ?? []
    }
    family("acknowledged_sequence", "gauge", "The post knows that all up to here is stored.") {
      $0.state.acknowledged.map { [("", Int64(clamping: $0.sequence))] } ?? []
    }
    family("pending", "gauge", "Events that wait for their proof.") { [("", Int64($0.pending))] }
    family("barred", "gauge", "Whether nothing is taken any more: two histories were signed.") {
      [("", $0.state.isBarred ? 1 : 0)]
    }
    family("notices_total", "counter", "Gaps, refusals and faults by kind.") { feed in
      feed.notices.map { (",kind=\"\($0.kind.rawValue)\"", Int64($0.count)) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
