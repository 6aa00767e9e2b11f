public import SiteConfiguration

/// The simulated site of `vedette demo`: a border line from west to east with two cameras, a dark
/// gap between them that only motion sensors watch, and a drone and a patrol of our own.
///
/// `Scenario.borderDemo` moves people through exactly this geometry.
public enum DemoSite {
  /// Site file and profiles.
  public static let bundle = SiteBundle(
    site: site,
    profiles: [
      profile("motion/demo-pir", pir), profile("motion/demo-pir-short", pirShort),
      profile("motion/demo-beam", beam), profile("motion/demo-geophone", geophone),
      profile("camera/demo-mast", camera), profile("drone/demo-copter", drone),
      profile("beacon/demo-beacon", beacon),
    ])

  private static func profile(_ name: String, _ text: String) -> SiteBundle.File {
    SiteBundle.File(name: "DeviceProfiles/\(name).yaml", text: text)
  }

  private static let site = """
    version: 1
    post: demo-post
    exercise: DEMO
    origin: {lat: 52.2411, lon: 23.4204, height: 150 m}
    lines:
      - name: border
        points: [{east: -120 m, north: 0 m}, {east: 0 m, north: 0 m}, {east: 120 m, north: 0 m}]
        sides: {left: neighbour, right: homeland}
        crossing: {left_to_right: in, right_to_left: out}
    links:
      - {name: drone-link, device: /dev/serial/by-id/demo-telemetry, baud: 57600, silence: 3 s}
    sensors:
      - name: pir-west
        profile: motion/demo-pir
        place: {east: -40 m, north: -8 m, up: 1.2 m}
        azimuth: 0 deg
        gpio: {chip: demo-gpio, line: "4"}
        purpose: Demonstration
        legal_basis: Simulated samples only
      - name: seismic-west
        profile: motion/demo-geophone
        place: {east: -40 m, north: 4 m}
        gpio: {chip: demo-gpio, line: "5"}
        purpose: Demonstration
        legal_basis: Simulated samples only
      - name: beam-gap
        profile: motion/demo-beam
        place: {east: -6 m, north: 0 m, up: 0.8 m}
        to: {east: 6 m, north: 0 m}
        gpio: {chip: demo-gpio, line: "6"}
        purpose: Demonstration
        legal_basis: Simulated samples only
      - name: pir-gap-south
        profile: motion/demo-pir-short
        place: {east: 0 m, north: -10 m, up: 1.2 m}
        azimuth: 0 deg
        gpio: {chip: demo-gpio, line: "7"}
        purpose: Demonstration
        legal_basis: Simulated samples only
      - name: pir-gap-north
        profile: motion/demo-pir-short
        place: {east: 0 m, north: 10 m, up: 1.2 m}
        azimuth: 180 deg
        gpio: {chip: demo-gpio, line: "8", active: low}
        purpose: Demonstration
        legal_basis: Simulated samples only
    cameras:
      - name: cam-west
        profile: camera/demo-mast
        device: "card:demo west"
        place: {east: -40 m, north: -18 m, up: 6 m}
        azimuth: 0 deg
        tilt: -14 deg
        ground_calibrated: true
        purpose: Demonstration
        legal_basis: Simulated samples only
      - name: cam-east
        profile: camera/demo-mast
        device: "card:demo east"
        place: {east: 40 m, north: -18 m, up: 6 m}
        azimuth: 0 deg
        tilt: -14 deg
        ground_calibrated: true
        purpose: Demonstration
        legal_basis: Simulated samples only
    drones:
      - name: drone-1
        profile: drone/demo-copter
        link: drone-link
        system_id: 1
        purpose: Demonstration
        legal_basis: Simulated samples only
    patrols:
      - name: patrol-1
        profile: beacon/demo-beacon
        link: drone-link
        system_id: 51
        purpose: Demonstration
        legal_basis: Simulated samples only
    storage:
      retention: {age: 1 d, size: 64 MiB}
      recorder: {ring: {time: 2 min, size: 256 MiB}, keep: {age: 1 d, size: 512 MiB}}
    publishing:
      handling: exercise
    """

  private static let pir = """
    version: 1
    kind: motion
    model: demo-pir
    description: Simulated passive infrared sensor
    technology: pir
    active: high
    shape: sector
    half_angle: {value: 45 deg, source: the simulated scene}
    range: {value: 12 m, source: the simulated scene}
    debounce: {value: 20 ms, source: the simulated scene bounces for 3 ms}
    hold: {value: 2 s, source: the simulated scene}
    edges_max: {value: 20 /s, source: the simulated scene}
    detection_probability: {value: 0.95, source: the simulated scene}
    false_alarms: {value: 1 /h, source: the simulated scene}
    latency: {value: 0 ms, source: the simulated scene}
    """

  private static let pirShort = pir.replacing("demo-pir", with: "demo-pir-short")
    .replacing("12 m", with: "8 m")

  private static let beam = """
    version: 1
    kind: motion
    model: demo-beam
    description: Simulated light beam
    technology: beam
    active: high
    shape: corridor
    width: {value: 0.8 m, source: the simulated scene}
    range: {value: 60 m, source: the simulated scene}
    debounce: {value: 20 ms, source: the simulated scene bounces for 3 ms}
    hold: {value: 1 s, source: the simulated scene}
    edges_max: {value: 20 /s, source: the simulated scene}
    detection_probability: {value: 0.97, source: the simulated scene}
    false_alarms: {value: 0.5 /h, source: the simulated scene}
    latency: {value: 0 ms, source: the simulated scene}
    """

  private static let geophone = """
    version: 1
    kind: motion
    model: demo-geophone
    description: Simulated geophone
    technology: seismic
    active: high
    shape: disc
    range: {value: 12 m, source: the simulated scene}
    class_ranges:
      person: {value: 8 m, source: the simulated scene}
      vehicle: {value: 12 m, source: the simulated scene}
    debounce: {value: 20 ms, source: the simulated scene bounces for 3 ms}
    hold: {value: 1 s, source: the simulated scene}
    edges_max: {value: 20 /s, source: the simulated scene}
    detection_probability: {value: 0.9, source: the simulated scene}
    false_alarms: {value: 1 /h, source: the simulated scene}
    latency: {value: 0 ms, source: the simulated scene}
    """

  private static let camera = """
    version: 1
    kind: camera
    model: demo-mast
    description: Simulated camera on a mast
    field_of_view: {value: 60 deg, source: the simulated scene}
    range: {value: 45 m, source: the simulated scene}
    detection_probability: {value: 0.85, source: the simulated scene}
    clutter_per_frame: {value: 0.02, source: the simulated scene}
    latency: {value: 50 ms, source: the simulated scene}
    azimuth_sigma: {value: 0.3 deg, source: the simulated scene}
    elevation_sigma: {value: 0.3 deg, source: the simulated scene}
    modes:
      - {format: grey, width: 640, height: 360, rate: 10 /s, source: the simulated scene}
    """

  private static let drone = """
    version: 1
    kind: drone
    model: demo-copter
    description: Simulated multirotor with a tracking camera
    autopilot: PX4
    messages: [HEARTBEAT, GLOBAL_POSITION_INT, GPS_RAW_INT, ATTITUDE, CAMERA_TRACKING_GEO_STATUS]
    footprint_radius: {value: 35 m, source: the simulated scene}
    position_sigma: {value: 2.5 m, source: the simulated scene}
    detection_probability: {value: 0.7, source: the simulated scene}
    false_alarms: {value: 5 /h, source: the simulated scene}
    latency: {value: 100 ms, source: the simulated scene}
    """

  private static let beacon = """
    version: 1
    kind: beacon
    model: demo-beacon
    description: Simulated patrol beacon
    messages: [HEARTBEAT, GLOBAL_POSITION_INT]
    position_sigma: {value: 4 m, source: the simulated scene}
    detection_probability: {value: 0.9, source: the simulated scene}
    latency: {value: 100 ms, source: the simulated scene}
    """
}
