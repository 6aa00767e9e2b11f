import Model

/// Reads an agreement's file: the top of it.
///
/// Every mistake is told with its place and remedy; an agreement with one is not applied at all.
struct AgreementReader {
  /// The most rules of an agreement.
  static let rulesMax = 64
  /// The longest that an agreement may run, seconds: ten years.
  static let secondsMax: Int64 = 3_660 * 86_400

  let list: DiagnosticList
  /// The site whose lines zones may name; `nil` when the file is read by itself: names of lines and
  /// sides are then believed.
  let site: Site?

  /// The agreement in `text`, whose bytes have the SHA-256 `digest`; `nil` after told errors.
  func read(_ text: String, digest: String) -> Agreement? {
    let tree = YAMLText(text, list: list)
    guard let root = tree.root else {
      if list.errorCount == 0 { ProfileReader.tellEmptyFile(list) }
      return nil
    }
    let agreement = Entry(text: tree, node: root, path: "", list: list).section {
      read($0, digest: digest)
    }
    return list.errorCount == 0 ? agreement : nil
  }

  private func read(_ section: Section, digest: String) -> Agreement? {
    _ = section.required("agreement", example: "1")?.integer(in: 1...1)
    let id = section.required("id", example: "urn:agreement:a-b:2026-03").flatMap(uri)
    let parties = section.required("parties", example: "{releaser: urn:…, recipient: urn:…}")
      .flatMap(readParties)
    let signed = section.required("signed", example: "{document_sha256: \"…\", by: [a-dpo]}")
      .flatMap(readSignature)
    let identity = section.required("identity", example: "{san_uri: urn:…, issuer_sha256: [\"…\"]}")
      .flatMap(readIdentity)
    let valid = section.required(
      "valid", example: "{from: 2026-03-01T00:00:00Z, until: 2027-03-01T00:00:00Z}"
    ).flatMap(readValidity)
    let purposes = section.required("purposes", example: "[border-surveillance]")
      .flatMap { names($0, count: 1...16) }
    let scope: ExerciseScope? = section.required("exercise", example: "live")
      .flatMap { choice($0) }
    let profile: PartnerProfile? =
      section.has("profile") ? section.optional("profile").flatMap { choice($0) } : .partner
    let handling = section.required("handling", example: "{tlp: AMBER, onward: none}")
      .flatMap(readHandling)
    let limit = readLimits(of: section)
    let rules = section.required("rules", example: "a list of rules")
      .flatMap { readRules($0, purposes: purposes ?? [], profile: profile ?? .partner) }
    let webhook = section.optional("webhook").flatMap { readWebhook($0, purposes: purposes ?? []) }
    guard list.errorCount == 0, let id, let parties, let signed, let identity, let valid,
      let purposes, let scope, let profile, let handling, let limit, let rules
    else { return nil }
    return Agreement(
      id: id, releaser: parties.0, recipient: parties.1, documentDigest: signed.0,
      signatories: signed.1, identity: identity, validFrom: valid.0, validUntil: valid.1,
      purposes: purposes, scope: scope, profile: profile, handling: handling, rules: rules,
      eventsPerMinute: limit, webhook: webhook, digest: digest)
  }

  private func readParties(_ entry: Entry) -> (String, String)? {
    entry.section { section in
      let releaser = section.required("releaser", example: "urn:partner:a").flatMap(uri)
      let recipient = section.required("recipient", example: "urn:partner:b").flatMap(uri)
      guard let releaser, let recipient else { return nil }
      guard releaser != recipient else {
        entry.error(
          .conflict, expected: "two different parties", remedy: "Correct one of them",
          found: "\(quoted(releaser)) on both sides")
        return nil
      }
      return (releaser, recipient)
    }
  }

  private func readSignature(_ entry: Entry) -> (String, [String])? {
    entry.section { section in
      let document = section.required("document_sha256", example: "\"64 digits\"").flatMap(digest)
      let by = section.required("by", example: "[a-dpo, b-liaison]")
        .flatMap { names($0, count: 1...16) }
      guard let document, let by else { return nil }
      return (document, by)
    }
  }

  private func readIdentity(_ entry: Entry) -> PartnerIdentity? {
    entry.section { section in
      let name = section.required("san_uri", example: "urn:partner:b").flatMap(uri)
      let issuers = section.required("issuer_sha256", example: "[\"64 digits\"]")
        .flatMap { digests($0, count: 1...8) }
      var serials: [String]? = []
      var keys: [String]? = []
      if let deny = section.optional("deny") {
        _ = deny.section { section -> Void? in
          if let entry = section.optional("serials") { serials = readSerials(entry) }
          if let entry = section.optional("keys_sha256") { keys = digests(entry, count: 0...256) }
          return ()
        }
      }
      let witness = section.optional("witness").flatMap(readKey)
      guard let name, let issuers, let serials, let keys else { return nil }
      return PartnerIdentity(
        uri: name, issuerDigests: issuers, deniedSerials: serials, deniedKeyDigests: keys,
        witnessKey: witness)
    }
  }

  private func readKey(_ entry: Entry) -> String? {
    let expected = "a witness's public key: <name>+<8 digits>+<base 64>"
    let remedy = "Copy the line of the receiver's witness.key.pub"
    guard let text = entry.scalar(expected: expected, remedy: remedy) else { return nil }
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].isEmpty, parts[1].utf8.count == 8, parts[2].utf8.count == 44
    else {
      entry.error(.badValue, expected: expected, remedy: remedy)
      return nil
    }
    return text
  }

  private func readSerials(_ entry: Entry) -> [String]? {
    let serials = entry.list(count: 0...256)?.compactMap { entry -> String? in
      let expected = "a certificate's serial number in hexadecimal, in quotes"
      let remedy = "Take it from \"openssl x509 -noout -serial\""
      guard let text = entry.scalar(expected: expected, remedy: remedy) else { return nil }
      let digits = text.lowercased().filter { $0 != ":" }
      let value = digits.drop { $0 == "0" }
      guard entry.isQuoted, !digits.isEmpty, digits.utf8.count <= 42,
        digits.utf8.allSatisfy(Self.isHexadecimal)
      else {
        entry.error(.badValue, expected: expected, remedy: remedy)
        return nil
      }
      return value.isEmpty ? "0" : String(value)
    }
    return serials?.sorted()
  }

  private func readValidity(_ entry: Entry) -> (WallTime, WallTime)? {
    entry.section { section in
      let from = section.required("from", example: "2026-03-01T00:00:00Z").flatMap(moment)
      let until = section.required("until", example: "2027-03-01T00:00:00Z").flatMap(moment)
      guard let from, let until else { return nil }
      guard from < until else {
        entry.error(
          .conflict, expected: "from before until", remedy: "Correct one of them",
          found: "an end that is not after the beginning")
        return nil
      }
      guard until.unixNanos - from.unixNanos <= Self.secondsMax * 1_000_000_000 else {
        entry.error(
          .outOfRange, expected: "at most ten years",
          remedy: "End it earlier; a new agreement can follow", found: "a longer time")
        return nil
      }
      return (from, until)
    }
  }

  private func readHandling(_ entry: Entry) -> HandlingCode? {
    entry.section { section in
      let light: HandlingCode.TrafficLight? = section.required("tlp", example: "AMBER")
        .flatMap { choice($0) }
      let europol: HandlingCode.Europol? = section.optional("europol").flatMap { choice($0) }
      let onward: HandlingCode.Onward? = section.required("onward", example: "none")
        .flatMap { choice($0) }
      guard let light, let onward else { return nil }
      return HandlingCode(trafficLight: light, europol: europol, onward: onward)
    }
  }

  private func readWebhook(_ entry: Entry, purposes: [String]) -> AgreedWebhook? {
    entry.section { section in
      let url = section.required("url", example: "https://center.example/events").flatMap(address)
      let purpose = section.required("purpose", example: "border-surveillance").flatMap {
        $0.choice(purposes.map { ($0, $0) })
      }
      let count: Int? =
        section.has("events_max")
        ? section.optional("events_max").flatMap { $0.integer(in: 1...500) } : 100
      guard let url, let purpose, let count else { return nil }
      return AgreedWebhook(url: url, purpose: purpose, eventsMax: count)
    }
  }

  /// An address of HTTPS in printable ASCII, without a user and without a fragment.
  private func address(_ entry: Entry) -> String? {
    let expected = "an address that begins with https://"
    let remedy = "Write where the center takes events, such as \"https://center.example/events\""
    guard let text = entry.scalar(expected: expected, remedy: remedy) else { return nil }
    let rest = text.dropFirst("https://".count)
    let isPlain = text.utf8.allSatisfy {
      $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}#@".utf8.contains($0)
    }
    guard text.hasPrefix("https://"), isPlain, text.utf8.count <= AgreedWebhook.urlBytesMax,
      let first = rest.utf8.first, first != UInt8(ascii: "/"), first != UInt8(ascii: ":")
    else {
      entry.error(.badValue, expected: expected, remedy: remedy)
      return nil
    }
    return text
  }

  private func readLimits(of section: Section) -> Int? {
    guard let limits = section.optional("limits") else { return 600 }
    return limits.section { section in
      section.required("events_per_minute", example: "600")?.integer(in: 1...10_000_000)
    }
  }
}

// MARK: - Values

extension AgreementReader {
  /// One of the raw values of an enumeration.
  func choice<Value: RawRepresentable<String> & CaseIterable>(_ entry: Entry) -> Value? {
    entry.choice(Value.allCases.map { ($0.rawValue, $0) })
  }

  /// A list of names, each once, in the order of the file.
  func names(_ entry: Entry, count: ClosedRange<Int>) -> [String]? {
    guard let entries = entry.list(count: count) else { return nil }
    let names = entries.compactMap { $0.name() }
    guard names.count == entries.count else { return nil }
    return tellRepeated(names, at: entries) ? nil : names
  }

  /// Tells the first value that stands twice.
  func tellRepeated<Value: Hashable>(_ values: [Value], at entries: [Entry]) -> Bool {
    var seen: Set<Value> = []
    for (value, entry) in zip(values, entries) where !seen.insert(value).inserted {
      entry.error(
        .duplicateName, expected: "each entry once", remedy: "Remove one of the two",
        found: "\(entry.description) a second time")
      return true
    }
    return false
  }

  private func digests(_ entry: Entry, count: ClosedRange<Int>) -> [String]? {
    guard let entries = entry.list(count: count) else { return nil }
    let digests = entries.compactMap(digest)
    guard digests.count == entries.count, !tellRepeated(digests, at: entries) else { return nil }
    return digests.sorted()
  }

  private func digest(_ entry: Entry) -> String? {
    let expected = "a SHA-256: 64 lower-case hexadecimal digits"
    let remedy = "Take it from \"sha256sum\" or \"openssl dgst -sha256\", in quotes"
    guard let text = entry.scalar(expected: expected, remedy: remedy) else { return nil }
    guard text.utf8.count == 64, text.utf8.allSatisfy(Self.isHexadecimal),
      text.lowercased() == text
    else {
      entry.error(.badValue, expected: expected, remedy: remedy)
      return nil
    }
    return text
  }

  /// A URI of printable ASCII without spaces, quotes and brackets, at most 255 characters.
  private func uri(_ entry: Entry) -> String? {
    let expected = "a URI such as \"urn:partner:b\""
    let remedy = "Write the name that both parties agreed on"
    guard let text = entry.scalar(expected: expected, remedy: remedy) else { return nil }
    let scheme = text.prefix { $0 != ":" }
    let isPlain = text.utf8.allSatisfy {
      $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0)
    }
    guard isPlain, text.utf8.count <= 255, let first = scheme.utf8.first,
      first >= 0x61 && first <= 0x7A, scheme.utf8.count + 1 < text.utf8.count
    else {
      entry.error(.badValue, expected: expected, remedy: remedy)
      return nil
    }
    return text
  }

  private func moment(_ entry: Entry) -> WallTime? {
    let expected = "a moment of UTC such as 2026-03-01T00:00:00Z"
    let remedy = "Write date and time with T between and Z behind"
    guard let text = entry.scalar(expected: expected, remedy: remedy) else { return nil }
    guard let time = WallTime(utc: text) else {
      entry.error(.badValue, expected: expected, remedy: remedy)
      return nil
    }
    return time
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66)
  }
}
