import Captures
import Devices
import Ledger
import Logging
import Model
import Rings

/// The thread that writes what the taps copied: into a capture of the whole run, into the flight
/// recorder's ring, or both.
struct RecorderLane: ~Copyable {
  /// One tap's other end.
  struct Feed: Sendable {
    var source: SourceID
    var slots: RecorderSlots
  }

  /// Items taken from one tap before the others are looked at.
  private static let drainMax = 64

  /// Places of its metric cells.
  enum Cell: Int, CaseIterable {
    case items, ringBytes, lostSegments, passedOver, unrecorded

    var name: StaticString {
      switch self {
      case .items: "items_total"
      case .ringBytes: "ring_bytes"
      case .lostSegments: "ring_segments_lost_total"
      case .passedOver: "ring_items_passed_over_total"
      case .unrecorded: "items_unrecorded_total"
      }
    }
  }

  private var writer: CaptureWriter?
  private var flight: FlightLane?
  private var encoder: EventEncoder
  private let captureEpoch: UInt64
  private let feeds: [Feed]
  private let items: ConsumerBank<RecorderItem>
  private let events: ConsumerBank<PostEvent>
  private let doorbell: Doorbell
  private let board: HealthBoard
  private let logger: Logger
  private let path: String?
  /// Items that the capture of the whole run lacks since it ended.
  private var unrecorded: UInt64 = 0

  init(
    path: String?, writer: consuming CaptureWriter?, flight: consuming FlightLane?,
    encoder: consuming EventEncoder, captureEpoch: UInt64, feeds: [Feed],
    items: ConsumerBank<RecorderItem>, events: ConsumerBank<PostEvent>, doorbell: Doorbell,
    board: HealthBoard, logger: Logger
  ) {
    self.path = path
    self.writer = consume writer
    self.flight = consume flight
    self.encoder = encoder
    self.captureEpoch = captureEpoch
    self.feeds = feeds
    self.items = items
    self.events = events
    self.doorbell = doorbell
    self.board = board
    self.logger = logger
  }

  /// Runs until `stop` is set and every tap is empty, then closes the capture.
  mutating func run(stop: StopFlag, mail: RecorderMail, cells: MetricCells) {
    flight?.turn(at: MonotonicClock.now(), cells)
    while true {
      let isLast = stop.isSet
      if let letter = mail.take() { adopt(letter) }
      var taken = 0
      for place in 0..<items.count { taken += drain(place) }
      taken += drainEvents()
      cells.add(Cell.items.rawValue, UInt64(taken))
      flight?.turn(at: MonotonicClock.now(), cells)
      cells.set(Cell.unrecorded.rawValue, unrecorded)
      if taken > 0 { continue }
      if isLast { break }
      _ = doorbell.wait(timeoutMilliseconds: 100)
    }
    flight?.finish(at: MonotonicClock.now())
    guard let writer = writer.take() else { return }
    do throws(CaptureError) {
      try writer.close()
    } catch {
      give(up: error)
    }
  }

  /// Lets what is recorded from now on say which configuration is in force. A capture of the whole run
  /// says what was in force at its beginning, in its events too, so that a replay gives the same.
  private mutating func adopt(_ letter: RecorderMail.Letter) {
    flight?.adopt(letter)
    guard writer == nil else { return }
    encoder = EventEncoder(
      site: letter.site, captureEpoch: captureEpoch, softwareVersion: SoftwareVersion.text)
  }

  private mutating func drain(_ place: Int) -> Int {
    let feed = feeds[place]
    return items.drain(place, upTo: Self.drainMax) { item in
      if case .clock(let map) = item { flight?.note(map) }
      write { writer throws(CaptureError) in try feed.append(item, to: &writer) }
    }
  }

  private mutating func drainEvents() -> Int {
    events.drain(0, upTo: Self.drainMax) { event in
      let header = encoder.encode(event)
      flight?.note(event, id: "\(header.id)")
      let payload = encoder.withPayload { Array(copying: $0) }
      write { writer throws(CaptureError) in
        try writer.append(event: unsafe payload.span.bytes, at: event.decided)
      }
    }
  }

  /// Lets `body` append to the capture and to the ring.
  private mutating func write(_ body: (inout CaptureWriter) throws(CaptureError) -> Void) {
    flight?.write(body)
    guard writer != nil else {
      if path != nil { unrecorded += 1 }
      return
    }
    do throws(CaptureError) {
      try body(&writer!)
    } catch {
      give(up: error)
    }
  }

  private mutating func give(up error: CaptureError) {
    let fault = "recording to \(path ?? "") ended before the run: \(error)"
    logger.error("\(fault)")
    board.note(recordingFault: fault)
    unrecorded += 1
    writer = nil
  }
}

extension RecorderLane.Feed {
  /// Appends one item of this tap.
  fileprivate func append(
    _ item: RecorderItem, to writer: inout CaptureWriter
  ) throws(CaptureError) {
    switch item {
    case .edge(let edge): try writer.append(edge: edge, source: source)
    case .health(let report): try writer.append(health: report, source: source)
    case .clock(let map): try writer.append(clock: map)
    case .arrival(let arrival): try writer.append(arrival: arrival)
    case .frame(let header, let slot, let count):
      try slots.read(Int(slot), count: Int(count)) { bytes throws(CaptureError) in
        try writer.append(frame: header, bytes: bytes, source: source)
      }
    case .chunk(let time, let slot, let count):
      try slots.read(Int(slot), count: Int(count)) { bytes throws(CaptureError) in
        try writer.append(bytes: bytes, at: time, source: source)
      }
    }
  }
}
