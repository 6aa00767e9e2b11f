import Glibc
public import Model

/// One camera through V4L2: frames lent where the driver put them.
///
/// Called by one thread. Opening happens inside ``read(timeoutMilliseconds:_:)``: a missing camera
/// is reported lost and tried again by ``Backoff``. A frame costs four system calls (poll, two
/// dequeues, one requeue) and no allocation; its bytes are never copied.
///
/// - Every wait is a `poll` with an end: a stream whose source froze never wakes it, and is closed
///   and opened again after the longer of 1 s and 10 frame intervals (5 s before the first frame).
/// - Once a second the node is compared with the one opened, and the format with the one agreed on:
///   loopback devices change it under a reader.
/// - Any error of dequeueing or queueing (EIO, ENODEV, EINVAL after a driver was unbound) closes
///   the camera; opening it again also recovers a driver whose queue is in error.
/// - When three or more frames wait, all but the newest are given back unread.
public struct CameraReader: ~Copyable, FrameSource {
  /// Shortest silence that counts as a loss, nanoseconds.
  public static let silenceNanosMin: Int64 = 1_000_000_000
  /// Frame intervals of silence that count as a loss.
  public static let silentIntervals: Int64 = 10
  /// Silence allowed before the first frame: sensors wake up and meter light, nanoseconds.
  public static let firstFrameNanosMax: Int64 = 5_000_000_000
  /// Time between two looks at node and format, nanoseconds.
  public static let presenceNanos: Int64 = 1_000_000_000
  /// Short frames one after the other that count as a loss.
  static let truncatedMax = 8
  /// Waiting frames from which on the older ones are skipped.
  static let backlogMin = 3

  /// What was counted since the start.
  public private(set) var counters = CameraCounters()

  private let sensor: SensorID
  private let camera: CameraDetail
  private let name: CameraName
  private var stream: CameraStream?
  private var isOpen = false
  private var track = FrameTrack()
  private var backoff = Backoff()
  private var health: HealthBook
  private var lastFrame = Instant.distantPast
  private var hasFrame = false
  private var intervalNanos: Int64 = 0
  private var truncatedInARow = 0
  private var nextLook = Instant.distantPast
  private let clock: @Sendable () -> Instant
  private let devices: String

  /// A reader of the camera that `sensor` is; opens nothing yet.
  public init(sensor: SensorID, camera: CameraDetail) {
    self.init(
      sensor: sensor, camera: camera, devices: "/dev", clock: { MonotonicClock.now() })
  }

  /// A reader that looks for cameras in the folder `devices` and asks `clock` for the time.
  init(
    sensor: SensorID, camera: CameraDetail, devices: String,
    clock: @escaping @Sendable () -> Instant
  ) {
    self.sensor = sensor
    self.camera = camera
    name = CameraName(camera.device)
    health = HealthBook(sensors: [sensor])
    self.devices = devices
    self.clock = clock
  }

  /// The next change of the camera's health.
  public mutating func nextHealth() -> HealthReport? { health.next() }

  /// Waits at most `timeoutMilliseconds` for a frame and lends what came to `body`.
  public mutating func read(
    timeoutMilliseconds: Int32, _ body: (FrameHeader, RawSpan) -> Void
  ) -> SourceReading {
    var now = clock()
    if !isOpen {
      if backoff.isDue(at: now) { open(at: now) }
      guard isOpen else {
        pause(
          milliseconds: min(
            timeoutMilliseconds, milliseconds(until: backoff.nextAttempt, from: now))
        )
        return .quiet
      }
    }
    now = clock()
    guard look(at: now), let number = stream?.descriptorNumber else { return .quiet }
    var request = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    let wait = min(timeoutMilliseconds, milliseconds(until: min(nextLook, silenceEnd), from: now))
    let ready = unsafe poll(&request, 1, max(0, wait))
    now = clock()
    guard ready > 0 else {
      if now >= silenceEnd { close(.lost, .silent, systemError: 0, at: now) }
      return .quiet
    }
    let before = counters.frames
    take(isErrorPolled: Int32(request.revents) & (POLLERR | POLLHUP | POLLNVAL) != 0, body)
    return counters.frames > before ? .samples(Int(counters.frames - before)) : .quiet
  }

  // MARK: - Frames

  /// Takes all filled buffers, skips what is too old, hands on the rest.
  private mutating func take(isErrorPolled: Bool, _ body: (FrameHeader, RawSpan) -> Void) {
    var waiting = InlineArray<8, CameraStream.Filled>(repeating: CameraStream.Filled())
    var count = 0
    var failure: Int32 = 0
    while count < waiting.count {
      let answer = stream?.dequeue() ?? .failed(ENODEV)
      if case .filled(let filled) = answer {
        waiting[count] = filled
        count += 1
        continue
      }
      if case .failed(let code) = answer { failure = code }
      break
    }
    // An error that `poll` sees and dequeueing does not name would make `poll` return at once for
    // ever.
    if count == 0, failure == 0, isErrorPolled { failure = EIO }
    let now = clock()
    let first = count >= Self.backlogMin ? count - 1 : 0
    for place in 0..<count {
      let filled = waiting[place]
      counters.framesDropped += UInt64(track.dropped(before: filled.sequence))
      if place < first {
        counters.framesSkipped += 1
      } else {
        hand(filled, dequeuedAt: now, body)
      }
      let code = stream?.requeue(filled.index) ?? ENODEV
      if code != 0 { failure = code }
    }
    if failure != 0 {
      close(.lost, Self.reason(of: failure), systemError: failure, at: now)
    } else if truncatedInARow >= Self.truncatedMax {
      close(.lost, .damagedData, systemError: 0, at: now)
    }
  }

  private mutating func hand(
    _ filled: CameraStream.Filled, dequeuedAt now: Instant,
    _ body: (FrameHeader, RawSpan) -> Void
  ) {
    guard let format = stream?.format else { return }
    guard filled.size >= format.pictureSize else {
      counters.framesTruncated += 1
      truncatedInARow += 1
      nextLook = now  // The format may have changed: look before the next frame.
      return
    }
    truncatedInARow = 0
    let (time, isReplaced) = track.time(
      stamp: filled.stamp, isMonotonic: filled.isMonotonic, dequeuedAt: now)
    if isReplaced { counters.timesReplaced += 1 }
    if filled.isDamaged { counters.framesDamaged += 1 }
    counters.frames += 1
    lastFrame = now
    hasFrame = true
    let isAsAsked = format.width == camera.width && format.height == camera.height
    health.note(
      0, isAsAsked ? .ok : .degraded, isAsAsked ? .delivering : .unsupportedMode, at: now)
    let header = FrameHeader(
      sensor: sensor, sequence: filled.sequence, time: time, width: Int32(format.width),
      height: Int32(format.height), stride: Int32(format.stride), format: camera.format,
      isDamaged: filled.isDamaged)
    stream?.lend(filled) { bytes in body(header, bytes) }
  }

  // MARK: - Opening and losing

  private var silenceEnd: Instant {
    guard hasFrame else { return lastFrame.advanced(byNanos: Self.firstFrameNanosMax) }
    return lastFrame.advanced(
      byNanos: max(Self.silenceNanosMin, Self.silentIntervals * intervalNanos))
  }

  private mutating func open(at now: Instant) {
    do throws(DeviceError) {
      stream = try CameraStream(node: name.find(in: devices), camera: camera)
      intervalNanos = stream?.intervalNanos ?? 0
      isOpen = true
      backoff.attemptSucceeded(at: now)
      counters.openings += 1
      track.restart()
      truncatedInARow = 0
      hasFrame = false
      lastFrame = clock()
      nextLook = lastFrame.advanced(byNanos: Self.presenceNanos)
    } catch {
      counters.failedOpenings += 1
      backoff.attemptFailed(at: clock())
      health.note(0, .lost, error.code.healthReason, systemError: error.systemError, at: now)
    }
  }

  /// Looks whether the camera is what it was; closes it when it is not.
  private mutating func look(at now: Instant) -> Bool {
    guard now >= nextLook else { return true }
    nextLook = now.advanced(byNanos: Self.presenceNanos)
    if stream?.presence.holds != true {
      close(.lost, .deviceGone, systemError: ENODEV, at: now)
      return false
    }
    if stream?.isFormatInForce != true {
      close(.lost, .unsupportedMode, systemError: 0, at: now)
      return false
    }
    return true
  }

  private mutating func close(
    _ state: HealthState, _ reason: HealthReason, systemError: Int32, at now: Instant
  ) {
    stream = nil
    isOpen = false
    backoff.lost(at: now)
    health.note(0, state, reason, systemError: systemError, at: now)
  }

  /// What an error of a stream that was running means.
  private static func reason(of systemError: Int32) -> HealthReason {
    switch systemError {
    case ENODEV, ENXIO, EINVAL: .deviceGone
    default: .inputOutputError
    }
  }
}
