import Glibc
import Model

extension Scenario {
  /// The demonstration: a border line along y = 0 with a camera and motion sensors in the west, a
  /// camera alone in the east, motion sensors alone in the gap between, and beyond them a drone and
  /// a patrol of our own.
  ///
  /// One crossing for each combination of sensors, all between 8 and 11 s of the 24 s period, so
  /// that each can be decided within 20 s of the start. No actor is in a picture before 2.5 s: the
  /// cameras learn their background. Where the paths run:
  ///
  /// | actor | x at the line | seen by |
  /// |---|---|---|
  /// | walker-west | -40 | camera, infrared and seismic sensors |
  /// | vehicle-east | 42 | camera |
  /// | walker-gap | 0 | infrared sensor, beam, infrared sensor |
  /// | walker-far-east | 85 | the drone's camera |
  /// | drone-1 | 100, then 70 | its own telemetry |
  /// | patrol-1 | -90 | its own beacon |
  public static let borderDemo = Scenario(
    name: "border demo", periodSeconds: 24, seed: 0xB0DE,
    actors: [
      Actor(
        name: "walker-west", kind: .person,
        waypoints: [.init(2.5, east: -42, north: 12), .init(15, east: -38, north: -10)]),
      Actor(
        name: "vehicle-east", kind: .vehicle,
        waypoints: [.init(3.5, east: 60, north: 14), .init(11.2, east: 30, north: -10)]),
      Actor(
        name: "walker-gap", kind: .person,
        waypoints: [.init(3, east: 0.4, north: 12), .init(15, east: -0.4, north: -12)]),
      Actor(
        name: "walker-far-east", kind: .person,
        waypoints: [.init(2, east: 84.5, north: 15), .init(14, east: 85.5, north: -8)]),
      Actor(
        name: "drone-1", kind: .drone, waypoints: droneOrbit, alternates: false, systemID: 1),
      Actor(
        name: "patrol-1", kind: .person,
        waypoints: [
          .init(0, east: -90, north: -12), .init(3, east: -90, north: -12),
          .init(15, east: -91, north: 12), .init(24, east: -91, north: 12),
        ], systemID: 51),
    ], swayPixels: 2)

  /// A circle of 15 m about (85, 3.5), 50 m above the ground, clockwise, northernmost at 2 s: it
  /// keeps beside the walker it watches.
  private static let droneOrbit: [Actor.Waypoint] = (0...48).map { step in
    let seconds = Double(step) / 2
    let angle = 2 * Double.pi * (seconds - 2) / 24
    return .init(
      seconds, east: 85 + 15 * sin(angle), north: 3.5 + 15 * cos(angle), height: 50)
  }
}
