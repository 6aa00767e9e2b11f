import Glibc
import Synchronization

/// Signals that came and were not acted on yet, a bit each; written by the signal handler.
private let pendingSignals = Atomic<UInt64>(0)

/// The terminal while a program takes it over: keys come one by one without an echo, and where it is
/// wanted another screen is shown. It is given back as it was before SIGINT, SIGTERM, SIGHUP and SIGQUIT
/// end the program and before SIGTSTP (control-Z) stops it.
final class Terminal {
  /// What came of waiting.
  enum Answer: Equatable {
    case nothing
    case key(UInt8)
    /// The program was stopped and goes on: all is to be drawn anew.
    case resumed
  }

  private static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
  // Other screen, no cursor, no wrapping at the right side; and all of that back.
  private static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J"
  private static let leave = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

  private let hasScreen: Bool
  private var usual = termios()
  private var isTaken = false
  /// Keys cannot come any more.
  private var isDeaf = false

  /// Whether standard input and output are a terminal, and ours at present.
  static var isThere: Bool {
    isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0
      && tcgetpgrp(STDIN_FILENO) == getpgrp()
  }

  /// Whether a picture of so many characters has room on it.
  static func hasRoom(columns: Int, rows: Int) -> Bool {
    guard let name = getenv("TERM"), String(cString: name) != "dumb" else { return false }
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 else { return false }
    return Int(size.ws_col) >= columns && Int(size.ws_row) >= rows
  }

  /// Takes the terminal over.
  init(hasScreen: Bool) {
    self.hasScreen = hasScreen
    // Made now, so that the handler never has to.
    pendingSignals.store(0, ordering: .relaxed)
    for number in Self.ending + [SIGTSTP, SIGCONT] { Self.catchSignal(number) }
    take()
  }

  /// Gives the terminal back as it was; may be called again.
  func giveBack() {
    guard isTaken else { return }
    isTaken = false
    if hasScreen { put(Self.leave) }
    tcsetattr(STDIN_FILENO, TCSANOW, &usual)
  }

  /// Waits for a key, at most so long; acts on signals.
  func wait(milliseconds: Int32) -> Answer {
    if let answer = actOnSignals() { return answer }
    guard !isDeaf else {
      usleep(UInt32(milliseconds) * 1_000)
      return actOnSignals() ?? .nothing
    }
    var asked = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&asked, 1, milliseconds) > 0 else { return actOnSignals() ?? .nothing }
    var byte: UInt8 = 0
    let count = read(STDIN_FILENO, &byte, 1)
    if count == 1 { return .key(byte) }
    if count == 0 || errno != EINTR { isDeaf = true }
    return actOnSignals() ?? .nothing
  }

  /// Shows rows from the upper left on, in one write.
  func draw(_ rows: [String]) {
    guard isTaken, hasScreen else { return }
    let text = rows.enumerated().map { place, row in "\u{1B}[\(place + 1);1H\(row)\u{1B}[K" }
    put(text.joined() + "\u{1B}[J")
  }

  private func take() {
    // What stands while it is ours is our own setting, not the one to give back.
    if !isTaken, tcgetattr(STDIN_FILENO, &usual) != 0 { return }
    var raw = usual
    // Control-C and control-Z stay signals.
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    if hasScreen { put(Self.enter) }
    isTaken = true
  }

  private static func catchSignal(_ number: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      pendingSignals.bitwiseOr(1 << UInt64(number), ordering: .relaxed)
    }
    sigaction(number, &action, nil)
  }

  private func actOnSignals() -> Answer? {
    let pending = pendingSignals.exchange(0, ordering: .relaxed)
    guard pending != 0 else { return nil }
    func came(_ number: Int32) -> Bool { pending & 1 << UInt64(number) != 0 }
    for number in Self.ending where came(number) {
      giveBack()
      // Who started us is to see which signal it was.
      signal(number, SIG_DFL)
      kill(getpid(), number)
    }
    if came(SIGTSTP) {
      giveBack()
      signal(SIGTSTP, SIG_DFL)
      kill(getpid(), SIGTSTP)
      // Here we go on after SIGCONT.
      Self.catchSignal(SIGTSTP)
      take()
      return .resumed
    }
    guard came(SIGCONT) else { return nil }
    // Stopped by SIGSTOP: whoever had the terminal meanwhile may have left it otherwise.
    if isTaken { take() }
    return .resumed
  }

  private func put(_ text: String) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(STDOUT_FILENO, $0.baseAddress! + done, bytes.count - done)
      }
      guard count > 0 || errno == EINTR || errno == EAGAIN else { return }
      done += max(0, count)
    }
  }
}
