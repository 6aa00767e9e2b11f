import Glibc
public import Model

/// The captures that the flight recorder keeps: one folder each, with the capture, its pictures and,
/// as long as it is evidence, a legal hold.
///
///     20260301T021000Z-1f0c4a5b/20260301T021000Z-1f0c4a5b.mcap
///                               <event id>-<camera>.jpg
///                               hold.json
///
/// Bounded by age and by bytes; the oldest go first, those under a legal hold never. Where changes of
/// health alone take more than a quarter of the room they go before those of crossings, so that a device
/// that comes and goes costs no evidence. One thread at a time; a person may put a hold into a folder at
/// any time.
public struct CaptureVault: Sendable {
  /// How much is kept.
  public struct Budget: Sendable, Equatable {
    /// How long a capture is kept, nanoseconds.
    public var ageNanosMax: Int64
    /// The most bytes all of them take.
    public var bytesMax: Int64

    /// A budget.
    public init(ageNanosMax: Int64, bytesMax: Int64) {
      self.ageNanosMax = ageNanosMax
      self.bytesMax = bytesMax
    }
  }

  /// One kept capture.
  public struct Entry: Sendable, Equatable {
    /// Name of its folder: its time, UTC, and what it was kept for.
    public var name: String
    /// Bytes of all its files.
    public var bytes: Int64
    /// Since when it is kept, as names have it: its time, or when that was corrected.
    var since: String
    /// Its hold, if it has one that can be read.
    public var hold: LegalHold?
    /// Whether it must stay: a hold in force, or a hold file that cannot be read.
    public var isHeld: Bool

    /// Whether nothing but changes of health is in it.
    var isOfHealth: Bool { name.contains("Z-\(healthPrefix)") }
  }

  /// What became of a stretch.
  public enum Outcome: Sendable, Equatable {
    /// It is kept under this name, with so many pictures.
    case kept(name: String, pictures: Int)
    /// What is under legal hold leaves no room for it.
    case refused
  }

  /// Turns a recorded frame into a picture and lends it; false when it holds none.
  public typealias Render = (FrameHeader, RawSpan, (RawSpan) -> Void) -> Bool

  /// A frame is taken for an observation's picture when the observation's own is not there and it is
  /// at most so much older, nanoseconds.
  private static let pictureAgeNanosMax: Int64 = 1_000_000_000

  /// The folder of all.
  public let folder: String
  let budget: Budget

  /// The captures in `folder`, which is made when it is not there; what an earlier run had not
  /// finished is removed.
  public init(folder: String, budget: Budget) throws(CaptureError) {
    try CaptureFolder.make(folder)
    self.folder = folder
    self.budget = budget
    for name in CaptureFolder.names(in: folder, hidden: true) {
      CaptureFolder.remove("\(folder)/\(name)")
    }
  }

  /// Keeps what the segments hold of a stretch, with the pictures of its triggers.
  ///
  /// `start` is the stretch's beginning in UTC, which names it. Older captures go when there is no
  /// room; names of those are given to `onEviction`.
  public func keep(
    _ window: FlightWindow, of segments: [SegmentRing.Segment], start: WallTime, now: WallTime,
    render: Render, onEviction: (Entry) -> Void
  ) throws(CaptureError) -> Outcome {
    guard !segments.isEmpty else {
      throw CaptureError(
        .inputOutput, operation: "keep", subject: folder,
        reason: "nothing was recorded of the time around \(window.triggers[0].name)")
    }
    return try keep(
      window, of: segments.map(\.path), start: start, now: now, render: render,
      onEviction: onEviction)
  }

  /// Keeps what captures of one run hold of a stretch.
  func keep(
    _ window: FlightWindow, of inputs: [String], start: WallTime, now: WallTime, render: Render,
    onEviction: (Entry) -> Void
  ) throws(CaptureError) -> Outcome {
    let name = freeName(for: window, start: start)
    let draft = "\(folder)/.\(name)"
    try CaptureFolder.make(draft)
    do {
      let capture = "\(draft)/\(name).mcap"
      var copy = CaptureCopy()
      copy.span = window.start...window.end
      copy.reason = window.triggers.map(\.name).prefix(8).joined(separator: ", ")
      _ = try copy.run(from: inputs, to: capture)
      let pictures = try takePictures(of: window, from: capture, into: draft, render)
      guard makeRoom(for: CaptureFolder.allBytes(in: draft), now: now, onEviction) else {
        CaptureFolder.remove(draft)
        return .refused
      }
      try CaptureFolder.move(draft, to: "\(folder)/\(name)")
      return .kept(name: name, pictures: pictures)
    } catch {
      CaptureFolder.remove(draft)
      throw error
    }
  }

  /// All kept captures, oldest first.
  public func entries(now: WallTime) -> [Entry] { Self.found(in: folder, now: now) }

  /// All kept captures in the folder of a vault that another process may be using.
  public static func entries(of folder: String, now: WallTime) throws(CaptureError) -> [Entry] {
    guard CaptureFolder.isFolder(folder) else {
      throw CaptureError(
        .inputOutput, operation: "list", subject: folder,
        reason: "there is no such folder; the site file may have no storage.recorder")
    }
    return found(in: folder, now: now)
  }

  private static func found(in folder: String, now: WallTime) -> [Entry] {
    CaptureFolder.names(in: folder).compactMap { name in
      let path = "\(folder)/\(name)"
      guard !ringNames.contains(name), !name.hasPrefix(CrashedRings.prefix),
        CaptureFolder.isFolder(path)
      else { return nil }
      let renewed = CaptureFolder.read("\(path)/\(renewedName)", most: 64)
      var entry = Entry(
        name: name, bytes: CaptureFolder.allBytes(in: path),
        since: max(name, renewed.map { String(decoding: $0, as: UTF8.self) } ?? ""),
        hold: nil, isHeld: false)
      switch LegalHold.find(in: path) {
      case .none: break
      case .unreadable: entry.isHeld = true
      case .hold(let hold):
        entry.hold = hold
        entry.isHeld = hold.isInForce(at: now)
      }
      return entry
    }
  }

  /// Lets go what is too old; names of those are given to `onEviction`.
  public func letGo(now: WallTime, onEviction: (Entry) -> Void) {
    _ = makeRoom(for: 0, now: now, onEviction)
  }

  /// Lets the age of a capture count from `now` on: its name is by a clock that was wrong.
  public func renew(_ name: String, at now: WallTime) {
    guard
      var file = try? OutputFile(
        path: "\(folder)/\(name)/\(Self.renewedName)", replacesExisting: true)
    else { return }
    try? file.write(unsafe Array(Self.stamp(of: now).utf8).span.bytes)
  }

  private static let renewedName = "renewed"

  /// How triggers begin that are changes of health.
  public static let healthPrefix = "health-"

  /// Names of the folders in it that are rings': of one pipeline, and of the one after it, which begins
  /// while captures are still made of the first.
  public static let ringNames = ["ring", "ring-2"]

  // MARK: - Room

  /// Whether there is room for `bytes` more once the oldest have gone.
  private func makeRoom(for bytes: Int64, now: WallTime, _ onEviction: (Entry) -> Void) -> Bool {
    let all = entries(now: now)
    var total = all.reduce(bytes) { $0 + $1.bytes }
    let held = all.reduce(bytes) { $0 + ($1.isHeld ? $1.bytes : 0) }
    let oldest = WallTime(unixNanos: now.unixNanos - budget.ageNanosMax)
    let isRoom = bytes == 0 || held <= budget.bytesMax
    // What finds no room anyway takes nobody else's.
    if !isRoom { total -= bytes }
    var rest: [Entry] = []
    func remove(_ entry: Entry) {
      CaptureFolder.remove("\(folder)/\(entry.name)")
      total -= entry.bytes
      onEviction(entry)
    }
    for entry in all where !entry.isHeld {
      if entry.since < Self.stamp(of: oldest) { remove(entry) } else { rest.append(entry) }
    }
    var health = rest.reduce(0) { $0 + ($1.isOfHealth ? $1.bytes : 0) }
    for entry in rest where entry.isOfHealth {
      guard total > budget.bytesMax, health > budget.bytesMax / 4 else { break }
      remove(entry)
      health -= entry.bytes
      rest.removeAll { $0.name == entry.name }
    }
    for entry in rest {
      guard total > budget.bytesMax else { break }
      remove(entry)
    }
    return isRoom
  }

  // MARK: - Names

  private func freeName(for window: FlightWindow, start: WallTime) -> String {
    // One that holds a crossing is named by that.
    let names = window.triggers.map(\.name)
    let trigger = names.first { !$0.hasPrefix(Self.healthPrefix) } ?? names[0]
    let isHealth = trigger.hasPrefix(Self.healthPrefix)
    let short = Self.safe(isHealth ? String(trigger.prefix(40)) : String(trigger.prefix(8)))
    let name = "\(Self.stamp(of: start))-\(short)"
    guard CaptureFolder.exists("\(folder)/\(name)") else { return name }
    return (2...10_000).lazy.map { "\(name)-\($0)" }
      .first { !CaptureFolder.exists("\(folder)/\($0)") } ?? name
  }

  /// A moment as names have it: it sorts as time does.
  static func stamp(of time: WallTime) -> String {
    let text = time.utcText
    return text.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
  }

  /// A name with nothing in it that a shell or a file system takes amiss.
  static func safe(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" })
  }

  // MARK: - Pictures

  /// Writes a picture for each that a trigger names; how many there were.
  private func takePictures(
    of window: FlightWindow, from capture: String, into draft: String, _ render: Render
  ) throws(CaptureError) -> Int {
    var count = 0
    for trigger in window.triggers {
      for picture in trigger.pictures {
        let path = "\(draft)/\(Self.safe(trigger.name))-\(Self.safe(picture.camera)).jpg"
        if try Self.take(picture, from: capture, to: path, render) { count += 1 }
      }
    }
    return count
  }

  private static func take(
    _ picture: FlightTrigger.Picture, from capture: String, to path: String, _ render: Render
  ) throws(CaptureError) -> Bool {
    var reader = try CaptureReader(path: capture)
    guard let sensor = reader.sensors.firstIndex(of: picture.camera) else { return false }
    let earliest = picture.time.advanced(byNanos: -pictureAgeNanosMax)
    try reader.restrict(to: earliest...picture.time)
    var newest: [UInt8] = []
    while let item = try reader.next() {
      guard case .frame(let header, _) = item, header.sensor.index == sensor else { continue }
      _ = reader.withPayload { bytes in
        render(header, bytes) { newest = $0.array }
      }
    }
    guard !newest.isEmpty else { return false }
    var file = try OutputFile(path: path, replacesExisting: true)
    unsafe try file.write(newest.span.bytes)
    return true
  }
}

// MARK: - Holds

extension CaptureVault {
  /// Puts a kept capture under a legal hold: `capture` is its file or folder.
  public static func put(_ hold: LegalHold, on capture: String) throws(CaptureError) {
    try hold.put(in: try keptFolder(of: capture))
  }

  /// Ends a legal hold; the capture is kept as long as any other.
  public static func endHold(on capture: String) throws(CaptureError) {
    let path = try keptFolder(of: capture) + "/" + LegalHold.fileName
    guard CaptureFolder.exists(path) else {
      throw CaptureError(
        .badInput, operation: "release", subject: capture, reason: "it is under no legal hold")
    }
    OutputFile.remove(path)
  }

  /// The folder of a kept capture, by its own path or by that of the file in it.
  private static func keptFolder(of capture: String) throws(CaptureError) -> String {
    var folder = capture
    while folder.hasSuffix("/") { folder.removeLast() }
    if !CaptureFolder.isFolder(folder), let slash = folder.lastIndex(of: "/") {
      folder = String(folder[..<slash])
    }
    let name = folder.split(separator: "/").last.map(String.init) ?? ""
    guard CaptureFolder.exists("\(folder)/\(name).mcap") else {
      throw CaptureError(
        .badInput, operation: "hold", subject: capture,
        reason: "it is no capture that a flight recorder keeps: those lie in a folder of their own "
          + "name, in \"captures\" of the state folder")
    }
    return folder
  }
}
