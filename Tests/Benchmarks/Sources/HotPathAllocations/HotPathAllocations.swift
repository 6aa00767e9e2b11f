import BenchSupport
import CAllocationCounter
import Fusion
import Glibc
import Ledger
import Model
import Perception
import Rings
import Simulation
import SiteConfiguration

/// Runs the way from raw sample to durable event for the demonstration's site on one thread and
/// counts calls of the allocator after a warm-up.
///
/// Prints one JSON line per part, then the budgets. Exit code 1 when a budget is missed.
@main
struct HotPathAllocations {
  static let warmUpSeconds = 3.0
  static let seconds = 20.0
  /// Time between two pictures of the demonstration's cameras, nanoseconds.
  static let stepNanos: Int64 = 100_000_000

  static func main() throws {
    exit(try run() ? 0 : 1)
  }

  /// Measures in a ledger of its own; false when a budget was missed.
  private static func run() throws -> Bool {
    var template = Array("/tmp/vedette-bench-XXXXXX\0".utf8CString.dropLast())
    guard mkdtemp(&template) != nil else {
      print("no folder for the ledger can be made in /tmp: errno \(errno)")
      exit(73)
    }
    let folder = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    defer { remove(folder) }
    let site = try StationConfiguration.load(bundle: DemoSite.bundle) { _ in
      String(repeating: "0", count: 64)
    }.site
    let start = Instant(monotonicNanos: 1_000_000_000_000)
    let samples = Samples(site: site, start: start, seconds: seconds)
    let post = try Post(site: site, start: start, ledger: folder)
    for (source, report) in samples.health { post.take(report, of: source) }

    var (edge, chunk) = (0, 0)
    for step in 1...Int64(seconds * 1e9) / stepNanos {
      let now = start.advanced(byNanos: step * stepNanos)
      if now.seconds(since: start) >= warmUpSeconds { post.openTallies() }
      while edge < samples.edges.count, samples.edges[edge].time <= now {
        post.take(samples.edges[edge])
        edge += 1
      }
      while chunk < samples.chunks.count, samples.chunks[chunk].time <= now {
        post.take(samples.chunks[chunk])
        chunk += 1
      }
      post.look()
      post.fuse(at: now)
      try post.seal()
    }
    return post.judge()
  }

  private static func remove(_ folder: String) {
    guard let stream = opendir(folder) else { return }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { unlink("\(folder)/\(name)") }
    }
    closedir(stream)
    rmdir(folder)
  }
}
