import Geodesy
import Model

extension SiteReader {
  /// The most devices of a kind; a post has tens.
  static let devicesMax = 256

  /// What every sensor's entry begins with.
  struct Head {
    var name: String
    var profileName: String
    var profile: DeviceProfile
  }

  /// Reads `links`, `sensors`, `cameras`, `drones`, `patrols` and `receivers`, in that order: a
  /// `SensorID` is the place in the order of the last five.
  func readSensors(of section: Section) {
    for entry in section.optional("links")?.list(count: 0...32) ?? [] {
      if let link = entry.section(readLink) { links.append(link) }
    }
    for (key, kind) in [
      ("sensors", DeviceProfile.Kind.motion), ("cameras", .camera), ("drones", .drone),
      ("patrols", .beacon), ("receivers", .receiver),
    ] {
      for entry in section.optional(key)?.list(count: 0...Self.devicesMax) ?? [] {
        let sensor = entry.section { section -> Sensor? in
          let head = readHead(of: section, kind: kind)
          switch kind {
          case .motion: return readMotion(of: section, head: head)
          case .camera: return readCamera(of: section, head: head)
          case .drone, .beacon, .receiver: return readPlatform(of: section, kind: kind, head: head)
          }
        }
        if let sensor { sensors.append(sensor) }
      }
    }
    if sensors.isEmpty, list.errorCount == 0 {
      section.entry.error(
        .missingKey, expected: "at least one sensor",
        remedy: "Add \"sensors:\", \"cameras:\" or \"drones:\"",
        found: "no sensor, no camera, no drone")
    }
  }

  private func readLink(_ section: Section) -> SerialLink? {
    let nameEntry = section.required("name", example: "telemetry")
    let name = nameEntry?.name()
    if let name, let nameEntry {
      claim(name, in: "a link name", at: nameEntry, remedy: "Choose another name")
      linkNames.append(name)
    }
    let deviceEntry = section.required("device", example: "serial:A50285BI")
    let device = deviceEntry?.text(example: "serial:A50285BI")
    if let device, let deviceEntry {
      checkDevice(device, prefix: "serial:", at: deviceEntry)
      claim(
        device, in: "a port", at: deviceEntry, code: .conflict,
        remedy: "One port is one link: remove the other, or name another port")
    }
    let baud = section.optional("baud").map { $0.integer(in: 1_200...3_000_000) } ?? 57_600
    let silence =
      section.optional("silence").map { $0.quantity(.time, from: "100 ms", to: "10 min") } ?? 3
    let signatures = section.optional("signatures").map(readSignatures) ?? (.ignore, nil)
    let asksTime = section.optional("time_sync").map { $0.flag() } ?? false
    let forward = section.optional("forward").flatMap(readForward)
    guard let name, let device, let baud, let silence, let signatures, let asksTime else {
      return nil
    }
    return SerialLink(
      name: name, device: device, baud: baud, silenceNanosMax: Int64((silence * 1e9).rounded()),
      signatures: signatures.policy, signatureKey: signatures.key, asksTime: asksTime,
      forward: forward)
  }

  /// `{policy, key}`: a key for every policy that looks at signatures, none for the one that does not.
  private func readSignatures(
    _ entry: Entry
  ) -> (policy: SignaturePolicy, key: String?)? {
    entry.section { section -> (policy: SignaturePolicy, key: String?)? in
      let policy = section.required("policy", example: "require")?
        .choice(SignaturePolicy.allCases.map { ($0.rawValue, $0) })
      if policy == .ignore {
        section.refuse(
          "key", expected: "no key where signatures are not looked at",
          remedy: "Remove it, or write \"policy: require\"")
        return (.ignore, nil)
      }
      let key = section.required("key", example: "credential:mavlink.key")
        .flatMap { secretPath($0, example: "credential:mavlink.key") }
      guard let policy, let key else { return nil }
      return (policy, key)
    }
  }

  /// `{host, port}` of one ground station; a warning where the bytes leave this machine.
  private func readForward(_ entry: Entry) -> ForwardTarget? {
    entry.section { section -> ForwardTarget? in
      let hostEntry = section.required("host", example: "127.0.0.1")
      let host = hostEntry?.text(lengthMax: 253, example: "127.0.0.1")
      let port = section.required("port", example: "14550")?.integer(in: 1...65_535)
      guard let host, let hostEntry, let port else { return nil }
      guard host.utf8.allSatisfy(Self.isOfHostName), host.utf8.first != UInt8(ascii: "-") else {
        hostEntry.error(
          .badValue, expected: "an IPv4 or IPv6 address, localhost, or a host name",
          remedy: "Write the host alone, without scheme, port or path")
        return nil
      }
      if !Self.isLoopback(host) {
        list.warning(
          .insecure, at: hostEntry.position, field: hostEntry.path, found: quoted(host),
          expected: "a ground station on this machine: what is passed on is not encrypted",
          remedy: "Let the ground station run here, or reach it through an encrypted tunnel")
      }
      return ForwardTarget(host: host, port: UInt16(port))
    }
  }

  /// What host names and addresses are made of.
  private static func isOfHostName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: ":"), UInt8(ascii: "%"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// A device is named by what stays when it is plugged elsewhere, or by a path.
  func checkDevice(_ device: String, prefix: String..., at entry: Entry) {
    let fits = device.hasPrefix("/") || prefix.contains { device.hasPrefix($0) && device != $0 }
    guard !fits else { return }
    entry.error(
      .badValue, expected: "a path, or a text that begins with \(prefix.joined(separator: " or "))",
      remedy: "Run \"vedette devices\": it prints how to name each device")
  }

  /// Name, profile, purpose and legal basis, and the profile with what the site overrides.
  private func readHead(of section: Section, kind: DeviceProfile.Kind) -> Head? {
    let nameEntry = section.required("name", example: "gate-north")
    let name = nameEntry?.name()
    if let name, let nameEntry {
      claim(
        name, in: "a sensor name", at: nameEntry,
        remedy: "Choose another name: sensors, cameras, drones, patrols and receivers share one "
          + "list of names")
    }
    let purpose = section.required("purpose", example: "what it is there for")?
      .text(lengthMax: 1_000, example: "Detect persons on the track to the ford")
    let basis = section.required("legal_basis", example: "the law or order that allows it")?
      .text(lengthMax: 1_000, example: "Border Act, section 12")
    var found: (name: String, profile: DeviceProfile)?
    if let entry = section.required("profile", example: "\(kind.rawValue)/…") {
      found = profile(at: entry, kind: kind)
    }
    if let entry = section.optional("override"), var changed = found {
      _ = entry.section { override -> Void? in
        ProfileValues.source(of: override)
        ProfileValues(section: override, isProfile: false).read(into: &changed.profile)
        return ()
      }
      found = changed
    }
    guard let name, let purpose, let basis, let found else { return nil }
    purposes.append(SensorPurpose(sensor: name, purpose: purpose, legalBasis: basis))
    return Head(name: name, profileName: found.name, profile: found.profile)
  }

  private func profile(at entry: Entry, kind: DeviceProfile.Kind) -> (String, DeviceProfile)? {
    let ofKind = available.filter { $0.hasPrefix("\(kind.rawValue)/") }
    guard let name = entry.text(example: ofKind.first ?? "\(kind.rawValue)/model") else {
      return nil
    }
    let named = name.split(separator: "/", maxSplits: 1).first.flatMap {
      DeviceProfile.Kind(rawValue: String($0))
    }
    if let named, named != kind {
      entry.error(
        .profileKind, expected: "a \(kind.rawValue) profile",
        remedy: "Move the entry to the list for its kind, or choose a \(kind.rawValue) profile")
      return nil
    }
    guard let known = profiles[name] else {
      let present = ofKind.isEmpty ? "none is present" : ofKind.joined(separator: ", ")
      let meant = Suggestion.nearest(to: name, among: ofKind)
      entry.error(
        .unknownProfile, expected: "one of the \(kind.rawValue) profiles: \(present)",
        remedy: meant.map { "Did you mean \(quoted($0))?" }
          ?? "Choose one of them, or add DeviceProfiles/\(kind.rawValue)/<model>.yaml")
      return nil
    }
    // A profile with a mistake of its own has told it.
    return known.map { (name, $0) }
  }

  /// Where a sensor stands: a point and, if given, its height above the origin.
  func readPlace(of section: Section) -> SIMD3<Double>? {
    section.required("place", example: "{east: 3 m, north: 12 m, up: 2.5 m}")?.section { place in
      let up =
        place.optional("up").map { $0.quantity(.length, from: "-500 m", to: "500 m") } ?? 0
      guard let ground = point(of: place), let up else { return nil }
      return SIMD3(ground.x, ground.y, up)
    }
  }

  func readAzimuth(of section: Section) -> Double? {
    section.required("azimuth", example: "92 deg")?
      .quantity(.angle, from: "-360 deg", to: "360 deg").map { Coverage.azimuth(compass: $0) }
  }

  private func readMotion(of section: Section, head: Head?) -> Sensor? {
    let place = readPlace(of: section)
    var isActiveLow = head?.profile.isActiveLow ?? false
    let wiring = section.required("gpio", example: "{chip: pinctrl-bcm2711, line: GPIO17}")?
      .section { gpio -> (chip: String, line: String)? in
        let chip = gpio.required("chip", example: "pinctrl-bcm2711")?
          .text(lengthMax: 64, example: "pinctrl-bcm2711")
        let lineEntry = gpio.required("line", example: "GPIO17")
        let line = lineEntry?.text(lengthMax: 64, example: "GPIO17")
        if let active = gpio.optional("active")?.choice([("high", false), ("low", true)]) {
          isActiveLow = active
        }
        guard let chip, let line, let lineEntry else { return nil }
        claim(
          "\(chip) \(line)", in: "a GPIO line", at: lineEntry, code: .conflict,
          remedy: "One line carries one sensor: correct the chip or the line")
        return (chip, line)
      }
    guard let head else {
      for key in ["azimuth", "to"] { _ = section.has(key) }
      return nil
    }
    let coverage = readCoverage(of: section, shape: head.profile.shape, place: place)
    guard let place, let wiring, let coverage else { return nil }
    let profile = head.profile
    let detail = MotionDetail(
      technology: profile.technology, chip: wiring.chip, line: wiring.line,
      isActiveLow: isActiveLow, debounceNanos: Int64((profile.debounce * 1e9).rounded()),
      holdNanos: Int64((profile.hold * 1e9).rounded()), classRadii: profile.classRanges,
      edgesPerSecondMax: Int(profile.edgesPerSecondMax.rounded(.up)))
    return Sensor(
      name: head.name, profile: head.profileName, place: place, coverage: coverage,
      detectionProbability: profile.detectionProbability,
      falseAlarmRate: profile.falseAlarms * 3_600,
      latencyNanos: Int64((profile.latency * 1e9).rounded()), detail: .motion(detail))
  }

  private func readCoverage(
    of section: Section, shape: DeviceProfile.Shape, place: SIMD3<Double>?
  ) -> [SIMD2<Double>]? {
    let ground = place.map { SIMD2($0.x, $0.y) }
    switch shape {
    case .sector(let halfAngle, let range):
      section.refuse(
        "to", expected: "the key only for beams", remedy: "Write \"azimuth\" instead")
      guard let azimuth = readAzimuth(of: section), let ground else { return nil }
      return Coverage.sector(at: ground, azimuth: azimuth, halfAngle: halfAngle, range: range)
    case .disc(let range):
      section.refuse(
        "to", expected: "no direction for a sensor that covers a disc", remedy: "Remove it")
      section.refuse(
        "azimuth", expected: "no direction for a sensor that covers a disc", remedy: "Remove it")
      return ground.map { Coverage.disc(at: $0, radius: range) }
    case .corridor(let width, let range):
      section.refuse(
        "azimuth", expected: "the far end of the beam instead",
        remedy: "Write \"to\" with its place")
      guard let entry = section.required("to", example: "{east: 40 m, north: 12 m}"),
        let end = entry.section({ self.point(of: $0) }), let ground
      else { return nil }
      let way = end - ground
      let length = (way * way).sum().squareRoot()
      guard length >= 0.5, length <= range else {
        entry.error(
          .outOfRange, expected: "a far end 0.5 m to \(plain(range)) m away",
          remedy: "Correct the places, or choose a profile with more range",
          found: "a far end \(plain((length * 10).rounded() / 10)) m away")
        return nil
      }
      return Coverage.corridor(from: ground, to: end, width: width)
    }
  }
}
