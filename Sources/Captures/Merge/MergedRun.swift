/// One of the runs that a merged capture holds, and how it is found in it.
///
/// A merged capture has the topics, metadata records and attachments of each run under the run's name
/// (`east/gpio`), and one time for all: UTC. `merged.mcap#east` names the run `east` of it wherever a
/// capture is asked for; it then reads as the capture that was put in.
struct MergedRun: Sendable, Equatable {
  /// Name of the metadata record that names the runs.
  static let recordName = "vedette_merge"
  private static let formatVersion = "1"

  /// The post, with `@` and a number behind it when there are several runs of the post.
  var name: String
  /// Added to the run's own times, nanoseconds; not negative.
  var shiftNanos: UInt64

  /// What the run's topics, records and attachments begin with.
  var prefix: String { "\(name)/" }

  /// The file and the name of the run that `path` asks for; no run where a file has the whole name.
  static func split(_ path: String) -> (file: String, run: String?) {
    guard let mark = path.lastIndex(of: "#"), !CaptureFolder.exists(path) else {
      return (path, nil)
    }
    return (String(path[..<mark]), String(path[path.index(after: mark)...]))
  }

  /// The record that names `runs`.
  static func record(_ runs: [MergedRun]) -> [(String, String)] {
    [("format", formatVersion)]
      + runs.enumerated().flatMap { place, run in
        [("run.\(place)", run.name), ("shift_ns.\(place)", "\(run.shiftNanos)")]
      }
  }

  /// The runs that a record names, in their order.
  static func runs(in record: [String: String]) -> [MergedRun] {
    guard record["format"] == formatVersion else { return [] }
    var runs: [MergedRun] = []
    while let name = record["run.\(runs.count)"],
      let shift = record["shift_ns.\(runs.count)"].flatMap({ UInt64($0) })
    {
      runs.append(MergedRun(name: name, shiftNanos: shift))
    }
    return runs
  }
}
