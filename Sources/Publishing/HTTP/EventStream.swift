import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger
import Logging
import NIOCore

/// `GET /v1/stream`: the feed kept open as Server-Sent Events (WHATWG HTML, section 9.2).
///
/// Each event carries its cursor as `id:`, so that a client resumes with `Last-Event-ID` (or
/// `?after=`) without gap or duplicate. The server keeps a sequence per client, never a queue: a
/// slow client reads the ledger at its own pace, and one that takes nothing for
/// `blockedSecondsMax` is cut.
struct EventStream: Sendable {
  /// Events written at most before the client's buffer is looked at again.
  static let batchMax = 512
  /// Bytes of them, about.
  static let batchBytes = 131_072
  /// Streams of one partner at once.
  static let partnerStreamsMax = 8

  var store: any EventStore
  var feed: EventFeed
  var shelf: LineShelf
  var checkpoints: CheckpointWatch?
  var settings: PublishingSettings
  var counters: PublishingCounters
  var logger: Logger
  var doorkeeper: Doorkeeper

  func respond(to request: Request, context: FeedRequestContext) async throws -> Response {
    let source = try await doorkeeper.feed(of: request, context: context)
    let asked =
      request.headers[HTTPField.Name("Last-Event-ID")!]
      ?? request.uri.queryParameters["after"].map(String.init)
    let durable = feed.durable
    // Who comes again with a cursor has had the snapshot, or what of it came before that.
    let start =
      asked == nil
      ? try FeedPosition.snapshot(
        request.uri.queryParameters["snapshot"], store: store, durable: durable) : nil
    let after = try start ?? FeedPosition.resolve(asked, store: store, durable: durable)
    let place: StreamPlace
    switch counters.openStream(
      of: source.partner, max: settings.streamsMax, partnerMax: Self.partnerStreamsMax)
    {
    case .opened(let given): place = given
    case .allInUse:
      throw FeedRefusal(
        .allStreams, reason: "all \(settings.streamsMax) streams of this post are in use",
        remedy: "close one, or use /v1/events")
    case .partnerHasAll:
      throw FeedRefusal(
        .partnerStreams,
        reason: "all \(Self.partnerStreamsMax) streams that a partner may have are in use",
        remedy: "close one, or use /v1/events")
    }
    let channel = context.channel
    return Response(
      status: .ok,
      headers: [
        .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
        HTTPField.Name("X-Accel-Buffering")!: "no",
      ],
      body: ResponseBody { writer in
        // Not given back here only: who is gone before the head is written never comes to this.
        defer { withExtendedLifetime(place) {} }
        do {
          try await run(
            source, after: after, snapshot: start == nil ? nil : durable, channel: channel,
            writer: &writer)
        } catch let refusal as FeedRefusal {
          counters.refused(refusal.kind)
          logger.notice("a stream was ended: \(refusal)")
          try await write(": ended: \(refusal)\n\n", to: &writer, channel: channel)
          // Who may not have the stream any more keeps no connection either.
          channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
        }
        try await writer.finish(nil)
      })
  }

  @concurrent private func run(
    _ source: any FeedSource, after: UInt64, snapshot: UInt64?, channel: any Channel,
    writer: inout any ResponseBodyWriter
  ) async throws {
    var sequence = after
    var seen = CheckpointWatch.Seen()
    let beat = Duration.seconds(settings.heartbeatSeconds)
    var nextBeat = ContinuousClock.now + beat
    try await write("retry: 1000\n: \(settings.post)\n\n", to: &writer, channel: channel)
    if let snapshot {
      sequence = try await give(
        source, after: after, through: snapshot, to: &writer, channel: channel)
    }
    while !Task.isCancelled {
      let durable = feed.durable
      if sequence < durable {
        let step = try await shelf.step(
          of: source, after: sequence, through: durable, limit: Self.batchMax,
          bytesMax: Self.batchBytes)
        guard !step.isOvertaken else {
          // Retention overtook this client: end the stream, the next request is told 410.
          logger.warning("a stream fell behind what the ledger keeps and was ended")
          return
        }
        let frames = frames(of: step, after: sequence)
        if !frames.isEmpty { try await write(frames, to: &writer, channel: channel) }
        counters.delivered(step.count)
        sequence = step.through
        if let hold = step.hold {
          if feed.isClosed { return }
          try await pause(hold, of: source, writer: &writer, channel: channel)
        } else if frames.isEmpty {
          // Nothing was looked at, and nothing says for how long: no loop without a pause.
          try await pause(.seconds(1), of: source, writer: &writer, channel: channel)
        }
        nextBeat = .now + beat
      } else if feed.isClosed {
        return
      } else {
        if let checkpoint = checkpoints?.next(for: sequence, &seen) {
          try await write([checkpoint], to: &writer, channel: channel)
          nextBeat = .now + beat
        }
        let left = nextBeat - .now
        let isNews = try await feed.wait(
          after: sequence, for: source,
          timeout: checkpoints == nil ? left : min(left, .seconds(1)))
        if !isNews, !feed.isClosed, nextBeat <= .now {
          try await write(": heartbeat\n\n", to: &writer, channel: channel)
          nextBeat = .now + beat
        }
      }
    }
  }

  /// Gives the newest versions of the events up to `last`, and the place after them, which it returns: the
  /// feed goes on there. Each event has its own place, so that a client whose connection breaks before that
  /// misses nothing.
  @concurrent private func give(
    _ source: any FeedSource, after: UInt64, through last: UInt64,
    to writer: inout any ResponseBodyWriter, channel: any Channel
  ) async throws -> UInt64 {
    var sequence = after
    while sequence < last, !Task.isCancelled, !feed.isClosed {
      let step = try await shelf.latest(
        of: source, after: sequence, through: last, limit: Self.batchMax)
      // What retention takes meanwhile is told when the feed goes on.
      guard !step.isOvertaken else { break }
      if !step.parts.isEmpty {
        try await write(step.parts.map(\.frames), to: &writer, channel: channel)
      }
      counters.delivered(step.count)
      let isHeld = step.hold != nil || step.through == sequence
      sequence = step.through
      if isHeld { break }
    }
    let cursor = EventCursor(epoch: store.epoch, sequence: sequence)
    try await write(
      "id: \(cursor)\nevent: snapshot\ndata: {}\n\n", to: &writer, channel: channel)
    return sequence
  }

  /// What is written for a step: its events, and the place after them where it is not that of the last.
  private func frames(of step: FeedStep, after sequence: UInt64) -> [ByteBuffer] {
    var frames = step.parts.map(\.frames)
    if step.through > step.parts.last?.lines.last?.sequence ?? sequence {
      // What follows was withheld: the cursor moves over it all the same.
      let cursor = EventCursor(epoch: store.epoch, sequence: step.through)
      frames.append(ByteBuffer(string: "id: \(cursor)\nevent: bookmark\ndata: {}\n\n"))
    }
    return frames
  }

  /// Waits until what is held back may be due, or the post stops; keeps the stream open meanwhile.
  @concurrent private func pause(
    _ hold: Duration, of source: any FeedSource, writer: inout any ResponseBodyWriter,
    channel: any Channel
  ) async throws {
    let beat = Duration.seconds(settings.heartbeatSeconds)
    _ = try await feed.wait(after: .max, for: source, timeout: min(hold, beat))
    if hold > beat, !feed.isClosed {
      try await write(": heartbeat\n\n", to: &writer, channel: channel)
    }
  }

  @concurrent private func write(
    _ line: String, to writer: inout any ResponseBodyWriter, channel: any Channel
  ) async throws {
    try await write([ByteBuffer(string: line)], to: &writer, channel: channel)
  }

  /// Writes and waits until the client has room again; a client that makes none is cut.
  @concurrent private func write(
    _ buffers: [ByteBuffer], to writer: inout any ResponseBodyWriter, channel: any Channel
  ) async throws {
    let counters = counters
    let logger = logger
    let seconds = settings.blockedSecondsMax
    let guillotine = channel.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
      counters.cutStream()
      logger.warning("a stream took nothing for \(seconds) s and was cut")
      channel.close(promise: nil)
    }
    defer { guillotine.cancel() }
    try await writer.write(contentsOf: buffers)
  }
}
