import Foundation
public import Logging
import Publishing
import Simulation
import SiteConfiguration

/// `vedette demo`: the whole daemon on a simulated site, its events shown as they become durable.
public struct DemoRun: Sendable {
  /// Combinations of sensors that the scenario brings about within its first period.
  public static let combinations = [
    "camera", "camera + motion", "drone", "motion", "own drone", "own patrol",
  ]

  /// What a demo came to.
  public struct Summary: Sendable {
    /// Durable events since the start.
    public var events: UInt64
    /// Crossings seen, by the combination of sensors that saw them.
    public var crossings: [String: Int]
    /// Combinations that were simulated and gave no crossing.
    public var missing: [String]
  }

  /// How long to run, seconds; `nil`: until told to stop.
  public var seconds: Double?
  /// Folder of the ledger.
  public var stateDirectory: String
  /// TCP port of the endpoint; 0 lets the kernel choose.
  public var port: Int
  /// Capture to write, or `nil`.
  public var recordPath: String?

  /// A demo that keeps its ledger in `stateDirectory`.
  public init(seconds: Double?, stateDirectory: String, port: Int, recordPath: String?) {
    self.seconds = seconds
    self.stateDirectory = stateDirectory
    self.port = port
    self.recordPath = recordPath
  }

  /// Runs; `print` is given each line for people.
  public func run(
    logger: Logger, print: @escaping @Sendable (String) -> Void
  ) async throws -> Summary {
    let site = try LoadedSite(bundle: DemoSite.bundle)
    let station = try Station(
      options: Station.Options(
        origin: .simulation(.borderDemo), recordPath: recordPath, stateDirectory: stateDirectory,
        port: port),
      logger: logger, reader: { () throws(ConfigurationErrors) in site })
    let first = station.feed.durable
    let follower = Task { try await follow(station, from: first + 1, print: print) }
    let seconds = seconds
    let signals = SignalWatch(onStop: { station.stop() }, onReload: { station.reload() })
    defer { signals.end() }
    let timer = Task {
      guard let seconds else { return }
      try await Task.sleep(for: .seconds(seconds))
      station.stop()
    }
    try await station.run { port in
      print("Live events:  http://127.0.0.1:\(port ?? 0)/v1/stream   (try: curl -N on it)")
      print("Pages, state: http://127.0.0.1:\(port ?? 0)/v1/events  /v1/health  /metrics")
    }
    timer.cancel()
    let crossings = try await follower.value
    return Summary(
      events: station.feed.durable - first, crossings: crossings,
      missing: Self.combinations.filter { crossings[$0] == nil })
  }

  private func follow(
    _ station: Station, from first: UInt64, print: @Sendable (String) -> Void
  ) async throws -> [String: Int] {
    var next = first
    var crossings: [String: Int] = [:]
    while true {
      let isClosed = station.feed.isClosed
      let durable = station.feed.durable
      if next <= durable {
        for event in try station.store.events(from: next, through: durable, limit: 100) {
          let line = EventLine(event)
          print(line.text)
          if let combination = line.combination { crossings[combination, default: 0] += 1 }
          next = event.sequence + 1
        }
      } else if isClosed {
        return crossings
      } else {
        await station.feed.wait(after: durable, timeout: .seconds(1))
      }
    }
  }
}
