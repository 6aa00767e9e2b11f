import Model
import Testing

@testable import Captures

@Suite struct FlightTests {
  private static let second: Int64 = 1_000_000_000

  private func at(_ seconds: Double) -> Instant {
    Instant(monotonicNanos: Int64(seconds * 1e9))
  }

  private func wall(_ seconds: Double) -> WallTime {
    WallTime(unixNanos: 1_772_000_000_000_000_000 + Int64(seconds * 1e9))
  }

  private func windows(lengthMax: Int64 = 120) -> FlightWindows {
    FlightWindows(
      beforeNanos: 10 * Self.second, afterNanos: 20 * Self.second,
      lengthNanosMax: lengthMax * Self.second)
  }

  private func span(_ window: FlightWindow?) -> [Double] {
    // Whole milliseconds, so that they compare as they are written.
    window.map { [$0.start, $0.end].map { Double($0.monotonicNanos / 1_000_000) / 1_000 } } ?? []
  }

  // MARK: - Windows

  @Test func `a trigger is kept from before it to after it, and only then`() {
    var windows = windows()
    windows.add(FlightTrigger(name: "a", time: at(100)))
    #expect(windows.take(at: at(119.9)) == nil)
    #expect(windows.earliest == at(90))
    #expect(span(windows.take(at: at(120))) == [90, 120])
    #expect(windows.take(at: at(200)) == nil && windows.earliest == nil)
  }

  @Test func `overlapping triggers are one stretch, and a later version replaces an earlier`() {
    var windows = windows()
    windows.add(FlightTrigger(name: "a", time: at(100)))
    windows.add(FlightTrigger(name: "b", time: at(125)))
    windows.add(
      FlightTrigger(
        name: "a", time: at(126), pictures: [.init(camera: "mast", time: at(125))]))
    windows.add(FlightTrigger(name: "c", time: at(157)))
    let first = windows.take(at: at(146))
    #expect(span(first) == [90, 146])
    #expect(first?.triggers.map(\.name) == ["a", "b"])
    #expect(first?.triggers[0].pictures.count == 1)
    #expect(span(windows.takeLast(at: at(160))) == [147, 160])
    #expect(windows.takeLast(at: at(160)) == nil)
  }

  @Test func `a picture of longer ago is kept too, as far as a stretch may reach`() {
    var windows = windows(lengthMax: 60)
    windows.add(
      FlightTrigger(name: "a", time: at(100), pictures: [.init(camera: "mast", time: at(80))]))
    #expect(span(windows.take(at: at(120))) == [79, 120])
    windows.add(
      FlightTrigger(name: "b", time: at(300), pictures: [.init(camera: "mast", time: at(80))]))
    #expect(span(windows.take(at: at(320))) == [260, 320])
  }

  @Test func `a busy night is cut into stretches of bounded length that follow one another`() {
    var windows = windows(lengthMax: 60)
    var spans: [[Double]] = []
    for second in 100..<400 {
      windows.add(FlightTrigger(name: "\(second)", time: at(Double(second))))
      while let window = windows.take(at: at(Double(second))) { spans.append(span(window)) }
    }
    while let window = windows.takeLast(at: at(450)) { spans.append(span(window)) }
    #expect(spans.count >= 5)
    #expect(spans.allSatisfy { $0[1] - $0[0] <= 60 })
    #expect(zip(spans, spans.dropFirst()).allSatisfy { $0[1] == $1[0] })
    #expect(spans.first?[0] == 90 && spans.last?[1] == 419)
  }

  @Test func `what would begin after the run's end belongs to the stretch before`() {
    var windows = windows(lengthMax: 30)
    windows.add(FlightTrigger(name: "a", time: at(100)))
    // Both would make the first stretch too long: theirs begins where it ends, which never comes.
    windows.add(FlightTrigger(name: "b", time: at(101)))
    windows.add(FlightTrigger(name: "a", time: at(102)))
    let last = windows.takeLast(at: at(103))
    #expect(span(last) == [90, 103])
    #expect(last?.triggers.map(\.name) == ["a", "b"])
    #expect(last?.triggers.first?.time == at(102), "a later version replaces an earlier one")
    #expect(windows.takeLast(at: at(103)) == nil)
  }

  // MARK: - Ring

  private func ring(_ folder: TemporaryFolder, bytesMax: Int64 = 1 << 30) throws -> SegmentRing {
    let site = makeSite()
    var limits = SegmentRing.Limits(keepNanos: 60 * Self.second, bytesMax: bytesMax)
    limits.reserveBytes = 0
    return try SegmentRing(
      folder: folder.file("ring"), header: makeHeader(site), site: site, limits: limits)
  }

  /// A second of samples: edges ten times a second, five frames of the camera.
  private func record(_ seconds: Range<Int>, into ring: inout SegmentRing, wanted: Instant? = nil) {
    for second in seconds {
      ring.turn(at: at(Double(second)), clock: nil, wanted: wanted)
      for tenth in 0..<10 {
        let time = at(Double(second) + Double(tenth) / 10)
        ring.write { writer throws(CaptureError) in
          try writer.append(
            edge: GPIOEdge(sensor: SensorID(0), isRising: tenth % 2 == 0, time: time),
            source: SourceID(1))
        }
        guard tenth % 2 == 0 else { continue }
        let pixels = [UInt8](repeating: UInt8(second % 200 + 1), count: 64 * 48)
        ring.write { writer throws(CaptureError) in
          try writer.append(
            frame: FrameHeader(
              sensor: SensorID(1), sequence: UInt32(second * 5 + tenth / 2), time: time,
              width: 64, height: 48, stride: 64, format: .grey),
            bytes: pixels.span.bytes, source: SourceID(2))
        }
      }
    }
  }

  @Test func `the ring keeps the last minute in segments, and what is wanted for longer`() throws {
    let folder = TemporaryFolder()
    var ring = try ring(folder)
    record(0..<200, into: &ring)
    #expect(ring.segments.first.map { $0.start >= at(120) && $0.start <= at(140) } == true)
    #expect(ring.segments.count <= 7)
    record(200..<300, into: &ring, wanted: at(190))
    #expect(ring.segments.first.map { $0.start <= at(190) } == true)
    #expect(ring.lostSegments == 0)
    let files = run("ls '\(folder.file("ring"))'").output.split(separator: "\n")
    #expect(files.count == ring.segments.count + 1, "nothing else lies there")
  }

  @Test func `a segment that is closed for a window is followed by the next at once`() throws {
    let folder = TemporaryFolder()
    var ring = try ring(folder)
    record(0..<10, into: &ring)
    // Windows close whenever they do, also within a second of the segment's begin.
    for second in 10..<20 {
      ring.close(at: at(Double(second)))
      ring.turn(at: at(Double(second)), clock: nil, wanted: nil)
      ring.close(at: at(Double(second) + 0.5))
      record(second..<second + 1, into: &ring)
    }
    #expect(ring.passedOver == 0)
    ring.close(at: at(20))
    ring.write { _ throws(CaptureError) in }
    #expect(ring.passedOver == 1, "what finds no segment is counted")
  }

  @Test func `too many bytes let go even what is wanted, and that is counted`() throws {
    let folder = TemporaryFolder()
    var ring = try ring(folder, bytesMax: 60_000)
    record(0..<100, into: &ring, wanted: at(0))
    #expect(ring.lostSegments > 0)
    #expect(ring.bytes <= 60_000)
    #expect(ring.fault == nil)
  }

  @Test func `while the storage keeps its reserve nothing is recorded, and it is told`() throws {
    let folder = TemporaryFolder()
    let site = makeSite()
    var limits = SegmentRing.Limits(keepNanos: 60 * Self.second, bytesMax: 1 << 30)
    limits.reserveBytes = .max
    var ring = try SegmentRing(
      folder: folder.file("ring"), header: makeHeader(site), site: site, limits: limits)
    record(0..<30, into: &ring)
    ring.close(at: at(30))
    #expect(ring.segments.isEmpty)
    #expect(ring.fault?.contains("stay for the ledger") == true)
  }

  // MARK: - Vault

  /// A picture that tells which frame it is of.
  private let render: CaptureVault.Render = { header, bytes, body in
    let told = Array("\(header.sequence) \(bytes.byteCount)".utf8)
    body(told.span.bytes)
    return true
  }

  private func vault(
    _ folder: TemporaryFolder, bytesMax: Int64 = 1 << 30, days: Int64 = 7
  ) throws -> CaptureVault {
    try CaptureVault(
      folder: folder.file("captures"),
      budget: CaptureVault.Budget(
        ageNanosMax: days * 86_400 * Self.second, bytesMax: bytesMax))
  }

  private func window(_ name: String, around time: Double) throws -> FlightWindow {
    var windows = windows()
    windows.add(
      FlightTrigger(
        name: name, time: at(time),
        pictures: [.init(camera: "gate \"left\"", time: at(time - 0.5))]))
    let window = windows.take(at: at(time + 20))
    return try #require(window)
  }

  @Test func `a stretch over several segments is one capture, whole, with its picture beside it`()
    throws
  {
    let folder = TemporaryFolder()
    var ring = try ring(folder)
    record(0..<90, into: &ring)
    ring.close(at: at(90))
    let window = try window("1f0c4a5b-1111", around: 55)
    let outcome = try vault(folder).keep(
      window, of: ring.segments(of: window.start...window.end), start: wall(45), now: wall(90),
      render: render, onEviction: { _ in })
    let name = CaptureVault.stamp(of: wall(45)) + "-1f0c4a5b"
    #expect(outcome == .kept(name: name, pictures: 1))
    let kept = folder.file("captures/\(name)")
    let capture = "\(kept)/\(name).mcap"
    let items = try readAll(capture)
    let times = items.map(\.recorded)
    #expect(times == times.sorted())
    #expect(times.first == at(45) && times.last == at(75))
    #expect(items.count { if case .edge = $0.item { true } else { false } } == 301)
    #expect(items.count { if case .frame = $0.item { true } else { false } } == 151)
    let part = try #require(try CaptureReader(path: capture).header.part)
    #expect(part.start == at(45) && part.end == at(75) && part.reason == "1f0c4a5b-1111")
    // The newest frame at or before the observation.
    let picture = readFile("\(kept)/1f0c4a5b-1111-gate__left_.jpg")
    #expect(String(decoding: picture, as: UTF8.self) == "\(54 * 5 + 2) \(64 * 48)")
    if hasPublicMCAP {
      let doctor = run("python3 '\(toolsFolder)/doctor.py' '\(capture)'")
      #expect(doctor.status == 0, "\(doctor.output)")
    }
  }

  /// Keeps a capture a minute, `count` of them; names of what went, in order.
  private func keepMany(
    _ count: Int, in vault: CaptureVault, _ folder: TemporaryFolder, from first: Int = 0,
    daysApart: Double = 0, as trigger: String = "event-"
  ) throws -> (outcomes: [CaptureVault.Outcome], gone: [String]) {
    var ring = try ring(folder)
    record(0..<60, into: &ring)
    ring.close(at: at(60))
    var outcomes: [CaptureVault.Outcome] = []
    var gone: [String] = []
    for number in first..<first + count {
      let window = try window("\(trigger)\(number)", around: 30)
      let time = wall(Double(number) * (60 + daysApart * 86_400))
      outcomes.append(
        try vault.keep(
          window, of: ring.segments(of: window.start...window.end), start: time, now: time,
          render: render, onEviction: { gone.append($0.name) }))
    }
    return (outcomes, gone)
  }

  @Test func `the oldest captures go when there is no room, and it is told`() throws {
    let folder = TemporaryFolder()
    let one = try keepMany(1, in: try vault(folder), folder)
    let bytes = try vault(folder).entries(now: wall(0))[0].bytes
    let vault = try vault(folder, bytesMax: bytes * 3 + bytes / 2)
    let many = try keepMany(6, in: vault, folder, from: 1)
    #expect(one.gone.isEmpty && many.gone.count == 4)
    let left = vault.entries(now: wall(400)).map(\.name)
    #expect(left.count == 3 && left.allSatisfy { $0 > many.gone.max()! })
  }

  @Test func `captures that are too old go by age alone`() throws {
    let folder = TemporaryFolder()
    let vault = try vault(folder, days: 7)
    let many = try keepMany(10, in: vault, folder, daysApart: 1)
    #expect(many.gone.count == 3)
    var gone: [String] = []
    vault.letGo(now: wall(30 * 86_400)) { gone.append($0.name) }
    #expect(gone.count == 7 && vault.entries(now: wall(0)).isEmpty)
  }

  @Test func `a device that comes and goes costs no capture of a crossing`() throws {
    let folder = TemporaryFolder()
    _ = try keepMany(1, in: try vault(folder), folder)
    let bytes = try vault(folder).entries(now: wall(0))[0].bytes
    let vault = try vault(folder, bytesMax: bytes * 8 + bytes / 2)
    let events = try keepMany(4, in: vault, folder, from: 1)
    let flapping = try keepMany(30, in: vault, folder, from: 10, as: "health-mast-")
    #expect(events.gone.isEmpty && flapping.gone.allSatisfy { $0.contains("health-") })
    // Up to their quarter changes of health are evidence like any other: the oldest go.
    let busy = try keepMany(3, in: vault, folder, from: 50)
    let kinds = busy.gone.map { $0.contains("health-") }
    #expect(kinds.first == true && kinds.last == false)
  }

  @Test func `what a clock far behind has named is as old as its correction`() throws {
    let folder = TemporaryFolder()
    let vault = try vault(folder, days: 7)
    _ = try keepMany(2, in: vault, folder)
    let names = vault.entries(now: wall(0)).map(\.name)
    let later = 400 * 86_400.0
    vault.renew(names[0], at: wall(later))
    var gone: [String] = []
    vault.letGo(now: wall(later + 6 * 86_400)) { gone.append($0.name) }
    #expect(gone == [names[1]])
    vault.letGo(now: wall(later + 8 * 86_400)) { gone.append($0.name) }
    #expect(gone == [names[1], names[0]])
  }

  @Test(arguments: [
    ("2026-02-28", false), ("2026-03-01", true), ("2262-04-11", true), ("9999-12-31", true),
  ])
  func `a hold is in force until its last day is over, however late that is`(
    until: String, isHeld: Bool
  ) throws {
    let hold = try LegalHold(owner: "court", until: until, reason: "case 7")
    // The first and the last moment of 1 March 2026.
    for nanos in [1_772_323_200_000_000_000, 1_772_409_599_999_999_999] as [Int64] {
      #expect(hold.isInForce(at: WallTime(unixNanos: nanos)) == isHeld)
    }
  }

  @Test func `what is under legal hold stays, whatever it costs, until its last day is over`()
    throws
  {
    let folder = TemporaryFolder()
    _ = try keepMany(1, in: try vault(folder), folder)
    let first = try vault(folder).entries(now: wall(0))[0]
    let path = folder.file("captures/\(first.name)")
    // 1,772,000,000 s after 1970 is the 25th of February 2026.
    try CaptureVault.put(
      LegalHold(owner: "District court 7", until: "2026-03-01", reason: "file 12/26"), on: path)
    let vault = try vault(folder, bytesMax: first.bytes * 2 + first.bytes / 2)
    let many = try keepMany(5, in: vault, folder, from: 1)
    #expect(many.gone.count == 4 && !many.gone.contains(first.name))
    let held = vault.entries(now: wall(0)).filter(\.isHeld)
    #expect(held.map(\.name) == [first.name] && held[0].hold?.owner == "District court 7")
    // A budget that the held one fills: the new one is refused, nothing else is lost for it.
    let tight = try self.vault(folder, bytesMax: first.bytes + first.bytes / 2)
    let refused = try keepMany(1, in: tight, folder, from: 9)
    #expect(refused.outcomes == [.refused])
    #expect(tight.entries(now: wall(0)).contains { $0.name == first.name })
    var gone: [CaptureVault.Entry] = []
    let later = WallTime(unixNanos: 1_772_409_600_000_000_000)  // 2 March, 0:00
    tight.letGo(now: WallTime(unixNanos: later.unixNanos - 1)) { gone.append($0) }
    #expect(!gone.contains { $0.name == first.name })
    tight.letGo(now: WallTime(unixNanos: later.unixNanos + 5 * 86_400 * Self.second)) {
      gone.append($0)
    }
    let last = gone.first { $0.name == first.name }
    #expect(last?.hold?.until == "2026-03-01", "its eviction tells the hold that has ended")
  }

  @Test func `a hold that cannot be read holds for ever`() throws {
    let folder = TemporaryFolder()
    let vault = try vault(folder)
    _ = try keepMany(1, in: vault, folder)
    let name = vault.entries(now: wall(0))[0].name
    writeFile(folder.file("captures/\(name)/hold.json"), "{\"owner\": \"court".utf8)
    vault.letGo(now: wall(9_999 * 86_400)) { _ in Issue.record("it went") }
    #expect(vault.entries(now: wall(0)).first?.isHeld == true)
    try CaptureVault.endHold(on: folder.file("captures/\(name)/\(name).mcap"))
    #expect(vault.entries(now: wall(0)).first?.isHeld == false)
  }

  @Test(arguments: ["2026-02-29", "2026-13-01", "2026-1-1", "tomorrow", "", "2026-06-31"])
  func `a hold needs a day that is in the calendar`(text: String) {
    #expect(throws: CaptureError.self) { try LegalHold(owner: "a", until: text) }
  }

  @Test func `a hold is put on what the recorder keeps, not on any folder`() throws {
    let folder = TemporaryFolder()
    writeFile(folder.file("run.mcap"), [1, 2, 3])
    #expect(throws: CaptureError.self) {
      try CaptureVault.put(
        LegalHold(owner: "a", until: "2027-01-01"), on: folder.file("run.mcap"))
    }
  }
}
