import Glibc
import Model

/// Why a device could not be found, opened, set up or read.
public struct DeviceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of failure this is.
  public struct Code: Sendable, Equatable, CustomStringConvertible {
    private enum Kind {
      case absent, gone, busy, accessDenied, inputOutput, unsupportedMode, exhausted, other
    }
    private let kind: Kind
    private init(_ kind: Kind) { self.kind = kind }

    /// No device answers to the name in the site file.
    public static var absent: Code { Code(.absent) }
    /// The device was there and went away.
    public static var gone: Code { Code(.gone) }
    /// Somebody else holds the device or the line.
    public static var busy: Code { Code(.busy) }
    /// The daemon's user may not open the device.
    public static var accessDenied: Code { Code(.accessDenied) }
    /// The kernel reports an input/output error.
    public static var inputOutput: Code { Code(.inputOutput) }
    /// The device does not do what the site file asks of it.
    public static var unsupportedMode: Code { Code(.unsupportedMode) }
    /// The machine has no memory or file descriptors left for the device.
    public static var exhausted: Code { Code(.exhausted) }
    /// A cause that is none of these.
    public static var other: Code { Code(.other) }

    /// The code's name, for logs and metrics.
    public var description: String { "\(kind)" }

    /// The class of a system call's `errno`.
    init(systemError: Int32) {
      switch systemError {
      case ENOENT, ENXIO: self = .absent
      case ENODEV: self = .gone
      case EBUSY, EWOULDBLOCK: self = .busy
      case EACCES, EPERM: self = .accessDenied
      case EIO: self = .inputOutput
      case EINVAL, ENOTTY, EOPNOTSUPP: self = .unsupportedMode
      case ENOMEM, EMFILE, ENFILE, ENOSPC: self = .exhausted
      default: self = .other
      }
    }

    /// What the health report of a sensor on the device says.
    var healthReason: HealthReason {
      switch kind {
      case .absent: .deviceAbsent
      case .gone: .deviceGone
      case .busy: .deviceBusy
      case .accessDenied: .accessDenied
      case .inputOutput: .inputOutputError
      case .unsupportedMode: .unsupportedMode
      case .exhausted, .other: .other
      }
    }

    /// What a technician can do about it.
    var remedy: String {
      switch kind {
      case .absent:
        "Plug the device in, or correct its name in the site file (`vedette devices` lists them)."
      case .gone: "Check the cable and the device's power; it is opened again when it is back."
      case .busy: "End the program that holds it (`fuser -v` on the device names it)."
      case .accessDenied:
        "Add the daemon's user to the device's group (gpio, video or dialout) or correct its mode."
      case .inputOutput: "Check the cable, the power and the kernel's log (`journalctl -k`)."
      case .unsupportedMode:
        "Choose a mode that the device offers (`vedette devices` lists them)."
      case .exhausted: "Raise the limit on open files (LimitNOFILE) or free memory."
      case .other: "See the kernel's log (`journalctl -k`)."
      }
    }
  }

  /// What kind of failure this is.
  public let code: Code
  /// What was being done, for instance `VIDIOC_S_FMT`.
  public let operation: String
  /// The device, line or file it was done to.
  public let subject: String
  /// The system's `errno`, or 0 where there was none.
  public let systemError: Int32
  /// What the system or the library said.
  public let underlying: String

  /// A failure that the system described by `errno`.
  init(operation: String, subject: String, systemError: Int32) {
    self.init(
      code: Code(systemError: systemError), operation: operation, subject: subject,
      systemError: systemError,
      underlying: unsafe String(cString: strerror(systemError)))
  }

  /// A failure described in words.
  init(
    code: Code, operation: String, subject: String, systemError: Int32 = 0, underlying: String
  ) {
    self.code = code
    self.operation = operation
    self.subject = subject
    self.systemError = systemError
    self.underlying = underlying
  }

  /// What was done, to what, what the system said, and a remedy.
  public var description: String {
    "\(operation) on \(subject) failed: \(underlying). \(code.remedy)"
  }
}
