import Glibc
public import Model

/// What fitted covers change in a site file.
public struct CoverageProposal: Sendable {
  /// The site file's text with the changes.
  public let text: String
  /// The changes, as `patch` takes them; empty for none.
  public let diff: String
  /// Sensors whose entry in the text could not be changed: their values are to be entered by hand.
  public let unplaced: [String]

  /// The changes that `fits` make to `siteText`, with where they come from (`source`).
  public init(
    _ fits: [(sensor: Sensor, fit: CoverageFit)], siteText: String, path: String, source: String
  ) {
    var edit = SiteEdit(siteText)
    let old = edit.lines
    var unplaced: [String] = []
    for (sensor, fit) in fits {
      let values = Self.values(sensor, fit)
      if !edit.change(
        sensor: sensor.name, keys: values.keys, override: values.override, source: source)
      {
        unplaced.append(sensor.name)
      }
    }
    self.unplaced = unplaced
    text = edit.lines.joined(separator: "\n")
    diff = UnifiedDiff.text(old: old, new: edit.lines, path: path)
  }

  /// The keys of the sensor's entry, and those of its `override`, that the fit gives.
  public static func values(
    _ sensor: Sensor, _ fit: CoverageFit
  ) -> (keys: [(String, String)], override: [(String, String)]) {
    var keys: [(String, String)] = []
    var override: [(String, String)] = []
    switch fit.shape {
    case .sector(let azimuth, let halfAngle, let range):
      let compass = 90 - azimuth * 180 / .pi
      let degrees = compass - 360 * (compass / 360).rounded(.down)
      keys.append(("azimuth", "\(rounded(degrees, 1)) deg"))
      override.append(("half_angle", "\(rounded(halfAngle * 180 / .pi, 1)) deg"))
      override.append(("range", "\(rounded(range, 2)) m"))
    case .disc(let range):
      if sensor.motion?.technology == .seismic {
        override.append(("class_ranges", "{person: \(rounded(range, 2)) m}"))
      } else {
        override.append(("range", "\(rounded(range, 2)) m"))
      }
    case .corridor: break
    }
    override.append(
      ("detection_probability", rounded(min(0.99, max(0.01, fit.detection.value)), 2)))
    if fit.latency.sigma <= CoverageFit.latencySigmaMax {
      override.append(("latency", "\(Int((fit.latency.value * 1000).rounded())) ms"))
    }
    if let hold = fit.hold { override.append(("hold", "\(rounded(hold, 2)) s")) }
    return (keys, override)
  }
}
