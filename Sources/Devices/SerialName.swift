import CSerialPort
import Glibc

/// How the site file names a serial port.
enum SerialName: Equatable {
  /// By the serial number of its USB device.
  case serialNumber(String)
  /// By a path, which should be a stable one under `/dev/serial`.
  case path(String)

  /// Reads `serial:…` or a path.
  init(_ text: String) {
    self = text.hasPrefix("serial:") ? .serialNumber(String(text.dropFirst(7))) : .path(text)
  }

  /// The node of this name now, and the path under which it is watched.
  ///
  /// - Throws: `absent`.
  func find() throws(DeviceError) -> String {
    switch self {
    case .path(let path): return path
    case .serialNumber(let wanted):
      let found = SerialPortList().records().first { $0.serialNumber == wanted }
      guard let found else {
        throw DeviceError(
          code: .absent, operation: "finding a serial port", subject: "serial:\(wanted)",
          systemError: ENOENT, underlying: "no USB serial port has this serial number")
      }
      return found.path
    }
  }
}
