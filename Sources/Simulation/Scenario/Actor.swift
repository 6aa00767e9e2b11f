public import Model

/// Somebody or something that moves through a scenario.
public struct Actor: Sendable, Equatable {
  /// A place and the time at which the actor is there.
  public struct Waypoint: Sendable, Equatable, BitwiseCopyable {
    /// Seconds since the beginning of the period.
    public var seconds: Double
    /// Metres east, north, and above the ground.
    public var place: SIMD3<Double>

    /// A place `height` metres above the ground; 0 for what walks or drives.
    public init(_ seconds: Double, east: Double, north: Double, height: Double = 0) {
      self.seconds = seconds
      self.place = SIMD3(east, north, height)
    }
  }

  /// Where an actor is and how it moves.
  public struct State: Sendable, Equatable, BitwiseCopyable {
    /// Metres east, north, and above the ground.
    public var place: SIMD3<Double>
    /// Metres per second east, north, up.
    public var velocity: SIMD3<Double>

    /// Metres east and north.
    public var ground: SIMD2<Double> { SIMD2(place.x, place.y) }
    /// Speed over ground, metres per second.
    public var speed: Double {
      (velocity.x * velocity.x + velocity.y * velocity.y).squareRoot()
    }
  }

  /// Name in the ground truth.
  public var name: String
  /// What it is.
  public var kind: TargetClass
  /// The way, in order of time and within the period: straight and at constant speed from one to
  /// the next. Before the first and after the last the actor is not there.
  public var waypoints: [Waypoint]
  /// Height of its body, metres.
  public var heightMetres: Double
  /// Width of its body as seen, metres.
  public var widthMetres: Double
  /// Whether it goes the same way backwards in every second period.
  public var alternates: Bool
  /// MAVLink system id of a drone or beacon of our own, 1 ... 255; `nil` for everybody else.
  public var systemID: UInt8?

  /// Whether it is one of our own.
  public var isOwn: Bool { systemID != nil }

  /// An actor; the size is what is usual for `kind` if not given.
  public init(
    name: String, kind: TargetClass, waypoints: [Waypoint], heightMetres: Double? = nil,
    widthMetres: Double? = nil, alternates: Bool = true, systemID: UInt8? = nil
  ) {
    precondition(
      zip(waypoints, waypoints.dropFirst()).allSatisfy { $0.seconds < $1.seconds },
      "waypoints must be in order of time")
    let usual = Self.usualSize(of: kind)
    self.name = name
    self.kind = kind
    self.waypoints = waypoints
    self.heightMetres = heightMetres ?? usual.height
    self.widthMetres = widthMetres ?? usual.width
    self.alternates = alternates
    self.systemID = systemID
  }

  private static func usualSize(of kind: TargetClass) -> (height: Double, width: Double) {
    switch kind {
    case .person, .unknown: (1.75, 0.6)
    case .group: (1.75, 2.5)
    case .vehicle: (1.6, 4)
    case .animal: (0.8, 1.2)
    case .drone: (0.3, 0.8)
    case .aircraft: (2.5, 9)
    }
  }

  /// Where it is `seconds` after the beginning of a period; `nil` while it is not there.
  ///
  /// Backwards, it starts at the last place at the time of the first waypoint.
  func state(at seconds: Double, isReversed: Bool) -> State? {
    guard let first = waypoints.first, let last = waypoints.last, seconds >= first.seconds,
      seconds <= last.seconds, waypoints.count > 1
    else { return nil }
    let moment = isReversed ? first.seconds + last.seconds - seconds : seconds
    var next = 1
    while next < waypoints.count - 1 && waypoints[next].seconds <= moment { next += 1 }
    let from = waypoints[next - 1]
    let velocity =
      (waypoints[next].place - from.place) / (waypoints[next].seconds - from.seconds)
    return State(
      place: from.place + velocity * (moment - from.seconds),
      velocity: isReversed ? -velocity : velocity)
  }
}
