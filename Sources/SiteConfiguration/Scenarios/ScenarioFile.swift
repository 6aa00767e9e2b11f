/// A scenario file: who moves about a site, in what weather, and what fails.
///
/// It tells what may happen; a seed makes one of many scenes of it. All quantities are in metres,
/// seconds and radians; a range is drawn from evenly for each scene.
public struct ScenarioFile: Sendable, Equatable {
  /// Name of the scenario, of lower-case letters, digits and `-_.`.
  public var name: String
  /// What it shows, in words.
  public var summary: String
  /// The site file, relative to the scenario's file or absolute.
  public var site: String
  /// Seed that makes the scene when none is asked for.
  public var seed: UInt64
  /// How long a scene lasts, seconds, 10 ... 3,600.
  public var durationSeconds: Double
  /// Name of the exercise whose part it is. A capture of a scene always says that it is an exercise:
  /// by this name, or as `SIMULATION`.
  public var exercise: String?
  /// How light it is.
  public var light: Light
  /// The weather.
  public var weather: Weather
  /// Clumps of bushes and small trees, placed by chance; they hide what is behind them and sway.
  public var bushes: ClosedRange<Int>
  /// Standard deviation of the error with which each camera was mounted, radians, about the
  /// vertical; its tilt is a sixth of that.
  public var mountingSigma: Double
  /// Who moves.
  public var targets: [Target]
  /// Flights of the site's drones.
  public var flights: [Flight]
  /// What fails.
  public var faults: [Fault]

  /// How light it is.
  public enum Light: String, Sendable, CaseIterable {
    /// Full light.
    case day
    /// A camera for visible light sees two thirds as far.
    case dusk
    /// A camera for visible light sees a third as far; a thermal one as far as by day.
    case night
  }

  /// The weather, each from 0 (none) to 1 (as bad as it gets).
  public struct Weather: Sendable, Equatable {
    /// Gusts: bushes sway, masts shake, motion sensors fire.
    public var wind = 0.1
    /// Rain or snow: cameras see less and see drops, seismic sensors hear it.
    public var rain = 0.0
    /// Fog shortens a camera's range.
    public var fog = 0.0
    /// Warm ground takes contrast from infrared sensors.
    public var heat = 0.0

    /// Fair weather.
    public init() {}
  }

  /// Somebody or something that moves.
  public struct Target: Sendable, Equatable {
    /// What it is.
    public enum Kind: String, Sendable, CaseIterable {
      /// A person, or several who keep together.
      case person
      /// A car or truck, or several in a row.
      case vehicle
      /// An animal, or a pack.
      case animal
      /// A patrol of our own that carries the beacon `beacon`.
      case patrol
    }
    /// How a person moves.
    public enum Gait: String, Sendable, CaseIterable {
      /// Upright, 1.0 to 1.6 m/s.
      case walk
      /// 2.5 to 4 m/s.
      case run
      /// On all fours, half a metre high, 0.25 to 0.5 m/s.
      case crawl
    }
    /// What way it takes.
    public enum Way: String, Sendable, CaseIterable {
      /// Across the line.
      case cross
      /// Across the line and back after a while.
      case `return`
      /// Towards the line, to within 3 to 9 m, and back.
      case graze
      /// Beside the line at 4 to 15 m.
      case along
      /// To and fro about a place 6 to 20 m from the line.
      case loiter
      /// Through the points given.
      case points
    }
    /// Which way across, by the site's words for it.
    public enum Direction: String, Sendable, CaseIterable {
      /// The crossing that the site calls `in`.
      case `in`
      /// The crossing that the site calls `out`.
      case out
      /// Either, by chance.
      case any
    }

    /// Its name in the file, for `beside`.
    public var name: String
    /// What it is.
    public var kind: Kind
    /// How many of it there are, each on a way of its own.
    public var count: ClosedRange<Int> = 1...1
    /// How many keep together on one way.
    public var members: ClosedRange<Int> = 1...1
    /// Its way.
    public var way: Way = .cross
    /// The line or zone that `way` is about; the site's first when absent.
    public var line: String?
    /// Which way across.
    public var direction: Direction = .any
    /// Where along the line, as fractions of its length.
    public var between: ClosedRange<Double> = 0.1...0.9
    /// The points of a way `points`, metres east and north; at least 2.
    public var points: [SIMD2<Double>] = []
    /// When it sets out, seconds.
    public var start: ClosedRange<Double> = 5...30
    /// Metres per second; what is usual for kind and gait when absent.
    public var speed: ClosedRange<Double>?
    /// How a person moves.
    public var gait: Gait = .walk
    /// How often it stops on its way.
    public var pauses: ClosedRange<Int> = 0...0
    /// How long each time, seconds.
    public var pauseSeconds: ClosedRange<Double> = 5...20
    /// The beacon that a patrol carries: the name of a patrol of the site.
    public var beacon: String?
    /// Name of a target before it in the file whose way it takes too, beside it.
    public var beside: String?
    /// How far beside, metres; to the left when positive.
    public var apart: ClosedRange<Double> = 3...8
    /// How much later, seconds.
    public var behind: ClosedRange<Double> = 0...6

    /// A target with what is usual.
    public init(name: String, kind: Kind) {
      self.name = name
      self.kind = kind
    }
  }

  /// A flight of one of the site's drones, from the beginning to the end of the scene.
  public struct Flight: Sendable, Equatable {
    /// The drone's name in the site.
    public var drone: String
    /// The centre of its circle, metres east and north; absent: it follows `over`.
    public var centre: SIMD2<Double>?
    /// Name of the target that it follows.
    public var over: String?
    /// Radius of its circle, metres.
    public var radius: Double
    /// Height above the ground, metres.
    public var height: Double
    /// Metres per second.
    public var speed: Double
  }

  /// Something that fails for a while.
  public struct Fault: Sendable, Equatable {
    /// What fails.
    public enum Kind: String, Sendable, CaseIterable {
      /// Says nothing.
      case silent
      /// A motion sensor stays active; a camera shows the same picture.
      case stuck
      /// A motion sensor switches to and fro.
      case chatter
      /// A camera sees next to nothing, and says so in empty frames.
      case blind
      /// Each message comes later by an own time of 0 to `delay`.
      case late
      /// Now and then the link stops for up to `delay`; what it held back comes at once.
      case stall
      /// The sensor's clock is off by `offset` and runs wrong by `drift`.
      case clock
      /// The camera was knocked: it looks elsewhere by `turn`.
      case knock
    }
    /// Which sensors it can hit.
    public enum Reach: Sendable, Equatable {
      /// The sensors of these names.
      case named([String])
      /// A number of sensors of a kind, drawn for each scene.
      case some(SensorKind, ClosedRange<Int>)
    }
    /// A kind of sensor.
    public enum SensorKind: String, Sendable, CaseIterable {
      /// All on GPIO lines.
      case motion
      /// Passive infrared sensors.
      case pir
      /// Seismic sensors.
      case seismic
      /// Light beams.
      case beam
      /// Cameras.
      case camera
      /// Drones.
      case drone
      /// Beacons of patrols.
      case beacon
      /// All.
      case any
    }

    /// What fails.
    public var kind: Kind
    /// On which sensors.
    public var reach: Reach
    /// From when, seconds.
    public var from: ClosedRange<Double>
    /// For how long, seconds.
    public var seconds: ClosedRange<Double>
    /// Longest delay of `late` and `stall`, seconds, at most 5.
    public var delay: ClosedRange<Double>
    /// Error of the clock, seconds, of either sign.
    public var offset: ClosedRange<Double>
    /// Error of the clock's rate, seconds per second, of either sign.
    public var drift: ClosedRange<Double>
    /// By how much a camera is turned, radians, of either sign.
    public var turn: ClosedRange<Double>
  }
}
