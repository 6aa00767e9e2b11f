import Captures
import Model
import SiteConfiguration
import Station

/// What a walk test needs of a capture: the site, and the motion sensors' edges in UTC.
struct WalkedCapture {
  let site: Site
  /// The site file's text, to which changes are proposed.
  let siteText: String
  /// For each sensor of the site its edges, seconds since 1970.
  private(set) var edges: [[(seconds: Double, isRising: Bool)]]
  /// From the first sample to the last, seconds since 1970.
  private(set) var span: ClosedRange<Double>
  /// How well the post knew the time at worst, seconds.
  private(set) var clockUncertainty: Double

  init(path: String, site: String?, profileFolders: [String]) throws {
    var reader = try CaptureReader(path: path)
    let bundle =
      try site.map { try SiteBundle.read(sitePath: $0, profileFolders: profileFolders) }
      ?? SiteBundle(decoding: reader.siteBundle)
    let known = try LoadedSite(bundle: bundle).configuration.site
    self.site = known
    siteText = bundle.site.text
    reader.use(known)
    var maps: [ClockMap] = reader.header.clock.map { [$0] } ?? []
    var all: [GPIOEdge] = []
    var ends: ClosedRange<Instant>?
    while let item = try reader.next() {
      let now = reader.recorded
      ends = min(ends?.lowerBound ?? now, now)...max(ends?.upperBound ?? now, now)
      switch item {
      case .clock(let map): maps.append(map)
      case .edge(let edge, _): all.append(edge)
      default: break
      }
    }
    guard let first = maps.first, let ends else {
      throw CaptureError(
        .badInput, operation: "take the walk test from", subject: path,
        reason: "it holds no clock, so that its samples cannot be compared with the walk")
    }
    maps.sort { $0.instant < $1.instant }
    func utc(_ time: Instant) -> Double {
      // The last map before the moment; the first one for what comes before all.
      var (low, high) = (0, maps.count)
      while low < high {
        let middle = (low + high) / 2
        if maps[middle].instant <= time { low = middle + 1 } else { high = middle }
      }
      let map = low > 0 ? maps[low - 1] : first
      return Double(map.wallTime(at: time).unixNanos) * 1e-9
    }
    edges = known.sensors.map { _ in [] }
    for edge in all where edges.indices.contains(edge.sensor.index) {
      edges[edge.sensor.index].append((utc(edge.time), edge.isRising))
    }
    let (from, to) = (utc(ends.lowerBound), utc(ends.upperBound))
    span = min(from, to)...max(from, to)
    clockUncertainty = Double(maps.map(\.uncertaintyNanos).max() ?? 0) * 1e-9
  }
}
