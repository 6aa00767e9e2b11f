extension DeviceInventory {
  /// The inventory for people: one paragraph a device; where a kind is missing it says so and what
  /// to do.
  public var report: String {
    var lines: [String] = []
    lines += chips.flatMap(Self.words)
    if chips.isEmpty {
      lines.append("GPIO: none found.")
      lines.append(
        "  Motion sensors on GPIO lines need a chip (/dev/gpiochipN). On a single-board computer\n"
          + "  enable its GPIO driver; elsewhere plug in a USB GPIO adapter.")
    }
    lines += cameras.flatMap(Self.words)
    if cameras.isEmpty {
      lines.append("Cameras: none found.")
      lines.append(
        "  A camera needs a V4L2 driver (/dev/videoN). Plug it in, then look at the kernel's log\n"
          + "  (journalctl -k) for the driver's words.")
    }
    lines += ports.flatMap(Self.words)
    if ports.isEmpty {
      lines.append("Serial ports: none found.")
      lines.append(
        "  Telemetry needs a serial port (/dev/ttyACMN, /dev/ttyUSBN). Plug the receiver in; recorded\n"
          + "  telemetry can be replayed through a pseudo-terminal (socat).")
    }
    return lines.joined(separator: "\n")
  }

  private static func words(_ chip: GPIOChipRecord) -> [String] {
    if let problem = chip.problem { return ["GPIO \(chip.path): \(problem)"] }
    let head = "GPIO \(chip.path): chip \"\(chip.label)\", \(chip.lines.count) lines"
    let rows = chip.lines.filter { $0.name != nil || $0.isUsed }.map { line in
      var row = "  line \(line.offset)"
      if let name = line.name { row += " \"\(name)\"" }
      if line.isUsed { row += ", in use by \(line.consumer ?? "the kernel")" }
      if line.isOutput { row += ", output" }
      return row
    }
    return [head] + rows
  }

  private static func words(_ camera: CameraRecord) -> [String] {
    if camera.card.isEmpty, let problem = camera.problem {
      return ["Camera \(camera.path): \(problem)"]
    }
    var rows = ["Camera \(camera.path): card \"\(camera.card)\", bus \(camera.bus)"]
    rows += camera.formats.filter(\.isUsable).map { format in
      let sizes = format.sizes.prefix(8).map { size in
        "\(size.width)x\(size.height)"
          + (size.framesPerSecondMax > 0
            ? " to \(Int(size.framesPerSecondMax.rounded())) frames/s" : "")
      }
      return "  \(format.code): "
        + (sizes.isEmpty ? "sizes not listed" : sizes.joined(separator: ", "))
    }
    let others = camera.formats.filter { !$0.isUsable }.map(\.code)
    if !others.isEmpty { rows.append("  not usable: \(others.joined(separator: " "))") }
    if let problem = camera.problem { rows.append("  \(problem)") }
    return rows
  }

  private static func words(_ port: SerialPortRecord) -> [String] {
    var rows = ["Serial port \(port.path): \(port.description), \(port.transport)"]
    if let serialNumber = port.serialNumber { rows.append("  device: serial:\(serialNumber)") }
    if let stablePath = port.stablePath { rows.append("  stable path: \(stablePath)") }
    if let problem = port.problem { rows.append("  \(problem)") }
    return rows
  }
}
