import Captures
import Fusion
import Model
import Perception
import Station
import Vision

/// Makes a film of one camera of a capture while it is replayed: over each picture the boxes that
/// vision found in it, the tracks where the camera sees them, the time, and the events.
///
/// A picture waits a moment before it is drawn, until fusion has taken what was found in it.
final class CaptureFilm: ReplayAudience {
  /// What came of it.
  struct Report {
    var frames = 0
    /// Pictures of one moment beside another, for which the film's rate has no place.
    var skipped = 0
    /// Pictures without anything in them: damaged.
    var damaged = 0
    /// Silences that are cut short.
    var gaps = 0
  }

  /// How long a picture waits for what was found in it, nanoseconds: longer than a scan stays open.
  private static let delayNanos: Int64 = 300_000_000
  /// How long an event stands in the picture, nanoseconds.
  private static let eventNanos: Int64 = 5_000_000_000
  /// Events that stand at once.
  private static let eventsMax = 3
  /// A silence of the camera that is longer than this is cut short, seconds.
  private static let gapSecondsMax = 5.0

  private struct Waiting {
    var time: Instant
    var luma: [UInt8]
    var boxes: [Detection] = []
  }

  private let site: Site
  private let sensor: SensorID
  private let camera: CameraDetail
  private let name: String
  private let projection: GroundProjection
  private let rate: Double
  private let makeWriter: (Int, Int) throws(CaptureError) -> VideoWriter
  private var writer: VideoWriter?
  private var frame = FrameLuma()
  private var waiting: [Waiting] = []
  private var clock: ClockMap?
  private var events: [(text: String, until: Instant)] = []
  private var tracks: [TrackSnapshot] = []
  private var size = SIMD2(0, 0)
  private var last: [UInt8] = []
  /// The film's moment 0, moved on where a silence was cut short, and its next picture.
  private var start: Instant?
  private var next = 0
  private var recorded = Instant.distantPast
  private(set) var report = Report()
  /// Why the film ended early.
  private(set) var failure: CaptureError?

  /// A film at `path` of the camera `sensor`; `clock` is the capture's map to UTC at its beginning.
  init(path: String, site: Site, sensor: SensorID, clock: ClockMap?) {
    self.site = site
    self.sensor = sensor
    self.clock = clock
    let detail = site.sensors[sensor.index].camera!
    camera = detail
    name = site.sensors[sensor.index].name
    projection = GroundProjection(camera: detail, place: site.sensors[sensor.index].place)
    rate = min(max(detail.framesPerSecond, 1), 120)
    let thousandths = Int64((rate * 1_000).rounded())
    makeWriter = { width, height throws(CaptureError) in
      try VideoWriter(
        path: path, width: width, height: height, framesPerSecond: (thousandths, 1_000))
    }
  }

  /// Writes what still waits, and ends the film.
  func close() throws(CaptureError) {
    while !waiting.isEmpty { draw() }
    if let failure { throw failure }
    guard let writer = writer.take() else {
      throw CaptureError(
        .badInput, operation: "film", subject: name, reason: "the capture holds no picture of it")
    }
    try writer.close()
  }

  func sampled(_ item: CaptureItem, _ payload: RawSpan) {
    guard case .frame(let header, _) = item, header.sensor == sensor else { return }
    guard let luma = frame.luma(of: header, payload) else {
      report.damaged += 1
      return
    }
    let now = SIMD2(Int(header.width), Int(header.height))
    if size == .zero { size = now }
    guard now == size else {
      report.damaged += 1
      return
    }
    waiting.append(Waiting(time: header.time, luma: luma))
  }

  func heard(_ arrival: Arrival) {
    let observation = arrival.observation
    switch observation.content {
    case .clock(let map): clock = map
    case .detection(let detection) where observation.sensor == sensor:
      // Newest first: what was found is of one of the last pictures.
      if let place = waiting.lastIndex(where: { $0.time == observation.time }) {
        waiting[place].boxes.append(detection)
      }
    default: break
    }
  }

  func decided(_ event: PostEvent, _ payload: RawSpan) {
    let data = payload.withUnsafeBytes { Array($0) }
    // That it is an exercise stands in the picture throughout.
    let words = EventLine(data: data).text.split(separator: " ").filter { $0 != "EXERCISE" }
    events.append(
      (words.joined(separator: " "), recorded.advanced(byNanos: Self.eventNanos)))
  }

  func tracksWanted(before item: CaptureItem, recorded: Instant) -> Instant? {
    guard let first = waiting.first, recorded.nanos(since: first.time) >= Self.delayNanos else {
      return nil
    }
    return first.time
  }

  func show(_ tracks: [TrackSnapshot], at moment: Instant) {
    self.tracks = tracks
    draw()
  }

  func admit(_ recorded: Instant, seconds: Double) -> Bool {
    self.recorded = recorded
    return failure == nil
  }

  // MARK: - Drawing

  /// Draws the first picture that waits.
  private func draw() {
    let picture = waiting.removeFirst()
    guard failure == nil else { return }
    let begin = start ?? picture.time
    start = begin
    var place = Int((picture.time.seconds(since: begin) * rate).rounded())
    guard place >= next || next == 0 else {
      report.skipped += 1
      return
    }
    let missing = Double(place - next) / rate
    if missing > Self.gapSecondsMax {
      report.gaps += 1
      let cut = missing - Self.gapSecondsMax
      start = begin.advanced(byNanos: Int64(cut * 1e9))
      place -= Int((cut * rate).rounded())
    }
    do throws(CaptureError) {
      if writer == nil {
        let made = try makeWriter(size.x, size.y)
        writer = consume made
      }
      // What the camera did not give, the picture before stands for.
      while next < place {
        try writer?.append(last)
        next += 1
      }
      last = drawn(picture).planes
      try writer?.append(last)
      next += 1
      report.frames += 1
    } catch {
      failure = error
    }
  }

  private func drawn(_ picture: Waiting) -> FilmPicture {
    var film = FilmPicture(luma: picture.luma, width: size.x, height: size.y)
    for box in picture.boxes {
      film.box(
        left: Int(box.box[0]), top: Int(box.box[1]), width: Int(box.box[2]),
        height: Int(box.box[3]), .green)
    }
    for track in tracks { draw(track, on: &film) }
    let utc = clock.map { $0.wallTime(at: picture.time).utcText.prefix(23) + "Z" }
    film.write("\(utc ?? "no UTC")  \(name)", x: 0, y: 0, .white)
    if let exercise = site.exercise {
      film.write("EXERCISE \(exercise)", x: 0, y: film.rowHeight, .yellow)
    }
    events.removeAll { $0.until < picture.time }
    // The newest lowest, and of each all that has room in the lower half.
    var (bottom, room) = (size.y, size.y / 2 / film.rowHeight)
    for event in events.suffix(Self.eventsMax).reversed() where room > 0 {
      for row in film.rows(of: event.text, rowsMax: room).reversed() {
        bottom -= film.rowHeight
        room -= 1
        film.write(row, x: 0, y: bottom, .white)
      }
    }
    return film
  }

  /// A cross at the foot of a track that the camera may see, and what it is.
  private func draw(_ track: TrackSnapshot, on film: inout FilmPicture) {
    guard let pixel = projection.pixel(of: track.position),
      pixel.x >= 0, pixel.y >= 0, pixel.x < Double(size.x), pixel.y < Double(size.y)
    else { return }
    let isOwn = site.sensors.indices.contains(track.platform.index)
    let colour: FilmPicture.Colour = isOwn ? .cyan : .yellow
    let (x, y) = (Int(pixel.x), Int(pixel.y))
    film.cross(x: x, y: y, size: 3 * film.dot + 2, colour)
    let percent = Int((track.existence * 100).rounded())
    let label =
      isOwn
      ? site.sensors[track.platform.index].name
      : "\(track.id.rawValue) \(track.classes.best.name) \(percent)%"
    film.write(label, x: x + 4 * film.dot, y: y + 2 * film.dot, colour)
  }
}
