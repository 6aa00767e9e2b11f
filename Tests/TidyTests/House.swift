/// The house as the architecture describes it: which target stands on which floor, what is hot, what
/// is pure, and the few exceptions.
enum House {
  /// Floor of every target; a target imports only targets on lower floors. C modules are floor 0.
  static let floors: [String: Int] = [
    "Digests": 0,
    "Rings": 1, "Geodesy": 1, "Model": 1, "MAVLink": 1,
    "Vision": 2, "SiteConfiguration": 2, "Captures": 2,
    "Devices": 3, "Simulation": 3, "Perception": 3, "Calibration": 3, "Fusion": 3, "Ledger": 3,
    "Streaming": 3,
    "Scoring": 4, "Sharing": 4, "Publishing": 4, "Receiving": 4, "Console": 4,
    "Station": 5,
    "vedetted": 6, "vedette": 6,
  ]

  /// Targets and folders between the raw sample and the event's way to the ledger: no lock, no
  /// existential, no output.
  static let hot = [
    "Sources/Digests/", "Sources/Rings/", "Sources/Geodesy/", "Sources/Model/", "Sources/MAVLink/",
    "Sources/Vision/", "Sources/Perception/", "Sources/Fusion/", "Sources/Devices/",
    "Sources/Station/Pipeline/",
  ]

  /// Parts of those that run before the start, or in a tool: not hot.
  static let cold = ["Sources/Fusion/Cases/"]

  static func isHot(_ file: SourceText) -> Bool {
    hot.contains { file.path.hasPrefix($0) } && !cold.contains { file.path.hasPrefix($0) }
  }

  /// Targets that are pure functions of their input: no clock, no chance.
  static let pure: Set = [
    "Digests", "Geodesy", "Model", "MAVLink", "Vision", "Perception", "Fusion",
  ]

  /// C modules whose functions stand in inlined code of their target, which takes a public import:
  /// the ring's producer fetches ahead.
  static let inlined = ["CEventFD": "Rings"]

  /// Targets whose results must not depend on the order of a hash table, which differs from run to
  /// run.
  static let ordered: Set = ["Vision", "Perception", "Fusion"]

  /// What need not follow a rule, and why. One that excuses nothing fails the tests.
  static let exceptions = [
    Exception(
      .noLock, "Sources/Rings/Handover.swift",
      because: "moves a ring's end to its thread once, before the thread starts"),
    Exception(
      .noLock, "Sources/Station/Pipeline/LedgerLane.swift",
      because: "the desk takes the post's own events and new texts, a few an hour, in the ledger's "
        + "thread after the durable boundary"),
    Exception(
      .noClock, "Sources/Fusion/Cases/CaseRunner.swift",
      because: "measures its own computing time, which is reported and never fed back"),
  ]
}
