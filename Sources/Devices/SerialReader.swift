import Glibc
public import MAVLink
public import Model

/// The bytes of one serial link, as they are read.
///
/// Called by one thread. Opening happens inside ``read(timeoutMilliseconds:_:)``: a missing port is
/// reported lost and tried again by ``Backoff``. A chunk costs two system calls and no allocation.
///
/// - Every wait is a `poll` with an end. Once a second the port's node is compared with the one
///   opened, since unplugging may show no error to a reader; a name that leads elsewhere counts
///   too.
/// - A link without bytes for longer than `SerialLink.silenceNanosMax` is reported silent, once,
///   and well again with its next byte. The port stays open: silence may be the drone's.
public struct SerialReader: ~Copyable, ByteSource {
  /// Longest chunk, bytes.
  public static let chunkMax = 4_096
  /// Full chunks handed on in one reading.
  static let chunksMax = 4
  /// Time between two looks at the port's node, nanoseconds.
  public static let presenceNanos: Int64 = 1_000_000_000

  /// What was counted since the start.
  public private(set) var counters = SerialCounters()

  private let link: SerialLink
  private let name: SerialName
  private let buffer = ChunkBuffer(capacity: SerialReader.chunkMax)
  private var terminal: SerialTerminal?
  private var presence: DevicePresence?
  private var backoff = Backoff()
  private var health: HealthBook
  private var lastByte = Instant.distantPast
  private var isSilent = false
  private var nextLook = Instant.distantPast
  private var emptyReadings = 0
  private let clock: @Sendable () -> Instant

  /// A reader of `link`, whose health is that of `sensors`, the platforms heard on it.
  public init(link: SerialLink, sensors: [SensorID]) {
    self.init(link: link, sensors: sensors, clock: { MonotonicClock.now() })
  }

  /// A reader that asks `clock` for the time.
  init(link: SerialLink, sensors: [SensorID], clock: @escaping @Sendable () -> Instant) {
    self.link = link
    name = SerialName(link.device)
    health = HealthBook(sensors: sensors)
    self.clock = clock
  }

  /// The next change of a sensor's health.
  public mutating func nextHealth() -> HealthReport? { health.next() }

  /// Waits at most `timeoutMilliseconds` for bytes and lends them to `body`.
  public mutating func read(
    timeoutMilliseconds: Int32, _ body: (Instant, RawSpan) -> Void
  ) -> SourceReading {
    var now = clock()
    if presence == nil {
      if backoff.isDue(at: now) { open(at: now) }
      guard presence != nil else {
        pause(
          milliseconds: min(
            timeoutMilliseconds, milliseconds(until: backoff.nextAttempt, from: now))
        )
        return .quiet
      }
    }
    guard look(at: now) else { return .quiet }
    var request = pollfd(fd: terminal?.number ?? -1, events: Int16(POLLIN), revents: 0)
    let duty = isSilent ? nextLook : min(nextLook, silenceEnd)
    let wait = min(timeoutMilliseconds, milliseconds(until: duty, from: now))
    let ready = unsafe poll(&request, 1, max(0, wait))
    now = clock()
    let before = counters.chunks
    if ready > 0 { take(Int32(request.revents), body) }
    if presence != nil, !isSilent, now >= silenceEnd, counters.chunks == before {
      isSilent = true
      counters.silences += 1
      health.noteAll(.lost, .silent, at: now)
    }
    return counters.chunks > before ? .samples(Int(counters.chunks - before)) : .quiet
  }

  /// Sends a question for the time to the vehicles, without waiting: all that is ever written to a
  /// link, and only to one whose `asksTime` says so. What the port does not take is counted.
  public mutating func ask(_ question: TimeQuestion) {
    guard link.asksTime, let number = terminal?.number else { return }
    let written = question.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
    }
    if written == question.count {
      counters.questions += 1
    } else {
      counters.questionsDropped += 1
    }
  }

  // MARK: - Bytes

  private mutating func take(_ events: Int32, _ body: (Instant, RawSpan) -> Void) {
    // What was sent before a hang-up is still there to be read, so reading comes first.
    for _ in 0..<Self.chunksMax {
      guard let number = terminal?.number else { return }
      let count = buffer.fill(from: number)
      let now = clock()
      if count > 0 {
        emptyReadings = 0
        lastByte = now
        isSilent = false
        counters.chunks += 1
        counters.bytes += UInt64(count)
        health.noteAll(.ok, .delivering, at: now)
        buffer.lend(count) { bytes in body(now, bytes) }
        if count < Self.chunkMax { return }
        continue
      }
      if count < 0, errno == EAGAIN, events & (POLLHUP | POLLERR | POLLNVAL) == 0 { return }
      // A terminal that hung up reads as empty for ever, or as EIO. One empty reading alone may be
      // another program that took the bytes.
      emptyReadings += 1
      if count < 0 || events & (POLLHUP | POLLERR | POLLNVAL) != 0 || emptyReadings > 1 {
        lose(systemError: count < 0 && errno != EAGAIN ? errno : EIO, at: now)
      }
      return
    }
  }

  // MARK: - Opening and losing

  private var silenceEnd: Instant { lastByte.advanced(byNanos: max(1, link.silenceNanosMax)) }

  private mutating func open(at now: Instant) {
    do throws(DeviceError) {
      let path = try name.find()
      let presence = DevicePresence(
        path: path, entry: "/sys/class/tty/\(lastComponent(resolvedPath(path) ?? path))")
      terminal = try SerialTerminal(path: path, baud: link.baud, asks: link.asksTime)
      self.presence = presence
      backoff.attemptSucceeded(at: now)
      counters.openings += 1
      lastByte = clock()
      isSilent = false
      emptyReadings = 0
      nextLook = lastByte.advanced(byNanos: Self.presenceNanos)
    } catch {
      counters.failedOpenings += 1
      backoff.attemptFailed(at: clock())
      health.noteAll(.lost, error.code.healthReason, systemError: error.systemError, at: now)
    }
  }

  private mutating func look(at now: Instant) -> Bool {
    guard now >= nextLook else { return true }
    nextLook = now.advanced(byNanos: Self.presenceNanos)
    if presence?.holds == true { return true }
    lose(systemError: ENODEV, at: now)
    return false
  }

  private mutating func lose(systemError: Int32, at now: Instant) {
    terminal = nil
    presence = nil
    counters.losses += 1
    backoff.lost(at: now)
    health.noteAll(.lost, .deviceGone, systemError: systemError, at: now)
  }
}

/// Memory into which a descriptor is read, made once.
@safe
struct ChunkBuffer: ~Copyable {
  private let memory: UnsafeMutableRawBufferPointer

  /// Memory for `capacity` bytes.
  init(capacity: Int) {
    unsafe memory = .allocate(byteCount: capacity, alignment: 16)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { unsafe memory.deallocate() }

  /// Reads what is there, without waiting: bytes read, 0, or -1 with `errno`.
  func fill(from number: CInt) -> Int {
    Int(
      retryingInterrupts {
        CInt(truncatingIfNeeded: unsafe read(number, memory.baseAddress, memory.count))
      })
  }

  /// Lends the first `count` bytes to `body`.
  func lend(_ count: Int, _ body: (RawSpan) -> Void) {
    precondition(unsafe count >= 0 && count <= memory.count, "A chunk is not so long.")
    unsafe body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<count]).bytes)
  }
}
