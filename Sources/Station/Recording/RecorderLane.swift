import Captures
import Ledger
import Logging
import Model
import Rings

/// The thread that writes what the taps copied into a capture.
struct RecorderLane: ~Copyable {
  /// One tap's other end.
  struct Feed: Sendable {
    var source: SourceID
    var slots: RecorderSlots
  }

  /// Items taken from one tap before the others are looked at.
  private static let drainMax = 64

  private var writer: CaptureWriter?
  private var encoder: EventEncoder
  private let feeds: [Feed]
  private let items: ConsumerBank<RecorderItem>
  private let events: ConsumerBank<PostEvent>
  private let doorbell: Doorbell
  private let logger: Logger
  private let path: String

  init(
    path: String, writer: consuming CaptureWriter, encoder: consuming EventEncoder, feeds: [Feed],
    items: ConsumerBank<RecorderItem>, events: ConsumerBank<PostEvent>, doorbell: Doorbell,
    logger: Logger
  ) {
    self.path = path
    self.writer = consume writer
    self.encoder = encoder
    self.feeds = feeds
    self.items = items
    self.events = events
    self.doorbell = doorbell
    self.logger = logger
  }

  /// Runs until `stop` is set and every tap is empty, then closes the capture.
  mutating func run(stop: StopFlag, cells: MetricCells) {
    while true {
      let isLast = stop.isSet
      var taken = 0
      for place in 0..<items.count { taken += drain(place) }
      taken += drainEvents()
      cells.add(0, UInt64(taken))
      if taken > 0 { continue }
      if isLast { break }
      _ = doorbell.wait(timeoutMilliseconds: 100)
    }
    guard let writer = writer.take() else { return }
    do {
      try writer.close()
    } catch {
      logger.error("the capture could not be closed: \(error)")
    }
  }

  private mutating func drain(_ place: Int) -> Int {
    let feed = feeds[place]
    return items.drain(place, upTo: Self.drainMax) { item in
      guard writer != nil else { return }
      do throws(CaptureError) {
        switch item {
        case .edge(let edge): try writer!.append(edge: edge, source: feed.source)
        case .health(let report): try writer!.append(health: report, source: feed.source)
        case .clock(let map): try writer!.append(clock: map)
        case .arrival(let arrival): try writer!.append(arrival: arrival)
        case .frame(let header, let slot, let count):
          try feed.slots.read(Int(slot), count: Int(count)) { bytes throws(CaptureError) in
            try writer!.append(frame: header, bytes: bytes, source: feed.source)
          }
        case .chunk(let time, let slot, let count):
          try feed.slots.read(Int(slot), count: Int(count)) { bytes throws(CaptureError) in
            try writer!.append(bytes: bytes, at: time, source: feed.source)
          }
        }
      } catch {
        give(up: error)
      }
    }
  }

  private mutating func drainEvents() -> Int {
    events.drain(0, upTo: Self.drainMax) { event in
      guard writer != nil else { return }
      _ = encoder.encode(event)
      do throws(CaptureError) {
        try encoder.withPayload { bytes throws(CaptureError) in
          try writer!.append(event: bytes, at: event.decided)
        }
      } catch {
        give(up: error)
      }
    }
  }

  private mutating func give(up error: CaptureError) {
    logger.error("recording to \(path) ends here: \(error)")
    writer = nil
  }
}
