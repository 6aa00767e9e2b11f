import FoundationEssentials

/// Why a case, an answer or a run could not be used.
public struct ScoringError: Error, Sendable, CustomStringConvertible {
  /// Whether something is missing, rather than wrong.
  public var isMissing: Bool
  /// The file, with the line where there is one.
  public var subject: String
  /// What was found and what was expected.
  public var underlying: String

  /// The subject and what was found.
  public var description: String { "cannot use \(subject): \(underlying)" }
}

/// The files of an observation case and of an answer, as they stand.
struct CaseData {
  struct SiteFile: Decodable {
    struct Scenario: Decodable {
      var t0: Int64
      var durationS: Double

      private enum CodingKeys: String, CodingKey {
        case t0
        case durationS = "duration_s"
      }
    }
    var scenario: Scenario
  }

  struct Truth: Decodable {
    struct Target: Decodable {
      var id: String
      var x: Double
      var y: Double
      var obs: Bool
    }
    var t: Int64
    var g: [Target]
  }

  struct Crossing: Decodable {
    var t: Int64
    var target: String
    var cls: String
    var line: String
    var dir: String
    var x: Double
    var y: Double
    var obs: Bool?

    var isObservable: Bool { obs ?? true }
    var isThreat: Bool { cls == "person" || cls == "vehicle" }
  }

  struct Tracks: Decodable {
    struct Track: Decodable {
      var id: Name
      var x: Double
      var y: Double
      var vx: Double?
      var vy: Double?
    }
    var t: Int64
    var tracks: [Track]
  }

  struct Event: Decodable {
    var t: Int64
    var emitted: Int64?
    var line: String
    var x: Double
    var y: Double
    var dir: String?
    var `class`: String
    var confidence: Double?
    var sensors: [String]?

    private enum CodingKeys: String, CodingKey {
      case t, line, x, y, dir, `class`, confidence, sensors
      case emitted = "t_emit"
    }

    var isAlarm: Bool { `class` == "person" || `class` == "vehicle" || `class` == "unknown" }
  }

  struct Runtime: Decodable {
    var cpuSeconds: Double
    var detections: Double

    private enum CodingKeys: String, CodingKey {
      case cpuSeconds = "cpu_s"
      case detections
    }
  }

  /// A name that may be written as a number.
  struct Name: Decodable, Hashable {
    var text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int64.self) {
        text = "\(number)"
      } else {
        text = try container.decode(String.self)
      }
    }
  }

  var start: Int64
  var duration: Double
  var truth: [Truth]
  var crossings: [Crossing]
  var tracks: [Tracks]
  var events: [Event]
  var runtime: Runtime?
  /// Seconds at which each sensor said something of a target, by sensor and target.
  var sightings: [String: [String: [Double]]] = [:]

  /// The case in folder `case` and the answer in folder `out`; an answer's file that is absent says
  /// nothing.
  init(case folder: String, out: String) throws(ScoringError) {
    let scenario = try Self.value(SiteFile.self, at: folder + "/site.json").scenario
    start = scenario.t0
    duration = scenario.durationS
    truth = try Self.rows(Truth.self, at: folder + "/truth.jsonl")
    crossings = try Self.rows(Crossing.self, at: folder + "/truth_events.jsonl")
    tracks = try Self.rows(Tracks.self, at: out + "/tracks.jsonl", isOptional: true)
    events = try Self.rows(Event.self, at: out + "/events.jsonl", isOptional: true)
    if FileManager.default.fileExists(atPath: out + "/runtime.json") {
      runtime = try Self.value(Runtime.self, at: out + "/runtime.json")
    }
    if events.contains(where: { $0.sensors?.isEmpty == false }) {
      try readSightings(of: folder)
    }
  }

  /// Seconds from the beginning.
  func seconds(_ moment: Int64) -> Double { Double(moment - start) / 1e9 }

  private struct Stamp: Decodable {
    var t: Int64
    var s: String
  }

  private mutating func readSightings(of folder: String) throws(ScoringError) {
    let origins = try Self.lines(at: folder + "/origin.jsonl", isOptional: true)
    guard !origins.isEmpty else { return }
    let messages = try Self.lines(at: folder + "/sensors.jsonl")
    let decoder = JSONDecoder()
    for (index, (message, origin)) in zip(messages, origins).enumerated() {
      let names = Self.quoted(origin)
      guard names.contains(where: { $0.hasPrefix("g") }) else { continue }
      do {
        let stamp = try decoder.decode(Stamp.self, from: message)
        for name in names {
          sightings[stamp.s, default: [:]][name, default: []].append(seconds(stamp.t))
        }
      } catch {
        throw ScoringError(
          isMissing: false, subject: "\(folder)/sensors.jsonl, line \(index + 1)",
          underlying: "\(error)")
      }
    }
  }

  /// The texts in quotes of a line.
  private static func quoted(_ line: Data) -> [String] {
    let parts = line.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
    return parts.indices.filter { $0 % 2 == 1 }.map { String(decoding: parts[$0], as: UTF8.self) }
  }

  private static func lines(at path: String, isOptional: Bool = false) throws(ScoringError)
    -> [Data]
  {
    guard FileManager.default.fileExists(atPath: path) else {
      if isOptional { return [] }
      throw ScoringError(isMissing: true, subject: path, underlying: "no file at this path")
    }
    do {
      return try Data(contentsOf: URL(filePath: path)).split(separator: UInt8(ascii: "\n"))
    } catch {
      throw ScoringError(isMissing: false, subject: path, underlying: "\(error)")
    }
  }

  private static func rows<Row: Decodable>(
    _ type: Row.Type, at path: String, isOptional: Bool = false
  ) throws(ScoringError) -> [Row] {
    let decoder = JSONDecoder()
    var rows: [Row] = []
    for (index, line) in try lines(at: path, isOptional: isOptional).enumerated() {
      do {
        rows.append(try decoder.decode(type, from: line))
      } catch {
        throw ScoringError(
          isMissing: false, subject: "\(path), line \(index + 1)", underlying: "\(error)")
      }
    }
    return rows
  }

  private static func value<Value: Decodable>(
    _ type: Value.Type, at path: String
  ) throws(ScoringError) -> Value {
    guard FileManager.default.fileExists(atPath: path) else {
      throw ScoringError(isMissing: true, subject: path, underlying: "no file at this path")
    }
    do {
      return try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: path)))
    } catch {
      throw ScoringError(isMissing: false, subject: path, underlying: "\(error)")
    }
  }
}
