import Glibc

/// The GPIO chips, cameras and serial ports of this machine at one moment.
public struct DeviceInventory: Sendable, Equatable {
  /// GPIO chips, by number.
  public var chips: [GPIOChipRecord]
  /// Cameras, by number of their node.
  public var cameras: [CameraRecord]
  /// Serial ports.
  public var ports: [SerialPortRecord]

  /// Lists given by hand.
  public init(chips: [GPIOChipRecord], cameras: [CameraRecord], ports: [SerialPortRecord]) {
    self.chips = chips
    self.cameras = cameras
    self.ports = ports
  }

  /// Looks at this machine. Opens each chip and video node for a moment, no serial port (opening
  /// one moves its modem lines). Never fails: what cannot be read says why.
  public static func take() -> DeviceInventory {
    DeviceInventory(
      chips: deviceNodes(prefix: "gpiochip").map(chip),
      cameras: deviceNodes(prefix: "video").compactMap(camera), ports: serialPorts())
  }

  private static func chip(path: String) -> GPIOChipRecord {
    do throws(DeviceError) {
      let chip = try GPIOChip(path: path)
      var record = GPIOChipRecord(path: path, label: chip.label, lines: [])
      for offset in 0..<min(chip.lineCount, 1_024) {
        try record.lines.append(chip.describeLine(at: offset))
      }
      return record
    } catch {
      return GPIOChipRecord(path: path, label: "", lines: [], problem: error.description)
    }
  }

  private static func camera(path: String) -> CameraRecord? {
    do throws(DeviceError) {
      let node = try CameraNode(path: path)
      return node.isCamera ? CameraRecord(node) : nil
    } catch {
      return CameraRecord(
        path: path, card: "", bus: "", driver: "", formats: [], problem: error.description)
    }
  }

  private static func serialPorts() -> [SerialPortRecord] {
    let stable = stablePaths(in: "/dev/serial/by-id")
    return SerialPortList().records().map { port in
      var port = port
      port.stablePath = stable.first { $0.target == port.path }?.path
      if unsafe access(port.path, R_OK | W_OK) != 0 {
        port.problem =
          DeviceError(operation: "opening", subject: port.path, systemError: errno).description
      }
      return port
    }
  }

  private static func stablePaths(in folder: String) -> [(path: String, target: String)] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var all: [(path: String, target: String)] = []
    while all.count < 256, let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      let path = "\(folder)/\(name)"
      if !name.hasPrefix("."), let target = resolvedPath(path) { all.append((path, target)) }
    }
    return all.sorted { $0.path < $1.path }
  }
}
