/// A GPIO line as the kernel describes it.
public struct GPIOLineRecord: Sendable, Equatable {
  /// Its number on the chip, from 0.
  public var offset: Int
  /// Its name, if the board gives it one.
  public var name: String?
  /// Whether a program or the kernel holds it.
  public var isUsed: Bool
  /// Who holds it, as far as it said so.
  public var consumer: String?
  /// Whether it is driven by this machine, so that no sensor can be on it.
  public var isOutput: Bool
}

/// A GPIO chip of this machine.
public struct GPIOChipRecord: Sendable, Equatable {
  /// Its node now, `/dev/gpiochip0`.
  public var path: String
  /// Its label: what the site file names.
  public var label: String
  /// Its lines, by offset.
  public var lines: [GPIOLineRecord]
  /// Why it could not be read, or `nil`.
  public var problem: String?
}

/// A picture format that a camera offers.
public struct CameraFormatRecord: Sendable, Equatable {
  /// The driver's four-character code, for instance `YUYV`.
  public var code: String
  /// The driver's words for it.
  public var description: String
  /// Whether the daemon can use it.
  public var isUsable: Bool
  /// Sizes with the highest rate of each; the first 64.
  public var sizes: [Size]

  /// A size of picture.
  public struct Size: Sendable, Equatable {
    /// Pixels across.
    public var width: Int
    /// Pixels down.
    public var height: Int
    /// Most frames a second, or 0 where the driver does not say.
    public var framesPerSecondMax: Double
  }
}

/// A camera of this machine.
public struct CameraRecord: Sendable, Equatable {
  /// Its node now, `/dev/video0`.
  public var path: String
  /// The name of the card: `card:<name>` in the site file.
  public var card: String
  /// Where it is attached: `bus:<bus>` in the site file; stable as long as it stays in its socket.
  public var bus: String
  /// Its driver.
  public var driver: String
  /// What it offers.
  public var formats: [CameraFormatRecord]
  /// Why it could not be read, or `nil`.
  public var problem: String?
}

/// A serial port of this machine.
public struct SerialPortRecord: Sendable, Equatable {
  /// Its node now, `/dev/ttyACM0`.
  public var path: String
  /// What the system calls it.
  public var description: String
  /// `native`, `usb` or `bluetooth`.
  public var transport: String
  /// USB vendor, or `nil` when it is not on USB.
  public var vendorID: Int?
  /// USB product, or `nil` when it is not on USB.
  public var productID: Int?
  /// Maker as the USB device says.
  public var manufacturer: String?
  /// Product as the USB device says.
  public var product: String?
  /// Serial number of the USB device: `serial:<number>` in the site file.
  public var serialNumber: String?
  /// A stable path under `/dev/serial/by-id`, where the system makes one.
  public var stablePath: String?
  /// Why it cannot be opened, or `nil`.
  public var problem: String?
}
