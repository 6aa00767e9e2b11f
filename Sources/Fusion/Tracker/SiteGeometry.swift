import Geodesy
import Model

/// The site as fusion needs it: sensors with the moments of their cover, lines with their points,
/// all in fixed arrays.
struct SiteGeometry: ~Copyable {
  /// A line or zone.
  struct Line: BitwiseCopyable {
    /// Where its points are in `linePoints`.
    var points: Stretch
    var isClosed: Bool
    /// Whether the side that one enters by a crossing `in` is on the left.
    var isHomeLeft: Bool
  }

  /// Smallest radius of a platform's footprint that is believed, metres.
  static let footprintRadiusMin = 20.0

  let sensors: FixedArray<SensorModel>
  let corners: FixedArray<SIMD2<Double>>
  let lines: FixedArray<Line>
  let linePoints: FixedArray<SIMD2<Double>>
  /// How many clutter maps there are.
  let mapCount: Int
  /// Disturbance of the area sensors by technology.
  let weather: FixedArray<OnsetWeather>
  /// How many sensors scan.
  let scanCount: Int
  /// Whether there is a line that is open: a border.
  let hasBorder: Bool

  init(_ site: Site) {
    var models: [SensorModel] = []
    var corners: [SIMD2<Double>] = []
    var scans = 0
    var maps = 0
    for sensor in site.sensors {
      let first = corners.count
      corners += sensor.coverage
      var model = Self.model(of: sensor, corners: Stretch(first: first, end: corners.count))
      if model.kind == .camera || model.kind == .drone {
        model.scanSlot = scans
        scans += 1
      }
      if model.kind == .camera {
        model.cells = maps * ClutterMap.cellsMax
        // Sides, not corners: a wide cover begins nearer than its corners are.
        for index in sensor.coverage.indices {
          let next = sensor.coverage[(index + 1) % sensor.coverage.count]
          model.rangeMin = min(
            index == 0 ? .infinity : model.rangeMin,
            Geodesy.distance(from: model.place, toSegment: sensor.coverage[index], next))
        }
        if polygonContains(sensor.coverage.span, model.place) { model.rangeMin = 0 }
        maps += 1
      }
      models.append(model)
    }
    var lines: [Line] = []
    var points: [SIMD2<Double>] = []
    for line in site.lines {
      let first = points.count
      points += line.points
      lines.append(
        Line(
          points: Stretch(first: first, end: points.count), isClosed: line.isClosed,
          isHomeLeft: line.leftToRight == "out"))
    }
    let weather = FixedArray(
      repeating: OnsetWeather(), count: MotionDetail.Technology.allCases.count)
    for model in models where model.kind == .motion {
      weather[model.technology].expectedRate += model.falseOnsetRate
    }
    self.weather = weather
    self.sensors = FixedArray(models)
    self.corners = FixedArray(corners)
    self.lines = FixedArray(lines)
    self.linePoints = FixedArray(points)
    self.scanCount = scans
    hasBorder = site.lines.contains { !$0.isClosed }
    self.mapCount = maps
  }

  private static func model(of sensor: Sensor, corners: Stretch) -> SensorModel {
    let kind: SensorModel.Kind
    var rangeMax = Double.infinity
    var fieldOfView = 1.0
    var clutter = 0.0
    var technology = 0
    var axis = 0.0
    var holdSeconds = 0.0
    switch sensor.detail {
    case .motion(let motion):
      kind = .motion
      technology = MotionDetail.Technology.allCases.firstIndex(of: motion.technology) ?? 0
      holdSeconds = max(0, Double(motion.holdNanos) * 1e-9)
    case .camera(let camera):
      kind = .camera
      rangeMax = camera.rangeMetres * 1.1
      fieldOfView = max(camera.horizontalFieldOfView, 0.1)
      clutter = max(sensor.falseAlarmRate, 0)
      axis = camera.azimuth
    case .drone: kind = .drone
    case .beacon: kind = .beacon
    case .receiver: kind = .receiver
    }
    var model = SensorModel(
      kind: kind, technology: technology, place: SIMD2(sensor.place.x, sensor.place.y),
      corners: corners,
      rangeMax: rangeMax, fieldOfView: fieldOfView, clutterRate: clutter,
      detectionProbability: min(max(sensor.detectionProbability, 0.05), 0.99),
      falseOnsetRate: max(sensor.falseAlarmRate, 0.1) / 3600)
    model.axis = axis
    model.siteClutterRate = clutter
    model.holdSeconds = holdSeconds
    model.coverArea = max(1, abs(signedArea(of: sensor.coverage)))
    if let platform = sensor.platform {
      // A platform's cover moves with it: its size is that of the footprint.
      let radius = max(platform.footprintRadius, Self.footprintRadiusMin)
      model.coverArea = Double.pi * radius * radius
    }
    if let (centroid, covariance) = centroidAndCovariance(of: sensor.coverage) {
      model.centroid = centroid
      // A body is not a point: a thin beam is as wide as who breaks it.
      model.covariance = covariance.adding(Covariance2(sigma: 0.4))
    } else {
      model.centroid = model.place
      model.covariance = Covariance2(sigma: 10)
    }
    return model
  }

  /// Distance from `point` to the cover of `sensor`, metres; 0 inside.
  func distance(from point: SIMD2<Double>, toCoverOf sensor: SensorModel) -> Double {
    if sensor.corners.count < 3 {
      let away = point - sensor.centroid
      return max(0, (away * away).sum().squareRoot() - sensor.covariance.largestSigma)
    }
    return corners.withSpan(sensor.corners) { polygon in
      if polygonContains(polygon, point) { return 0 }
      var nearest = Double.infinity
      var previous = polygon[polygon.count - 1]
      for index in polygon.indices {
        nearest = min(nearest, Geodesy.distance(from: point, toSegment: previous, polygon[index]))
        previous = polygon[index]
      }
      return nearest
    }
  }

  /// Whether `sensor` looked at `point` at `moment`.
  func covers(_ point: SIMD2<Double>, _ sensor: SensorModel, at moment: Instant) -> Bool {
    switch sensor.kind {
    case .drone:
      guard
        sensor.footprintRadius > 0,
        abs(moment.seconds(since: sensor.footprintTime)) * 1e9
          <= Double(SensorModel.footprintNanosMax)
      else { return false }
      let away = point - sensor.footprintCentre
      // The rim is where an old footprint is wrong first.
      return (away * away).sum().squareRoot() < sensor.footprintRadius * 0.8
    case .camera:
      return corners.withSpan(sensor.corners) { polygonContains($0, point) }
    case .motion, .beacon, .receiver:
      return false
    }
  }
}
