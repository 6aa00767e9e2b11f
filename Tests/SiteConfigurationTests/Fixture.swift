import SiteConfiguration

/// A small site that is in order, for tests that break it in one place.
enum Fixture {
  static let site = """
    version: 1
    post: north-ford
    origin: {lat: 47.5, lon: 9.25, height: 402 m}
    lines:
      - name: border
        points: [{east: -60 m, north: 0 m}, {east: 60 m, north: 5 m}]
        sides: {left: neighbour, right: homeland}
        crossing: {left_to_right: in, right_to_left: out}
    zones:
      - name: shed
        points: [{east: 0 m, north: -30 m}, {east: 9 m, north: -30 m}, {east: 9 m, north: -20 m}]
    links:
      - {name: radio, device: "serial:A1", baud: 57600, silence: 3 s}
    sensors:
      - name: pir
        profile: motion/pir
        place: {east: 2 m, north: -6 m, up: 2 m}
        azimuth: 92 deg
        gpio: {chip: main, line: GPIO17}
        purpose: Detect persons
        legal_basis: Border Act 12
      - name: beam
        profile: motion/beam
        place: {lat: 47.5, lon: 9.25}
        to: {east: 40 m, north: 0 m}
        gpio: {chip: main, line: GPIO18}
        purpose: Detect persons
        legal_basis: Border Act 12
        override: {source: walk test, debounce: 50 ms}
    cameras:
      - name: mast
        profile: camera/cam
        device: card:Cam
        place: {east: 0 m, north: -30 m, up: 6 m}
        azimuth: 0 deg
        tilt: -12 deg
        ground_calibrated: true
        purpose: Confirm
        legal_basis: Border Act 13
    drones:
      - {name: copter, profile: drone/copter, link: radio, system_id: 1, purpose: a, legal_basis: b}
    patrols:
      - {name: alpha, profile: beacon/radio, link: radio, system_id: 51, purpose: a, legal_basis: b}
    storage: {retention: {age: 30 d, size: 2 GiB}}
    publishing: {listen: 127.0.0.1, port: 8420}
    """

  static let pir = """
    version: 1
    kind: motion
    model: pir
    description: A pir
    technology: pir
    active: high
    shape: sector
    half_angle: {value: 45 deg, source: sheet}
    range: {value: 10 m, source: sheet}
    debounce: {value: 20 ms, source: sheet}
    hold: {value: 2 s, source: sheet}
    edges_max: {value: 10 /s, source: sheet}
    detection_probability: {value: 0.9, source: walk test}
    false_alarms: {value: 1 /h, source: count}
    latency: {value: 300 ms, source: bench}
    """

  static let beam = """
    version: 1
    kind: motion
    model: beam
    description: A beam
    technology: beam
    active: low
    shape: corridor
    width: {value: 0.5 m, source: sheet}
    range: {value: 60 m, source: sheet}
    debounce: {value: 20 ms, source: sheet}
    hold: {value: 1 s, source: sheet}
    edges_max: {value: 10 /s, source: sheet}
    detection_probability: {value: 0.9, source: walk test}
    false_alarms: {value: 1 /h, source: count}
    latency: {value: 60 ms, source: bench}
    """

  static let camera = """
    version: 1
    kind: camera
    model: cam
    description: A camera
    field_of_view: {value: 60 deg, source: sheet}
    range: {value: 80 m, source: sheet}
    detection_probability: {value: 0.7, source: walk test}
    clutter_per_frame: {value: 0.05, source: count}
    latency: {value: 80 ms, source: bench}
    azimuth_sigma: {value: 0.4 deg, source: bench}
    elevation_sigma: {value: 0.4 deg, source: bench}
    modes:
      - {format: mjpeg, width: 1280, height: 720, rate: 30 /s, source: sheet}
    """

  static let copter = """
    version: 1
    kind: drone
    model: copter
    description: A copter
    messages: [HEARTBEAT, GLOBAL_POSITION_INT, CAMERA_TRACKING_GEO_STATUS]
    footprint_radius: {value: 35 m, source: sheet}
    position_sigma: {value: 2 m, source: sheet}
    detection_probability: {value: 0.7, source: flight}
    false_alarms: {value: 5 /h, source: count}
    latency: {value: 400 ms, source: bench}
    """

  static let beacon = """
    version: 1
    kind: beacon
    model: radio
    description: A beacon
    messages: [GLOBAL_POSITION_INT]
    position_sigma: {value: 4 m, source: sheet}
    detection_probability: {value: 0.9, source: capture}
    latency: {value: 300 ms, source: capture}
    """

  /// Stands for SHA-256: any function of all the bytes does here (FNV-1a, 64 bits).
  static func hash(_ bytes: [UInt8]) -> String {
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return String(state, radix: 16)
  }

  static func bundle(
    site: String = site, pir: String = pir, camera: String = camera, copter: String = copter
  ) -> SiteBundle {
    SiteBundle(
      site: site,
      profiles: [
        .init(name: "DeviceProfiles/motion/pir.yaml", text: pir),
        .init(name: "DeviceProfiles/motion/beam.yaml", text: beam),
        .init(name: "DeviceProfiles/camera/cam.yaml", text: camera),
        .init(name: "DeviceProfiles/drone/copter.yaml", text: copter),
        .init(name: "DeviceProfiles/beacon/radio.yaml", text: beacon),
      ])
  }

  /// All that is said of a bundle; empty when it is in order.
  static func diagnostics(of bundle: SiteBundle) -> [Diagnostic] {
    do throws(ConfigurationErrors) {
      return try StationConfiguration.load(bundle: bundle, hash: hash).warnings
    } catch {
      return error.diagnostics
    }
  }
}

extension String {
  /// The text with the first `old` replaced; `old` must be there.
  func replacing(first old: String, by new: String) -> String {
    let text = Array(utf8)
    let pattern = Array(old.utf8)
    for start in text.indices where text[start...].starts(with: pattern) {
      return String(decoding: text[..<start], as: UTF8.self) + new
        + String(decoding: text[(start + pattern.count)...], as: UTF8.self)
    }
    preconditionFailure("the fixture does not hold: \(old)")
  }
}
