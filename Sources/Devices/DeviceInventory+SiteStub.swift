import Model

extension DeviceInventory {
  /// A fragment of `site.yaml` for the devices of this inventory: `links`, `sensors` and `cameras`.
  ///
  /// Devices are named by what stays after a replug. Profile, place, purpose and legal basis cannot
  /// be known from here and carry a comment. Motion sensors are offered for named input lines that
  /// nobody holds, the first 32. Empty when there is nothing to name.
  public var siteStub: String {
    var used: Set<String> = []
    var text = ""
    let links = ports.filter { $0.transport != "native" }.map { port in
      let device = port.serialNumber.map { "serial:\($0)" } ?? port.stablePath ?? port.path
      return "  - {name: \(Self.name(port.product ?? "link", &used)), "
        + "device: \(Self.quoted(device)), baud: 57600, silence: 3 s}\n"
    }
    if !links.isEmpty { text += "links:\n" + links.joined() }
    let lines = chips.flatMap { chip in
      chip.lines.filter { $0.name != nil && !$0.isUsed && !$0.isOutput }.map { (chip, $0) }
    }
    if !lines.isEmpty { text += "sensors:\n" }
    for (chip, line) in lines.prefix(32) {
      text += """
          - name: \(Self.name(line.name ?? "line-\(line.offset)", &used))
            profile: motion/hc-sr501  # the model that is wired to the line
            gpio: {chip: \(Self.quoted(chip.label)), line: \(Self.quoted(line.name ?? ""))}
        \(Self.unknown)
        """
    }
    let seeing = cameras.filter { Self.mode(of: $0) != nil }
    if !seeing.isEmpty { text += "cameras:\n" }
    for camera in seeing {
      text += """
          - name: \(Self.name(camera.card, &used))
            profile: camera/logitech-c920  # the model of the camera
            device: \(Self.quoted(camera.bus.isEmpty ? "card:" + camera.card : "bus:" + camera.bus))
            tilt: -10 deg  # measure
            mode: \(Self.mode(of: camera) ?? "")
        \(Self.unknown)
        """
    }
    return text
  }

  private static let unknown = """
        place: {east: 0 m, north: 0 m, up: 2 m}  # measure
        azimuth: 0 deg  # measure
        purpose: ""  # what it is for
        legal_basis: ""  # the rule that allows it

    """

  /// A layout the daemon reads, in its largest size up to 1280 pixels across.
  private static func mode(of camera: CameraRecord) -> String? {
    for format in PixelFormat.allCases {
      let code = V4L2Format.name(code: V4L2Format.code(of: format))
      let sizes = camera.formats.first { $0.code == code }?.sizes.filter { $0.width <= 1_280 } ?? []
      guard let best = sizes.max(by: { $0.width * $0.height < $1.width * $1.height }) else {
        continue
      }
      let rate = best.framesPerSecondMax >= 1 ? min(25, Int(best.framesPerSecondMax)) : 15
      return "{format: \(format.name), width: \(best.width), height: \(best.height), "
        + "rate: \(rate) /s}"
    }
    return nil
  }

  /// A name of lower-case letters, digits and hyphens, not used yet.
  private static func name(_ text: String, _ used: inout Set<String>) -> String {
    let letters = text.lowercased().map { character in
      character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
    }
    let parts = String(letters).split(separator: "-").joined(separator: "-")
    let base = parts.isEmpty ? "device" : String(parts.prefix(40))
    var name = base
    var number = 2
    while !used.insert(name).inserted {
      name = "\(base)-\(number)"
      number += 1
    }
    return name
  }

  /// A double-quoted YAML scalar; devices name themselves with any bytes they like.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where scalar.value < 32 || 127...159 ~= scalar.value:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\x" + (digits.count < 2 ? "0" : "") + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
