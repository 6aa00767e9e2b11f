import Captures
import Devices
import Fusion
import Model
import Station

/// Somebody at a terminal who watches a replay: keys pause it and go on step by step; a view of 80 by 24
/// characters, or plain lines, show it.
final class ReplayDesk: ReplayAudience {
  /// Time between two pictures, and between two looks for keys while nothing waits, nanoseconds.
  private static let pictureNanos: Int64 = 100_000_000
  private static let lookNanos: Int64 = 20_000_000

  private let terminal: Terminal
  private let hasView: Bool
  private var pacer: ReplayPacer
  private var view: ReplayView
  private var lastPicture = Instant.distantPast
  private var lastTracks = Instant.distantPast
  private var lastLook = Instant.distantPast
  private var isChanged = true
  private var seconds = 0.0
  private var isClosed = false

  /// Takes the terminal over; nothing when there is none. `isPlain`: lines, also where a view has room.
  init?(title: String, site: Site, seconds: Double?, speed: Double?, isPlain: Bool) {
    guard Terminal.isThere else { return nil }
    hasView = !isPlain && Terminal.hasRoom(columns: ReplayView.columns, rows: ReplayView.rows)
    pacer = ReplayPacer(speed: speed)
    view = ReplayView(title: title, site: site, seconds: seconds)
    terminal = Terminal(hasScreen: hasView)
  }

  /// Gives the terminal back; with a view, its last events stay as lines.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    terminal.giveBack()
    guard hasView else { return }
    let before = view.eventCount - view.events.count
    if before > 0 { say("… \(before) events before these; --events FILE keeps all") }
    for event in view.events { say(event) }
  }

  func tracksWanted(before item: CaptureItem, recorded: Instant) -> Instant? {
    guard hasView else { return nil }
    let now = MonotonicClock.now()
    guard pacer.state != .running || now.nanos(since: lastTracks) >= Self.pictureNanos else {
      return nil
    }
    lastTracks = now
    return recorded
  }

  func show(_ tracks: [TrackSnapshot], at moment: Instant) {
    view.show(tracks, at: moment)
    isChanged = true
  }

  func admit(_ recorded: Instant, seconds: Double) -> Bool {
    self.seconds = seconds
    while true {
      let now = MonotonicClock.now()
      let wait = pacer.wait(until: seconds, now: now)
      drawIfDue(at: now)
      if pacer.state == .ended { return false }
      let isFree = wait == 0
      if isFree, now.nanos(since: lastLook) < Self.lookNanos { return true }
      lastLook = now
      // Rounded up, so that a short wait does not become a busy one.
      let most = min(wait ?? Self.pictureNanos, Self.pictureNanos)
      switch terminal.wait(milliseconds: Int32((most + 999_999) / 1_000_000)) {
      case .nothing: break
      case .key(let key): press(key)
      case .resumed:
        pacer.forgetTime()
        isChanged = true
      }
      if isFree, pacer.state == .running || isStepping { return true }
    }
  }

  func heard(_ arrival: Arrival) {
    view.take(arrival.observation)
    pacer.note(arrival.observation)
  }

  func decided(_ event: PostEvent, _ payload: RawSpan) {
    let data = payload.withUnsafeBytes { Array($0) }
    if hasView { view.take(event: data) } else { say(EventLine(data: data).text) }
    pacer.noteEvent()
    isChanged = true
  }

  private var isStepping: Bool {
    pacer.state == .steppingToObservation || pacer.state == .steppingToEvent
  }

  private func press(_ key: UInt8) {
    switch key {
    case UInt8(ascii: " "): pacer.obey(.pause)
    case UInt8(ascii: "s"): pacer.obey(.step)
    case UInt8(ascii: "e"): pacer.obey(.nextEvent)
    case UInt8(ascii: "q"): pacer.obey(.end)
    default: return
    }
    isChanged = true
    if !hasView, pacer.state == .paused {
      complain("paused at second \(seconds): space goes on, s steps, q ends")
    }
  }

  private func drawIfDue(at now: Instant) {
    guard hasView, isChanged, now.nanos(since: lastPicture) >= Self.pictureNanos else { return }
    lastPicture = now
    isChanged = false
    terminal.draw(view.text(at: seconds, pacer: pacer))
  }
}
