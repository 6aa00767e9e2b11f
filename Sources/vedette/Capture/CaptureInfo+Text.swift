import Captures
import Foundation

extension CaptureInfo {
  /// What the capture holds, for people.
  var text: String {
    var lines = [
      "\(path): capture of post \(header.post), \(header.origin.rawValue)",
      "  software       \(header.software)",
      "  configuration  \(header.configurationHash)",
      "  exercise       \(header.exercise ?? "none")",
      "  duration       \(String(format: "%.3f", durationSeconds)) s",
      "  size           \(fileBytes) bytes, \(uncompressedBytes) uncompressed, \(chunks) chunks",
      "  messages       \(messages)",
    ]
    for channel in channels {
      lines.append("    \(channel.topic) (\(channel.encoding)): \(channel.messages)")
    }
    if !hasSummary { lines.append("  no summary: the recording was not closed") }
    if let truncation {
      lines.append("  CUT OFF at byte \(truncation.offset): \(truncation.bytesLost) bytes lost")
    }
    return lines.joined(separator: "\n")
  }
}
