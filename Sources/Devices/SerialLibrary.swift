import CSerialPort
import Glibc

/// What libserialport says of its last failure.
func serialFailure(_ result: sp_return, operation: String, subject: String) -> DeviceError {
  switch result {
  case SP_ERR_FAIL:
    return DeviceError(operation: operation, subject: subject, systemError: sp_last_error_code())
  case SP_ERR_MEM:
    return DeviceError(operation: operation, subject: subject, systemError: ENOMEM)
  case SP_ERR_SUPP:
    return DeviceError(
      code: .unsupportedMode, operation: operation, subject: subject,
      underlying: "the port does not support it")
  default:
    return DeviceError(
      code: .absent, operation: operation, subject: subject, systemError: ENOENT,
      underlying: "it is no serial port")
  }
}

/// An open serial port of libserialport's: raw, 8 data bits, no parity, 1 stop bit, no flow
/// control. Closed with its owner.
@safe
struct SerialPort: ~Copyable {
  private let port: OpaquePointer
  /// The descriptor's number, owned by the library, for calls made while the owner lives.
  let number: CInt

  /// Opens the port at `path` (symbolic links resolved) for reading, and for writing if it `asks`.
  init(path: String, baud: Int, asks: Bool) throws(DeviceError) {
    var found: OpaquePointer?
    let result = unsafe sp_get_port_by_name(path, &found)
    guard result == SP_OK, let port = unsafe found else {
      throw serialFailure(result, operation: "sp_get_port_by_name", subject: path)
    }
    do throws(DeviceError) {
      let mode = asks ? SP_MODE_READ_WRITE : SP_MODE_READ
      try unsafe Self.check(sp_open(port, mode), "sp_open", path)
    } catch {
      unsafe sp_free_port(port)
      throw error
    }
    do throws(DeviceError) {
      try unsafe Self.check(sp_set_baudrate(port, CInt(clamping: baud)), "sp_set_baudrate", path)
      try unsafe Self.check(sp_set_bits(port, 8), "sp_set_bits", path)
      try unsafe Self.check(sp_set_parity(port, SP_PARITY_NONE), "sp_set_parity", path)
      try unsafe Self.check(sp_set_stopbits(port, 1), "sp_set_stopbits", path)
      try unsafe Self.check(
        sp_set_flowcontrol(port, SP_FLOWCONTROL_NONE), "sp_set_flowcontrol", path)
      var number: CInt = -1
      guard unsafe vdt_sp_descriptor(port, &number) == 0, number >= 0 else {
        throw DeviceError(operation: "sp_get_port_handle", subject: path, systemError: EBADF)
      }
      self.number = number
    } catch {
      unsafe sp_close(port)
      unsafe sp_free_port(port)
      throw error
    }
    unsafe self.port = port
  }

  deinit {
    unsafe sp_close(port)
    unsafe sp_free_port(port)
  }

  private static func check(
    _ result: sp_return, _ operation: String, _ path: String
  ) throws(DeviceError) {
    if result != SP_OK { throw serialFailure(result, operation: operation, subject: path) }
  }
}

/// The serial ports that libserialport finds on this machine.
@safe
struct SerialPortList: ~Copyable {
  private let list: UnsafeMutablePointer<OpaquePointer?>?

  /// Looks for them; none when the system cannot say.
  init() {
    var found: UnsafeMutablePointer<OpaquePointer?>?
    unsafe list = unsafe sp_list_ports(&found) == SP_OK ? found : nil
  }

  deinit { if let list = unsafe list { unsafe sp_free_port_list(list) } }

  /// What is known of each port without opening it; at most 256.
  func records() -> [SerialPortRecord] {
    guard let list = unsafe list else { return [] }
    var all: [SerialPortRecord] = []
    for index in 0..<256 {
      guard let port = unsafe list[index] else { break }
      guard let path = unsafe sp_get_port_name(port).map({ unsafe String(cString: $0) }) else {
        continue
      }
      let transport = unsafe sp_get_port_transport(port)
      var record = unsafe SerialPortRecord(
        path: path,
        description: sp_get_port_description(port).map { unsafe String(cString: $0) } ?? path,
        transport: transport == SP_TRANSPORT_USB
          ? "usb" : transport == SP_TRANSPORT_BLUETOOTH ? "bluetooth" : "native",
        manufacturer: sp_get_port_usb_manufacturer(port).map { unsafe String(cString: $0) },
        product: sp_get_port_usb_product(port).map { unsafe String(cString: $0) },
        serialNumber: sp_get_port_usb_serial(port).map { unsafe String(cString: $0) })
      var vendor: CInt = 0
      var product: CInt = 0
      if unsafe sp_get_port_usb_vid_pid(port, &vendor, &product) == SP_OK {
        record.vendorID = Int(vendor)
        record.productID = Int(product)
      }
      all.append(record)
    }
    return all
  }
}
