import Glibc
public import Model

/// The map by which people judge a walk test: SVG, north up.
///
/// Grey the walk, dashed the cover as the site file has it, solid the fitted one, dots where the walker
/// was when the output answered him.
public struct CoverageMap: Sendable {
  /// Width of the picture, pixels.
  static let width = 900.0
  private static let colours = [
    "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2",
  ]

  private var west = Double.infinity
  private var east = -Double.infinity
  private var south = Double.infinity
  private var north = -Double.infinity
  private let scale: Double

  /// The SVG text.
  public static func svg(
    _ fits: [(sensor: Sensor, fit: CoverageFit)], track: WalkTrack, lines: [SiteLine]
  ) -> String {
    let map = CoverageMap(
      fits.flatMap { entry in
        entry.sensor.coverage
          + entry.fit.shape.polygon(apex: SIMD2(entry.sensor.place.x, entry.sensor.place.y))
      })
    return map.draw(fits, track, lines)
  }

  private init(_ corners: [SIMD2<Double>]) {
    for corner in corners {
      (west, east) = (min(west, corner.x), max(east, corner.x))
      (south, north) = (min(south, corner.y), max(north, corner.y))
    }
    let margin = 4.0
    (west, east, south, north) = (west - margin, east + margin, south - margin, north + margin)
    scale = Self.width / (east - west)
  }

  private func draw(
    _ fits: [(sensor: Sensor, fit: CoverageFit)], _ track: WalkTrack, _ lines: [SiteLine]
  ) -> String {
    let height = (north - south) * scale
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(rounded(Self.width, 0)) \
      \(rounded(height, 0))" font-family="sans-serif" font-size="13">
      <rect width="100%" height="100%" fill="#ffffff"/>

      """
    for line in lines {
      svg += "<path d=\"\(path(line.points, isClosed: line.isClosed))\" fill=\"none\" "
      svg += "stroke=\"#000000\" stroke-width=\"2\"/>\n"
    }
    svg += "<path d=\"\(walk(track))\" fill=\"none\" stroke=\"#bbbbbb\" stroke-width=\"0.7\"/>\n"
    for (index, entry) in fits.enumerated() {
      svg += drawn(entry.sensor, entry.fit, Self.colours[index % Self.colours.count])
    }
    // A scale of 5 m at the lower left, north at the upper right.
    let bar = rounded(5 * scale, 1)
    svg +=
      "<path d=\"M12 \(rounded(height - 12, 1)) h\(bar)\" stroke=\"#000000\" stroke-width=\"3\"/>\n"
    svg += "<text x=\"12\" y=\"\(rounded(height - 18, 1))\">5 m</text>\n"
    svg += "<text x=\"\(rounded(Self.width - 24, 1))\" y=\"20\">N ↑</text>\n</svg>\n"
    return svg
  }

  private func drawn(_ sensor: Sensor, _ fit: CoverageFit, _ colour: String) -> String {
    let apex = SIMD2(sensor.place.x, sensor.place.y)
    var svg = "<path d=\"\(path(sensor.coverage, isClosed: true))\" fill=\"none\" "
    svg += "stroke=\"\(colour)\" stroke-dasharray=\"5 4\"/>\n"
    svg += "<path d=\"\(path(fit.shape.polygon(apex: apex), isClosed: true))\" fill=\"\(colour)\" "
    svg += "fill-opacity=\"0.15\" stroke=\"\(colour)\" stroke-width=\"2\"/>\n"
    for entry in fit.entries {
      let at = pixel(entry)
      svg +=
        "<circle cx=\"\(rounded(at.x, 1))\" cy=\"\(rounded(at.y, 1))\" r=\"2\" fill=\"\(colour)\"/>\n"
    }
    let at = pixel(apex)
    svg += "<text x=\"\(rounded(at.x + 4, 1))\" y=\"\(rounded(at.y - 4, 1))\" fill=\"\(colour)\">"
    svg += "\(markupText(sensor.name)) \(Int((fit.detection.value * 100).rounded())) %</text>\n"
    return svg
  }

  /// The walk by parts: what lies far outside the map is left out.
  private func walk(_ track: WalkTrack) -> String {
    var text = ""
    var isDown = false
    for seconds in stride(from: track.start, through: track.end, by: 1) {
      guard let place = track.state(at: seconds)?.place, place.x > west, place.x < east,
        place.y > south, place.y < north
      else {
        isDown = false
        continue
      }
      let at = pixel(place)
      text += "\(isDown ? "L" : "M")\(rounded(at.x, 1)) \(rounded(at.y, 1))"
      isDown = true
    }
    return text
  }

  private func path(_ points: [SIMD2<Double>], isClosed: Bool) -> String {
    var text = ""
    for (index, point) in points.enumerated() {
      let at = pixel(point)
      text += "\(index == 0 ? "M" : "L")\(rounded(at.x, 1)) \(rounded(at.y, 1))"
    }
    return text + (isClosed ? "Z" : "")
  }

  private func pixel(_ place: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2((place.x - west) * scale, (north - place.y) * scale)
  }
}
