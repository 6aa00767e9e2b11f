import Glibc

/// The terminal side of a pseudo-terminal, through which recorded telemetry is replayed; also any
/// terminal without modem lines. libserialport opens neither: it wants an entry in `/sys/class/tty`
/// and the TIOCMGET request.
struct PseudoTerminal: ~Copyable {
  private let descriptor: OwnedDescriptor

  /// The descriptor's number, for calls made while the owner lives.
  var number: CInt { descriptor.number }

  /// Opens the terminal at `path` raw: bytes come as they were written. For reading, and for writing
  /// if it `asks`.
  init(path: String, asks: Bool) throws(DeviceError) {
    let access = asks ? O_RDWR : O_RDONLY
    let descriptor = try OwnedDescriptor(path: path, flags: access | O_NONBLOCK)
    var settings = termios()
    guard unsafe tcgetattr(descriptor.number, &settings) == 0 else {
      throw DeviceError(operation: "tcgetattr", subject: path, systemError: errno)
    }
    unsafe cfmakeraw(&settings)
    settings.c_cflag |= tcflag_t(CREAD | CLOCAL)
    let number = descriptor.number
    guard retryingInterrupts({ unsafe tcsetattr(number, TCSANOW, &settings) }) == 0 else {
      throw DeviceError(operation: "tcsetattr", subject: path, systemError: errno)
    }
    self.descriptor = descriptor
  }

  /// Whether the node at `path` is the terminal side of a pseudo-terminal.
  ///
  /// Majors 136 ... 143, Linux's list of allocated devices (Documentation/admin-guide/devices.txt).
  static func stands(at path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { return false }
    let major = (UInt64(status.st_rdev) >> 8) & 0xFFF
    return 136...143 ~= major
  }
}

/// A terminal to read telemetry from.
enum SerialTerminal: ~Copyable {
  case port(SerialPort)
  case pseudo(PseudoTerminal)

  /// Opens what stands at `path`, for writing too if it `asks`.
  init(path: String, baud: Int, asks: Bool) throws(DeviceError) {
    guard let resolved = resolvedPath(path) else {
      throw DeviceError(operation: "opening a serial port", subject: path, systemError: errno)
    }
    if PseudoTerminal.stands(at: resolved) {
      self = .pseudo(try PseudoTerminal(path: resolved, asks: asks))
    } else {
      self = .port(try SerialPort(path: resolved, baud: baud, asks: asks))
    }
  }

  /// The descriptor's number, for calls made while the owner lives.
  var number: CInt {
    switch self {
    case .port(let port): port.number
    case .pseudo(let terminal): terminal.number
    }
  }
}
