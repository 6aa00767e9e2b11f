/// Where two runs part, and why, as far as what fusion took and the configurations tell it.
public struct FirstDifference: Sendable, Equatable, Encodable {
  /// What made the runs part.
  public enum Cause: String, Sendable, Encodable {
    /// Perception gave other observations, or one recording holds other samples.
    case observations
    /// Fusion took the same observations in another order.
    case order
    /// Fusion took the same, under another configuration.
    case configuration
    /// Fusion took the same under the same configuration: another build decided.
    case software
    /// Of one run only the events are known.
    case unknown
  }

  /// What made the runs part.
  public var cause: Cause
  /// Seconds from the first observation of A; `nil` when the cause is no observation.
  public var seconds: Double?
  /// The sensor whose observations part; `nil` when the cause is no observation.
  public var sensor: String?
  /// How many observations of A came before, all the same in B.
  public var sameBefore: Int
  /// The difference in words.
  public var text: String

  private enum CodingKeys: String, CodingKey {
    case cause, seconds, sensor, text
    case sameBefore = "same_before"
  }

  /// The first difference between `a` and `b`, whose configurations differ in `settings`.
  ///
  /// `nanos`: when the first event differs that differs, on the monotonic clock, if known.
  /// Observations that part later than that are not its reason.
  init(_ a: RunRecord, _ b: RunRecord, settings: [String], before nanos: Int64?) {
    sameBefore = 0
    guard let left = a.observations, let right = b.observations else {
      cause = .unknown
      text = "of one run only the events are known, not what fusion took" + Self.told(settings)
      return
    }
    if let parting = Parting.first(left, a.sensors, right, b.sensors),
      nanos.map({ parting.nanos <= $0 + Self.lateNanosMax }) ?? true
    {
      let start = left.first?.nanos ?? parting.nanos
      let seconds = Double(parting.nanos - start) / 1e9
      cause = .observations
      self.seconds = seconds
      sensor = parting.sensor
      sameBefore = left.count { $0.nanos < parting.nanos }
      let own = settings.filter { $0.hasPrefix("sensors.\(parting.sensor).") }
      text =
        "at second \(ScoreReport.number(seconds, 3)) fusion took of \(parting.sensor) "
        + "\(parting.a ?? "nothing") in A and \(parting.b ?? "nothing") in B; the "
        + "\(sameBefore) observations before are the same" + Self.told(own.isEmpty ? settings : own)
      return
    }
    sameBefore = left.count
    if !settings.isEmpty || a.configuration != b.configuration {
      cause = .configuration
      text = "fusion took the same up to there" + Self.told(settings)
    } else if !Self.isSameOrder(left, a.sensors, right, b.sensors, until: nanos) {
      cause = .order
      text = "fusion took the same observations in another order"
    } else {
      cause = .software
      text =
        "fusion took the same under the same configuration: another build decided "
        + "(\(a.software.isEmpty ? "not known" : a.software), "
        + "\(b.software.isEmpty ? "not known" : b.software))"
    }
  }

  /// How much later than an event an observation may be that changes it: fusion takes what is late by
  /// so much, nanoseconds.
  static let lateNanosMax: Int64 = 5_000_000_000
  /// As many differences of the configurations are told in a reason; all are in the comparison.
  private static let settingsToldMax = 4

  private static func told(_ settings: [String]) -> String {
    guard !settings.isEmpty else { return "" }
    let more = settings.count - settingsToldMax
    return "; the configurations differ in "
      + settings.prefix(settingsToldMax).joined(separator: ", ")
      + (more > 0 ? " and \(more) more" : "")
  }

  private static func isSameOrder(
    _ a: [RunRecord.Observation], _ namesA: [String], _ b: [RunRecord.Observation],
    _ namesB: [String], until nanos: Int64?
  ) -> Bool {
    let end = nanos.map { $0 + lateNanosMax } ?? .max
    let (left, right) = (a.filter { $0.nanos <= end }, b.filter { $0.nanos <= end })
    return left.count == right.count
      && zip(left, right).allSatisfy { mine, other in
        mine.nanos == other.nanos && mine.said == other.said && mine.digest == other.digest
          && namesA[mine.sensor] == namesB[other.sensor]
      }
  }
}

/// The first observation of one sensor that is not in both runs.
struct Parting: Equatable {
  var nanos: Int64
  var sensor: String
  var a: String?
  var b: String?

  /// Among all sensors the earliest; of equals the first by name.
  static func first(
    _ a: [RunRecord.Observation], _ namesA: [String], _ b: [RunRecord.Observation],
    _ namesB: [String]
  ) -> Parting? {
    let (left, right) = (bySensor(a, namesA), bySensor(b, namesB))
    var first: Parting?
    for sensor in Set(left.keys).union(right.keys).sorted() {
      guard let found = of(sensor, left[sensor] ?? [], right[sensor] ?? []) else { continue }
      if found.nanos < first?.nanos ?? .max { first = found }
    }
    return first
  }

  private static func bySensor(
    _ observations: [RunRecord.Observation], _ names: [String]
  ) -> [String: [RunRecord.Observation]] {
    Dictionary(grouping: observations) {
      $0.sensor < names.count ? names[$0.sensor] : "the post"
    }
  }

  private static func of(
    _ sensor: String, _ a: [RunRecord.Observation], _ b: [RunRecord.Observation]
  ) -> Parting? {
    var place = 0
    while place < a.count, place < b.count, a[place].isSame(as: b[place]) { place += 1 }
    let (mine, other) = (
      place < a.count ? a[place] : nil, place < b.count ? b[place] : nil
    )
    guard mine != nil || other != nil else { return nil }
    let nanos = min(mine?.nanos ?? .max, other?.nanos ?? .max)
    func word(_ observation: RunRecord.Observation?) -> String? {
      guard let observation, observation.nanos == nanos else { return nil }
      return observation.said.rawValue
    }
    let (left, right) = (word(mine), word(other))
    let isAlike = left != nil && left == right
    return Parting(
      nanos: nanos, sensor: sensor, a: left, b: isAlike ? "another \(right ?? "")" : right)
  }
}

extension RunRecord.Observation {
  /// Whether it is the same, whatever number its sensor has.
  func isSame(as other: RunRecord.Observation) -> Bool {
    nanos == other.nanos && said == other.said && digest == other.digest
  }
}
