import Glibc
import Model
import SiteConfiguration

extension Scene {
  /// Time between two waypoints of a script, seconds.
  private static let scriptStep = 0.5

  /// The scene's ways as a script for the sources of raw samples. With bushes, these are actors
  /// that sway in the gusts.
  func script(withBushes: Bool) -> Scenario {
    var actors = movers.map(actor)
    for flight in file.flights {
      if let drone = actor(flight) { actors.append(drone) }
    }
    if withBushes { actors += bushes.indices.map(bushActor) }
    return Scenario(
      name: file.name, periodSeconds: file.durationSeconds + 10, seed: seed, actors: actors,
      swayPixels: Int((4 * file.weather.wind).rounded()))
  }

  private func actor(_ mover: Mover) -> Actor {
    let kind: TargetClass =
      switch mover.kind {
      case .person, .patrol: .person
      case .vehicle: .vehicle
      case .animal: .animal
      }
    let steps = Int((mover.end - mover.start) / Self.scriptStep)
    let waypoints = (0...max(1, steps)).compactMap { step -> Actor.Waypoint? in
      let seconds = mover.start + min(Double(step) * Self.scriptStep, mover.end - mover.start)
      return mover.state(at: seconds).map {
        Actor.Waypoint(seconds, east: $0.place.x, north: $0.place.y)
      }
    }
    return Actor(
      name: mover.id, kind: kind, waypoints: Self.increasing(waypoints),
      heightMetres: mover.height, widthMetres: mover.width, alternates: false,
      systemID: mover.beacon.flatMap { site.sensors[$0].platform?.systemID })
  }

  private func actor(_ flight: ScenarioFile.Flight) -> Actor? {
    guard let platform = site.sensors.first(where: { $0.name == flight.drone })?.platform else {
      return nil
    }
    let followed = file.targets.firstIndex { $0.name == flight.over }
    var centre = flight.centre ?? .zero
    let waypoints = (0...Int(file.durationSeconds / Self.scriptStep)).map { step in
      let seconds = Double(step) * Self.scriptStep
      let places = movers.filter { $0.target == followed }.compactMap {
        $0.state(at: seconds)?.place
      }
      if !places.isEmpty { centre = places.reduce(SIMD2.zero, +) / Double(places.count) }
      let angle = flight.speed / flight.radius * seconds
      return Actor.Waypoint(
        seconds, east: centre.x + flight.radius * cos(angle),
        north: centre.y + flight.radius * sin(angle), height: flight.height)
    }
    return Actor(
      name: flight.drone, kind: .drone, waypoints: waypoints, alternates: false,
      systemID: platform.systemID)
  }

  private func bushActor(_ number: Int) -> Actor {
    let bush = bushes[number]
    let waypoints = (0...Int(file.durationSeconds / Self.scriptStep)).map { step in
      let seconds = Double(step) * Self.scriptStep
      let gust = gust(at: seconds)
      let lean = gust > bush.threshold ? 0.3 * bush.radius * gust * sin(2.5 * seconds) : 0
      return Actor.Waypoint(seconds, east: bush.place.x + lean, north: bush.place.y)
    }
    return Actor(
      name: "bush-\(number + 1)", kind: .unknown, waypoints: waypoints, heightMetres: bush.height,
      widthMetres: 2 * bush.radius, alternates: false)
  }

  private static func increasing(_ waypoints: [Actor.Waypoint]) -> [Actor.Waypoint] {
    var kept: [Actor.Waypoint] = []
    for waypoint in waypoints where waypoint.seconds > kept.last?.seconds ?? -1 {
      kept.append(waypoint)
    }
    return kept
  }
}
