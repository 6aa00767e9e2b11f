/// Which columns of an occupancy table hold what.
///
/// Written as `time=Date+Time,pir-west=S6_PIR`: `time` is one column or a date and a time of day joined by
/// `+`; either `sensor` and `state` (a row is one sensor's state), or names of motion sensors, each with a
/// column of its own (a row is the state of all). A column is its heading, or its number from 1 on.
public struct OccupancyColumns: Sendable, Equatable {
  /// The column of the time, or those of the date and of the time of day.
  var time: [String] = []
  /// The column with sensors' names.
  var sensor: String?
  /// The column with their states.
  var state: String?
  /// Columns that hold one sensor's state, by the sensor's name.
  var states: [(sensor: String, column: String)] = []

  /// What the headings say by themselves.
  public init() {}

  /// Reads what a person wrote.
  ///
  /// - Throws: when it is not as the type's description says.
  public init(_ text: String) throws(CaptureError) {
    for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, !parts[1].isEmpty else {
        throw Self.wrong(text, "\"\(entry)\" is not NAME=COLUMN")
      }
      switch parts[0] {
      case "time": time = parts[1].split(separator: "+").map(String.init)
      case "sensor": sensor = parts[1]
      case "state": state = parts[1]
      default: states.append((parts[0], parts[1]))
      }
    }
    guard time.count <= 2 else {
      throw Self.wrong(text, "a time has at most two columns: date+time")
    }
    guard (sensor == nil) == (state == nil), sensor == nil || states.isEmpty else {
      throw Self.wrong(
        text, "either sensor and state are given, or columns of single sensors, not both")
    }
  }

  /// Whether both say the same.
  public static func == (a: OccupancyColumns, b: OccupancyColumns) -> Bool {
    a.time == b.time && a.sensor == b.sensor && a.state == b.state
      && a.states.map(\.sensor) == b.states.map(\.sensor)
      && a.states.map(\.column) == b.states.map(\.column)
  }

  private static func wrong(_ text: String, _ reason: String) -> CaptureError {
    CaptureError(
      .badInput, operation: "read columns", subject: text,
      reason: reason
        + "; e.g. time=Date+Time,pir-west=S6_PIR or time=When,sensor=Device,state=Value")
  }
}
