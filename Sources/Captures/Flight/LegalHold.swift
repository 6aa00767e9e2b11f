public import Model

/// Evidence that must stay: who asked for it, and until when.
public struct LegalHold: Sendable, Equatable {
  /// Name of its file in a capture's folder.
  static let fileName = "hold.json"
  private static let bytesMax = 4_096

  /// The person or office that answers for it.
  public var owner: String
  /// The last day, UTC, as `2027-03-01`.
  public var until: String
  /// Why, in words; may be empty.
  public var reason: String

  /// A hold of `owner` up to and with the day `until`.
  ///
  /// - Throws: when there is no owner, or `until` is no day of the calendar.
  public init(owner: String, until: String, reason: String = "") throws(CaptureError) {
    guard !owner.isEmpty, owner.utf8.count <= 256, reason.utf8.count <= 1_024 else {
      throw CaptureError(
        .badInput, operation: "hold", subject: owner,
        reason: "a hold names its owner, at most 256 bytes, and a reason of at most 1,024")
    }
    guard CivilDate(until.utf8) != nil else {
      throw CaptureError(
        .badInput, operation: "hold", subject: until,
        reason: "the last day is a date such as 2027-03-01")
    }
    self.owner = owner
    self.until = until
    self.reason = reason
  }

  /// Whether it holds at `now`.
  public func isInForce(at now: WallTime) -> Bool {
    guard let last = CivilDate(until.utf8) else { return true }
    // In days: a hold may end after the last nanosecond that can be told.
    return now.daysSince1970 <= last.daysSince1970
  }

  /// What a capture's folder says: no hold, one, or a file that cannot be read, which holds for ever.
  enum Finding: Equatable {
    case none
    case hold(LegalHold)
    case unreadable
  }

  static func find(in folder: String) -> Finding {
    let path = "\(folder)/\(fileName)"
    guard CaptureFolder.exists(path) else { return .none }
    guard let bytes = CaptureFolder.read(path, most: bytesMax), let hold = LegalHold(json: bytes)
    else { return .unreadable }
    return .hold(hold)
  }

  /// The hold on what lies in `folder`; `nil` when there is none, or its file cannot be read, which
  /// then holds for ever.
  public static func found(in folder: String) -> LegalHold? {
    guard case .hold(let hold) = find(in: folder) else { return nil }
    return hold
  }

  /// Puts it on what lies in `folder`.
  public func put(in folder: String) throws(CaptureError) {
    let path = "\(folder)/\(Self.fileName)"
    var file = try OutputFile(path: path + ".new", replacesExisting: true)
    unsafe try file.write(json.span.bytes)
    try file.synchronise()
    try CaptureFolder.move(path + ".new", to: path)
  }

  private init?(json: [UInt8]) {
    var fields = JSONFields()
    var values: [String: String] = [:]
    let bytes = unsafe json.span.bytes
    while let (key, value) = fields.next(bytes) {
      guard case .string(let text) = value else { continue }
      values[bytes.jsonString(key)] = bytes.jsonString(text)
    }
    guard !fields.isBroken, let owner = values["owner"], let until = values["until"],
      let hold = try? LegalHold(owner: owner, until: until, reason: values["reason"] ?? "")
    else { return nil }
    self = hold
  }

  /// Its file's content.
  var json: [UInt8] {
    var text = ByteBuffer(capacity: 256)
    text.append("{\"owner\":")
    text.appendJSON(owner)
    text.append(",\"until\":")
    text.appendJSON(until)
    text.append(",\"reason\":")
    text.appendJSON(reason)
    text.append("}\n")
    return text.withBytes { $0.array }
  }
}
