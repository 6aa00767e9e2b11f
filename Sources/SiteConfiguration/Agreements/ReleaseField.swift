/// A field of an event that an agreement can name: a value of the event, or a coarser form of one,
/// computed the same way for every partner.
///
/// Number and version of the event, whether it belongs to an exercise and whether it was reported,
/// corrected or retracted go with every release and are no fields of this list. No field says who
/// somebody is: there is none.
public enum ReleaseField: String, Sendable, CaseIterable, Comparable {
  /// Estimated class.
  case targetClass = "class"
  /// Probability of each class.
  case classes
  /// State and uncertainty of the post's clock.
  case clock
  /// Probability that a real target crossed.
  case confidence
  /// The same as `low` (below 0.5), `medium` (below 0.8) or `high`.
  case confidenceBand = "confidence_band"
  /// Hash of the post's configuration.
  case configuration
  /// Number of targets with its interval.
  case count
  /// Time from crossing to decision, milliseconds.
  case decidedLatency = "decided_latency_ms"
  /// The site's word for the direction.
  case direction
  /// Name of the exercise.
  case exerciseName = "exercise_name"
  /// Whether it is one of the post's own patrols or drones.
  case friendly
  /// Own patrol or drone near the crossing.
  case friendlyNearby = "friendly_nearby"
  /// Name of the side that was left.
  case from
  /// Compass heading, tenths of a degree.
  case heading = "heading_deg"
  /// The same as one of eight points of the compass.
  case headingSector = "heading_sector"
  /// Height above the origin, metres.
  case height = "height_m"
  /// Place as the event has it, longitude and latitude.
  case place = "lat_lon"
  /// Centre of a cell at least 10 km wide that holds the place.
  case place10km = "lat_lon_10km"
  /// Centre of a cell at least 1 km wide that holds the place.
  case place1km = "lat_lon_1km"
  /// Name and kind of the line or zone.
  case line
  /// Count of the post's words on itself.
  case ordinal
  /// The way the target came.
  case path
  /// Covariance of the place.
  case covariance = "position_covariance_m2"
  /// Why a sensor's health changed.
  case reason
  /// Samples that the post dropped.
  case samplesDropped = "samples_dropped"
  /// The sensor whose health changed.
  case sensor
  /// Kinds of the contributing sensors.
  case sensorKinds = "sensor_kinds"
  /// Contributing sensors with names and times.
  case sensors
  /// Sensors that do not deliver.
  case sensorsLost = "sensors_lost"
  /// Version of the post's software.
  case software
  /// Speed band: `slow` (below 2 m/s), `medium` (below 10 m/s) or `fast`.
  case speedBand = "speed_band"
  /// Speed, metres per second.
  case speed = "speed_mps"
  /// Health of the sensor.
  case state
  /// What the post says of itself.
  case status
  /// Time with microseconds.
  case time
  /// Time cut to the hour.
  case timeHour = "time_hour"
  /// Time cut to the minute.
  case timeMinute = "time_min"
  /// Uncertainty of the time, milliseconds.
  case timeUncertainty = "time_uncertainty_ms"
  /// Name of the side that was entered.
  case to
  /// Number of the track within the run.
  case track

  /// The order of the names.
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// Whether it could help to identify a person: never released to a third country.
  public var couldIdentify: Bool {
    switch self {
    case .time, .timeUncertainty, .place, .covariance, .height, .path, .track, .sensors, .sensor,
      .heading, .speed, .classes, .friendly, .friendlyNearby, .decidedLatency:
      true
    default: false
    }
  }

  /// Whether events of `kind` can have it.
  public func exists(in kind: SharedEventKind) -> Bool {
    switch self {
    case .clock, .configuration, .exerciseName, .software, .time, .timeHour, .timeMinute,
      .timeUncertainty:
      true
    case .place, .place10km, .place1km: kind != .postStatus
    case .reason, .sensor, .state: kind == .sensorHealth
    case .ordinal, .samplesDropped, .sensorsLost, .status: kind == .postStatus
    default: kind == .crossing
    }
  }
}
