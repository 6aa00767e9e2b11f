import Geodesy
public import Model

extension CalibrationPoints {
  /// The points in the file at `path`.
  ///
  /// - Parameter origin: where the site's frame is tied to the Earth; without it the file's own.
  /// Blocks on file access.
  /// - Throws: when the file is absent or unreadable, or anything in it is wrong.
  public static func read(
    _ path: String, origin: GeographicOrigin? = nil
  ) throws(ConfigurationErrors) -> CalibrationPoints {
    let list = DiagnosticList(file: path)
    let text = try PoseFile.text(
      at: path, list: list, remedy: "Correct the path, or write the file (Docs/Calibration.md)")
    return try parse(text, list: list, origin: origin)
  }

  static func parse(
    _ text: String, list: DiagnosticList, origin: GeographicOrigin? = nil
  ) throws(ConfigurationErrors) -> CalibrationPoints {
    let tree = YAMLText(text, list: list)
    guard let root = tree.root else {
      if list.errorCount == 0 { ProfileReader.tellEmptyFile(list) }
      throw ConfigurationErrors(list.all)
    }
    let entry = Entry(text: tree, node: root, path: "", list: list)
    let found = entry.section { points(of: $0, list: list, origin: origin) }
    guard list.errorCount == 0, let found else { throw ConfigurationErrors(list.sorted) }
    return found
  }

  private static func points(
    of section: Section, list: DiagnosticList, origin siteOrigin: GeographicOrigin?
  ) -> CalibrationPoints? {
    _ = section.required("version", example: "1")?.integer(in: 1...1)
    _ = section.required("kind", example: "calibration-points")?
      .choice([("calibration-points", true)])
    let size = section.required("picture", example: "{width: 1280, height: 720}")?
      .section(CameraCalibration.pictureSize)
    let groundSigma = section.required("ground_sigma", example: "3 cm")?
      .quantity(.length, from: "1 mm", to: "50 m")
    let pixelSigma =
      section.optional("pixel_sigma").map { $0.number(in: 0.01...100, unit: "px") }
      ?? pixelSigmaDefault
    let field = section.optional("field_of_view").flatMap {
      $0.quantity(.angle, from: "1 deg", to: "150 deg")
    }
    // The frame of this file: the site's, which nothing in it may contradict.
    let reader = SiteReader(list: list, profiles: [:], available: [], calibrations: [:])
    var origin = siteOrigin
    if let siteOrigin {
      section.refuse(
        "origin", expected: "the origin of the site file only", remedy: "Remove it here")
      reader.frame = LocalFrame(
        latitudeDegrees: siteOrigin.latitudeDegrees, longitudeDegrees: siteOrigin.longitudeDegrees,
        heightMetres: siteOrigin.heightMetres)
    } else {
      origin = section.optional("origin").flatMap { reader.readOrigin($0) }
    }
    let lens = section.optional("place")?.section { place -> (SIMD3<Double>, Double)? in
      let up = place.required("up", example: "5.8 m")?
        .quantity(.length, from: "10 cm", to: "500 m")
      let sigma = place.required("sigma", example: "10 cm")?
        .quantity(.length, from: "1 mm", to: "1 km")
      let ground = point(of: place, reader)
      guard let ground, let up, let sigma else { return nil }
      return (SIMD3(ground.x, ground.y, up), sigma)
    }
    let horizon = section.optional("horizon")?.list(count: 1...50)?.compactMap(pixel) ?? []
    let entries = section.required("points", example: "[{pixel: [412, 633], east: …}]")?
      .list(count: 1...pointsMax)
    guard let entries, let size, let groundSigma, let pixelSigma else { return nil }
    let points = entries.enumerated().compactMap { index, entry in
      entry.section { section -> Point? in
        let name = section.optional("name").map { $0.text(lengthMax: 64, example: "gate post") }
        let pixelEntry = section.required("pixel", example: "[412.5, 633]")
        let shown = pixelEntry.flatMap(pixel)
        let up =
          section.optional("up").map { $0.quantity(.length, from: "-500 m", to: "500 m") } ?? 0
        let sigma =
          section.optional("sigma").map { $0.quantity(.length, from: "1 mm", to: "50 m") }
          ?? groundSigma
        let ground = point(of: section, reader)
        guard let name = name ?? "point \(index + 1)", let shown, let up, let sigma, let ground
        else { return nil }
        guard shown.x >= 0, shown.y >= 0, shown.x <= Double(size.x), shown.y <= Double(size.y)
        else {
          pixelEntry?.error(
            .outOfRange, expected: "a pixel of the picture, \(size.x) x \(size.y)",
            remedy: "Write [column, row], counted from the upper left corner",
            found: "[\(plain(shown.x)), \(plain(shown.y))]")
          return nil
        }
        return Point(
          name: name, pixel: shown, place: SIMD3(ground.x, ground.y, up), sigmaMetres: sigma)
      }
    }
    return CalibrationPoints(
      width: size.x, height: size.y, pixelSigma: pixelSigma, fieldOfView: field, origin: origin,
      lensPlace: lens.map { (place: $0.0, sigmaMetres: $0.1) }, horizon: horizon, points: points)
  }

  /// A place on the ground; one in degrees needs to know where the frame lies.
  private static func point(of section: Section, _ reader: SiteReader) -> SIMD2<Double>? {
    guard reader.frame == nil, section.has("lat") || section.has("lon") else {
      return reader.point(of: section)
    }
    for key in ["lat", "lon", "east", "north"] { _ = section.has(key) }
    section.entry.error(
      .missingKey, expected: "an origin where places are told in degrees",
      remedy: "Add \"origin: {lat: …, lon: …, height: …}\", or give --site",
      found: "lat and lon without an origin")
    return nil
  }

  private static func pixel(_ entry: Entry) -> SIMD2<Double>? {
    guard let pair = entry.list(count: 2...2) else { return nil }
    guard let x = pair[0].number(in: -100_000...100_000),
      let y = pair[1].number(in: -100_000...100_000)
    else { return nil }
    return SIMD2(x, y)
  }
}
