import Captures
import Geodesy
import Model
import Scoring
import SiteConfiguration
import Station

extension ComparedPair {
  /// What the page of a comparison shows beside the events: the site of the first capture, and pictures that the
  /// captures hold of crossings that one run only has. Nothing where events alone are compared.
  func ground(of comparison: RunComparison) throws -> ComparisonGround {
    var ground = ComparisonGround()
    let captures = try [a, b].map { try isCapture($0) ? $0 : nil }
    guard let first = captures.compactMap(\.self).first else { return ground }
    let bundle = try CaptureReader(path: first).siteBundle
    let site = try LoadedSite(bundle: SiteBundle(decoding: bundle)).configuration.site
    let frame = LocalFrame(
      latitudeDegrees: site.origin.latitudeDegrees,
      longitudeDegrees: site.origin.longitudeDegrees, heightMetres: site.origin.heightMetres)
    func degrees(_ place: SIMD2<Double>) -> SIMD2<Double> {
      let found = frame.geographic(place)
      return SIMD2(found.longitudeDegrees, found.latitudeDegrees)
    }
    ground.lines = site.lines.map { line in
      (line.isClosed ? line.points + line.points.prefix(1) : line.points).map(degrees)
    }
    ground.sensors = site.sensors.filter { $0.platform == nil }
      .map { ($0.name, degrees(SIMD2($0.place.x, $0.place.y))) }
    // What B has more may be of B's samples; under another site file they are those of A.
    for (events, capture) in [
      (comparison.lost, captures[0]), (comparison.gained, captures[1] ?? captures[0]),
    ] {
      guard let capture else { continue }
      let shown = events.filter { !$0.place.isEmpty }
      let found = try EventPictures.of(
        shown.map { event in
          EventPictures.Moment(
            unixSeconds: WallTime(rfc3339: event.time)?.unixSeconds ?? 0, sensors: event.sensors)
        }, in: capture)
      for (event, pictures) in zip(shown, found) where !pictures.isEmpty {
        ground.pictures[event.event] = pictures.map {
          ComparisonGround.Picture(
            caption: "\($0.camera) \($0.time.utcText(decimals: 3))", jpeg: $0.jpeg)
        }
      }
    }
    return ground
  }
}
