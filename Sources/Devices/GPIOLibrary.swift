// Everything Vedette asks of libgpiod, and the only file that names it. Written for 1.6: one event
// descriptor a line, edges read by descriptor. Under version 2 a line is a
// `gpiod_chip_request_lines` of one offset with both edges and the monotonic clock, and its edges
// come through a `gpiod_edge_event_buffer`; the declarations below stay as they are.

import CGPIOD
import Glibc
import Model

/// An open GPIO chip with the lines requested of it; closing it gives them all back.
@safe
struct GPIOChip: ~Copyable {
  /// Events that the kernel keeps for a line nobody reads; more are dropped, the newest first
  /// (drivers/gpio/gpiolib-cdev.c, `struct lineevent_state`).
  static let kernelQueueLength = 16

  private let chip: OpaquePointer
  // Borrowed from `chip`, valid as long as it is open.
  private var lines: [OpaquePointer] = unsafe []

  /// Opens the chip at `path`, for instance `/dev/gpiochip0`.
  init(path: String) throws(DeviceError) {
    guard let chip = unsafe gpiod_chip_open(path) else {
      throw DeviceError(operation: "opening a GPIO chip", subject: path, systemError: errno)
    }
    unsafe self.chip = chip
  }

  deinit { unsafe gpiod_chip_close(chip) }

  /// The label its driver gave it: stable across replugs.
  var label: String { unsafe String(cString: gpiod_chip_label(chip)) }

  /// The kernel's name of it, `gpiochip0`: not stable.
  var name: String { unsafe String(cString: gpiod_chip_name(chip)) }

  /// How many lines it has.
  var lineCount: Int { unsafe Int(gpiod_chip_num_lines(chip)) }

  /// What the kernel says of the line at `offset`.
  func describeLine(at offset: Int) throws(DeviceError) -> GPIOLineRecord {
    guard let line = unsafe gpiod_chip_get_line(chip, UInt32(truncatingIfNeeded: offset)) else {
      throw DeviceError(
        operation: "reading about a GPIO line", subject: "line \(offset) of \(label)",
        systemError: errno)
    }
    return unsafe GPIOLineRecord(
      offset: offset, name: gpiod_line_name(line).map { unsafe String(cString: $0) },
      isUsed: gpiod_line_is_used(line),
      consumer: gpiod_line_consumer(line).map { unsafe String(cString: $0) },
      isOutput: gpiod_line_direction(line) == vdt_gpiod_direction_output())
  }

  /// Asks for both edges of a line.
  ///
  /// - Parameters:
  ///   - line: its name on this chip, or else its offset as a decimal number.
  ///   - consumer: whom the kernel names as its user.
  /// - Returns: the line's place among the requested ones, for the calls below.
  mutating func requestEdges(of line: String, consumer: String) throws(DeviceError) -> Int {
    let subject = "line \(line) of \(label)"
    var found = unsafe gpiod_chip_find_line(chip, line)
    if unsafe found == nil, let offset = UInt32(line) {
      unsafe found = gpiod_chip_get_line(chip, offset)
    }
    guard let found = unsafe found else {
      throw DeviceError(
        code: .absent, operation: "finding a GPIO line", subject: subject, systemError: ENOENT,
        underlying: "the chip has no line of that name or number")
    }
    guard unsafe gpiod_line_request_both_edges_events(found, consumer) == 0 else {
      throw DeviceError(operation: "requesting edges", subject: subject, systemError: errno)
    }
    // Reading must never wait: a line is also read when `poll` said nothing, since the removal of
    // its chip does not wake `poll`.
    let descriptor = unsafe gpiod_line_event_get_fd(found)
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
      let code = errno
      unsafe gpiod_line_release(found)
      throw DeviceError(operation: "fcntl(O_NONBLOCK)", subject: subject, systemError: code)
    }
    unsafe lines.append(found)
    return unsafe lines.count - 1
  }

  /// Gives a requested line back to the kernel; its place is not used again.
  func release(_ place: Int) { unsafe gpiod_line_release(lines[place]) }

  /// The number to `poll` for a requested line; owned by the chip.
  func descriptorNumber(of place: Int) -> CInt { unsafe gpiod_line_event_get_fd(lines[place]) }

  /// Whether a requested line is high now, or the negative `errno`.
  func level(of place: Int) -> GPIOLevel {
    let value = unsafe gpiod_line_get_value(lines[place])
    return value < 0 ? .failed(errno) : value > 0 ? .high : .low
  }

  /// Reads at most 16 edges of a requested line without waiting and hands them to `body`.
  ///
  /// The times are of the monotonic clock since Linux 5.7 (before, of the wall clock). No
  /// allocation.
  func readEdges(of place: Int, _ body: (_ isRising: Bool, _ time: Instant) -> Void) -> GPIOBatch {
    unsafe withUnsafeTemporaryAllocation(
      of: gpiod_line_event.self, capacity: Self.kernelQueueLength
    ) { events in
      let count = retryingInterrupts {
        unsafe gpiod_line_event_read_fd_multiple(
          gpiod_line_event_get_fd(lines[place]), events.baseAddress,
          UInt32(Self.kernelQueueLength))
      }
      if count < 0 { return errno == EAGAIN ? .edges(0) : .failed(errno) }
      for index in 0..<Int(count) {
        var event = unsafe events[index]
        body(
          event.event_type == vdt_gpiod_event_rising(),
          Instant(monotonicNanos: unsafe vdt_gpiod_event_nanos(&event)))
      }
      return .edges(Int(count))
    }
  }
}

/// What one reading of a line's edges brought.
enum GPIOBatch: Equatable {
  /// So many edges, possibly none.
  case edges(Int)
  /// The system's `errno`.
  case failed(Int32)
}

/// What reading a line's level brought.
enum GPIOLevel: Equatable {
  case low
  case high
  /// The system's `errno`.
  case failed(Int32)
}
