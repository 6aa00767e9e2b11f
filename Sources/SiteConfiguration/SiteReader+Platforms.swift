import Model

extension SiteReader {
  /// The other link on which a vehicle is heard.
  private func readSecondLink(_ entry: Entry, beside first: String?) -> String? {
    guard let name = entry.name() else { return nil }
    guard linkNames.contains(name), name != first else {
      let others = linkNames.filter { $0 != first }
      entry.error(
        .unknownReference,
        expected: others.isEmpty
          ? "another link of \"links\", which has none"
          : "another of the links: \(others.joined(separator: ", "))",
        remedy: "Remove it, or name the other radio of the vehicle")
      return nil
    }
    return name
  }

  /// A drone, a patrol's beacon or a receiver of broadcasts on a link.
  func readPlatform(
    of section: Section, kind: DeviceProfile.Kind, head: Head?
  ) -> Sensor? {
    let linkEntry = section.required("link", example: links.first?.name ?? "telemetry")
    let link = linkEntry?.name()
    if let link, let linkEntry, !linkNames.contains(link) {
      let names = linkNames
      let meant = Suggestion.nearest(to: link, among: names)
      linkEntry.error(
        .unknownReference,
        expected: names.isEmpty
          ? "a link of \"links\", which has none"
          : "one of the links: \(names.joined(separator: ", "))",
        remedy: meant.map { "Did you mean \(quoted($0))?" } ?? "Add it to \"links\"")
    }
    let systemEntry = section.required("system_id", example: "1")
    let system = systemEntry?.integer(in: 1...255)
    if let link, let system, let systemEntry {
      claim(
        "\(link) \(system)", in: "a system id on its link", at: systemEntry, code: .conflict,
        remedy: "Give each vehicle on a link another MAVLink system id")
    }
    let second = section.optional("second_link").flatMap { readSecondLink($0, beside: link) }
    if let second, let system, let entry = section.optional("second_link") {
      claim(
        "\(second) \(system)", in: "a system id on its link", at: entry, code: .conflict,
        remedy: "Give each vehicle on a link another MAVLink system id")
    }
    let remoteID = kind == .receiver ? nil : section.optional("remote_id").flatMap(readRemoteID)
    let address =
      kind == .receiver ? nil : section.optional("icao_address").flatMap(readAddress)
    guard let head, let link, let system else { return nil }
    let profile = head.profile
    let detail = PlatformDetail(
      link: link, systemID: UInt8(system), footprintRadius: profile.footprintRadius,
      positionSigma: profile.positionSigma, payload: profile.payload, secondLink: second,
      remoteID: remoteID, icaoAddress: address, usesOwnTime: profile.usesOwnTime)
    return Sensor(
      name: head.name, profile: head.profileName, place: .zero, coverage: [],
      detectionProbability: profile.detectionProbability,
      falseAlarmRate: profile.falseAlarms * 3_600,
      latencyNanos: Int64((profile.latency * 1e9).rounded()),
      detail: kind == .drone
        ? .drone(detail) : kind == .beacon ? .beacon(detail) : .receiver(detail))
  }
  /// The identification that a platform broadcasts as Remote ID.
  private func readRemoteID(_ entry: Entry) -> String? {
    let example = "1581F4XFC23C00A000XX"
    guard let text = entry.text(lengthMax: 20, example: example) else { return nil }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      entry.error(
        .badValue, expected: "letters and digits without spaces",
        remedy: "Copy what is printed on the vehicle or told by its maker's application")
      return nil
    }
    claim(
      text, in: "a Remote ID", at: entry, code: .conflict, remedy: "One vehicle has one of its own")
    return text
  }

  /// The address of a transponder, six hexadecimal digits.
  private func readAddress(_ entry: Entry) -> UInt32? {
    let remedy = "Write it in quotes, as in \"3C65AB\""
    guard let text = entry.scalar(expected: "six hexadecimal digits", remedy: remedy) else {
      return nil
    }
    guard text.utf8.count == 6, text.allSatisfy(\.isHexDigit),
      let address = UInt32(text, radix: 16), address > 0
    else {
      entry.error(.badValue, expected: "six hexadecimal digits, not all zero", remedy: remedy)
      return nil
    }
    claim(
      text.uppercased(), in: "an ICAO address", at: entry, code: .conflict,
      remedy: "One vehicle has one of its own")
    return address
  }
}
