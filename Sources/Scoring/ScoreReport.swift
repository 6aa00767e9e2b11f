import FoundationEssentials

/// Scores of all cases in a folder, by kind of scene and together.
public struct ScoreReport: Sendable {
  /// The cases of one kind, in the order of their names.
  public struct Kind: Sendable {
    /// What stands before `-s<seed>` in the names of its cases.
    public var name: String
    /// The scores of its cases.
    public var scores: [CaseScore]
    /// Their figures together.
    public var figures: ScoreFigures
  }

  /// The kinds in the order of their first case.
  public let kinds: [Kind]
  /// The figures of all cases together, with the interval of F1.
  public let pooled: ScoreFigures
  /// Names of cases without an answer, which are scored as silent.
  public let silent: [String]

  /// Scores every case (folder with `truth.jsonl`) in `cases` whose name contains `only` by the
  /// folder of the same name in `out`.
  ///
  /// - Throws: when there is no case, or a file cannot be understood.
  public init(cases: String, out: String, only: String = "") throws(ScoringError) {
    let files = FileManager.default
    let names = ((try? files.contentsOfDirectory(atPath: cases)) ?? []).sorted().filter { name in
      (only.isEmpty || !name.ranges(of: only).isEmpty)
        && files.fileExists(atPath: "\(cases)/\(name)/truth.jsonl")
    }
    guard !names.isEmpty else {
      throw ScoringError(
        isMissing: true, subject: cases,
        underlying: "no case in it; expected folders with site.json and truth.jsonl")
    }
    var order: [String] = []
    var byKind: [String: [CaseScore]] = [:]
    for name in names {
      let kind = Self.kind(of: name)
      if byKind[kind] == nil { order.append(kind) }
      byKind[kind, default: []].append(
        try CaseScore(case: "\(cases)/\(name)", out: "\(out)/\(name)"))
    }
    silent = names.filter { !files.fileExists(atPath: "\(out)/\($0)") }
    kinds = order.map { name in
      let scores = byKind[name] ?? []
      return Kind(name: name, scores: scores, figures: ScoreFigures(scores))
    }
    let all = kinds.flatMap(\.scores)
    var pooled = ScoreFigures(all)
    pooled.f1Interval = Bootstrap.interval(of: all) { Self.f1($0) }
    self.pooled = pooled
  }

  /// `weather` of `weather-s12`.
  static func kind(of name: String) -> String {
    name.ranges(of: "-s").last.map { String(name[..<$0.lowerBound]) } ?? name
  }

  private static func f1(_ scores: [CaseScore]) -> Double {
    let hits = scores.reduce(0) { $0 + $1.crossings.hits }
    let wrong = scores.reduce(0) { $0 + $1.crossings.falseAlarms + $1.crossings.misses }
    return Double(2 * hits) / Double(max(1, 2 * hits + wrong))
  }

  /// Means over kinds; kinds called `empty_weather` are left out, as nothing crosses there.
  public var macro: [String: Double] {
    let counted = kinds.filter { $0.name != "empty_weather" }.map(\.figures)
    guard !counted.isEmpty else { return [:] }
    func mean(_ part: (ScoreFigures) -> Double) -> Double {
      counted.reduce(0) { $0 + part($1) } / Double(counted.count)
    }
    return [
      "f1": mean(\.f1), "recall": mean(\.recall), "precision": mean(\.precision),
      "incident_recall": mean(\.incidentRecall), "gospa": mean(\.gospa),
      "dir_acc": mean(\.directionAccuracy),
    ]
  }

  /// All figures as JSON: by kind, `ALL` and `MACRO`.
  public func json() throws -> String {
    struct Whole: Encodable {
      var report: ScoreReport
      struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
      }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for kind in report.kinds { try container.encode(kind.figures, forKey: Key(kind.name)) }
        try container.encode(report.pooled, forKey: Key("ALL"))
        try container.encode(report.macro, forKey: Key("MACRO"))
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(Whole(report: self)), as: UTF8.self)
  }
}
